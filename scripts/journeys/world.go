package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

const (
	module  = "github.com/lanyard-cli/lanyard/"
	counted = module + "internal/" // where the files are that count
)

// A world is a home folder, an emulator, and the programs to run there.
type world struct {
	dir     string // holds everything else
	home    string
	lanyard string // the program, built with coverage
	answers string // this program, built with coverage
	self    string // this program
	url     string // of the emulator
	server  *http.Server
}

func newWorld(dir string) (*world, error) {
	w := &world{dir: dir, home: filepath.Join(dir, "home")}
	if err := os.Mkdir(w.home, 0o700); err != nil {
		return nil, err
	}
	var err error
	if w.self, err = self(); err != nil {
		return nil, err
	}
	if w.lanyard, err = w.build("lanyard", "cmd/lanyard"); err != nil {
		return nil, err
	}
	if w.answers, err = w.build("answers", "scripts/journeys"); err != nil {
		return nil, err
	}
	return w, w.serve()
}

// build builds a program that counts what runs of our packages. Coverage is only
// written if the main package is among those that are counted.
func (w *world) build(name, pkg string) (path string, err error) {
	path = filepath.Join(w.dir, name+".exe")
	cmd := exec.Command("go", "build", "-cover", "-coverpkg="+counted+"...,"+module+pkg, "-o", path, module+pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// serve starts the emulator, where everybody is jane without being asked.
func (w *world) serve() error {
	config := emulator.BuiltIn()
	config.AutoApprove = "jane"
	e, err := emulator.New(config)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.url, w.server = "http://"+l.Addr().String(), emulator.NewServer(e)
	go func() {
		if err := w.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "journeys:", err)
		}
	}()
	return nil
}

func (w *world) close() { _ = w.server.Close() }

// command prepares a program that writes its coverage into a folder.
func (w *world) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(emulator.Env(w.url),
		"HOME="+w.home, "USERPROFILE="+w.home, "PATH="+os.Getenv("PATH"), "TERM=xterm", "AWS_EC2_METADATA_DISABLED=true",
		"BROWSER="+w.self+" "+browseRole+" %s", "GOCOVERDIR="+w.coverage())
	return cmd
}

func (w *world) coverage() string { return filepath.Join(w.dir, "coverage") }

// blocksOf runs a command and returns the blocks of statements that ran, each as
// FILE:START,END.
func (w *world) blocksOf(run func(w *world) error) (map[string]bool, error) {
	if err := os.Mkdir(w.coverage(), 0o700); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(w.coverage()) }()
	if err := run(w); err != nil {
		return nil, err
	}
	profile := filepath.Join(w.coverage(), "profile")
	cmd := exec.Command("go", "tool", "covdata", "textfmt", "-i="+w.coverage(), "-o="+profile)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go tool covdata: %w\n%s", err, out)
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	blocks := map[string]bool{}
	for line := range strings.Lines(string(text)) { // FILE:START,END STATEMENTS COUNT
		block, numbers, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(block, counted) && !strings.HasSuffix(numbers, " 0") {
			blocks[strings.TrimPrefix(block, module)] = true
		}
	}
	if len(blocks) == 0 {
		return nil, errors.New("no coverage was written")
	}
	return blocks, nil
}

// filesOf returns the files of the blocks, in order.
func filesOf(blocks map[string]bool) []string {
	var files []string
	for block := range blocks {
		file, _, _ := strings.Cut(block, ":")
		files = append(files, file)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

const (
	sessionName = "corp"
	profileName = "dev"
)

// version does nothing but what every command does, once as a flag and once as a command.
func (w *world) version() error {
	return errors.Join(run(w.command(w.lanyard, "--version")), run(w.command(w.lanyard, "version")))
}

// configureSSO goes through the wizard: a new session, a sign-in, an account, a role
// and a profile.
func (w *world) configureSSO() error {
	return converse(w.command(w.lanyard, "configure", "sso"), []exchange{
		{"SSO session name", sessionName},
		{"SSO start URL", "https://d-1234567890.awsapps.com/start"},
		{"SSO region", "us-east-1"},
		{"SSO registration scopes", ""},
		{"AWS accounts available to you", ""},
		{"roles available to you", ""},
		{"Default client Region", "eu-west-1"},
		{"CLI default output format", ""},
		{"Profile name", profileName},
		{"Add another profile?", ""},
	})
}

// coldAnswer asks for credentials that are not in the cache, with a token that has
// expired.
func (w *world) coldAnswer() error {
	if err := w.expireToken(); err != nil {
		return err
	}
	return run(w.command(w.lanyard, "sso", "get-credentials", "--profile", profileName))
}

// expireToken changes the expiry of the token in the cache.
func (w *world) expireToken() error {
	paths, err := filepath.Glob(filepath.Join(w.home, ".aws", "sso", "cache", "*.json"))
	if err != nil {
		return err
	}
	found := false
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var entry map[string]any
		if err := json.Unmarshal(data, &entry); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if entry["accessToken"] == nil {
			continue
		}
		found = true
		entry["expiresAt"] = time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
		if data, err = json.Marshal(entry); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	if !found {
		return errors.New("there is no token in the cache")
	}
	return nil
}

// warmAnswer asks for the same credentials again.
func (w *world) warmAnswer() error { return run(w.command(w.answers, answerRole)) }

// run runs a command that is to succeed.
func run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
