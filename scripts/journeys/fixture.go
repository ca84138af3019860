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
	counted = module + "internal/" // journeys counts the files in this folder
)

// A fixture is a home folder, an emulator, and the programs to run.
type fixture struct {
	dir     string // contains all other files
	home    string
	lanyard string // the program, built with coverage
	answers string // this program, built with coverage
	self    string // this program
	url     string // the URL of the emulator
	server  *http.Server
}

func newFixture(dir string) (*fixture, error) {
	f := &fixture{dir: dir, home: filepath.Join(dir, "home")}
	if err := os.Mkdir(f.home, 0o700); err != nil {
		return nil, err
	}
	var err error
	if f.self, err = self(); err != nil {
		return nil, err
	}
	if f.lanyard, err = f.build("lanyard", "cmd/lanyard"); err != nil {
		return nil, err
	}
	if f.answers, err = f.build("answers", "scripts/journeys"); err != nil {
		return nil, err
	}
	return f, f.serve()
}

// build builds a program that records which statements of our packages run. Go writes the
// coverage only if it also records the main package.
func (f *fixture) build(name, pkg string) (path string, err error) {
	path = filepath.Join(f.dir, name+".exe")
	cmd := exec.Command("go", "build", "-cover", "-coverpkg="+counted+"...,"+module+pkg, "-o", path, module+pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// serve starts the emulator. Every sign-in is jane's.
func (f *fixture) serve() error {
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
	f.url, f.server = "http://"+l.Addr().String(), emulator.NewServer(e)
	go func() {
		if err := f.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "journeys:", err)
		}
	}()
	return nil
}

func (f *fixture) close() { _ = f.server.Close() }

// command prepares a program that writes its coverage to a folder.
func (f *fixture) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(emulator.Env(f.url),
		"HOME="+f.home, "USERPROFILE="+f.home, "PATH="+os.Getenv("PATH"), "TERM=xterm", "AWS_EC2_METADATA_DISABLED=true",
		"BROWSER="+f.self+" "+browseRole+" %s", "GOCOVERDIR="+f.coverage())
	return cmd
}

func (f *fixture) coverage() string { return filepath.Join(f.dir, "coverage") }

// blocksOf runs a command and returns the blocks of statements that ran. A block has the form
// FILE:START,END.
func (f *fixture) blocksOf(run func(f *fixture) error) (map[string]bool, error) {
	if err := os.Mkdir(f.coverage(), 0o700); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(f.coverage()) }()
	if err := run(f); err != nil {
		return nil, err
	}
	profile := filepath.Join(f.coverage(), "profile")
	cmd := exec.Command("go", "tool", "covdata", "textfmt", "-i="+f.coverage(), "-o="+profile)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go tool covdata: %w\n%s", err, out)
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	blocks := map[string]bool{}
	for line := range strings.Lines(string(text)) { // a line has the form FILE:START,END STATEMENTS COUNT
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

// filesOf returns the files of the blocks, sorted.
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

// version runs the statements that every command runs. It calls both the flag and the command.
func (f *fixture) version() error {
	return errors.Join(run(f.command(f.lanyard, "--version")), run(f.command(f.lanyard, "version")))
}

// configureSSO answers the wizard's questions about a new session, a sign-in, an account, a role
// and a profile.
func (f *fixture) configureSSO() error {
	return converse(f.command(f.lanyard, "configure", "sso"), []exchange{
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

// coldAnswer requests credentials that are not in the cache, with an expired token.
func (f *fixture) coldAnswer() error {
	if err := f.expireToken(); err != nil {
		return err
	}
	return run(f.command(f.lanyard, "sso", "get-credentials", "--profile", profileName))
}

// expireToken sets the expiry of the token in the cache to a minute ago.
func (f *fixture) expireToken() error {
	paths, err := filepath.Glob(filepath.Join(f.home, ".aws", "sso", "cache", "*.json"))
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
		return errors.New("the cache has no token")
	}
	return nil
}

// warmAnswer requests the same credentials again.
func (f *fixture) warmAnswer() error { return run(f.command(f.answers, answerRole)) }

// run runs a command. It returns an error if the command fails.
func run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
