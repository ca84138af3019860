package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/creack/pty"

	"github.com/lanyard-cli/lanyard/emulator"
)

// scene lists the command lines that the picture shows.
var scene = []string{
	"lanyard sso login",
	"lanyard s3 ls --profile dev-admin",
	"lanyard s3 ls --profile staging-developer",
	"lanyard status",
}

const config = `[default]
sso_session = corp
region = us-east-1

[profile dev-admin]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1

[profile staging-developer]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-east-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`

// play runs the scene and returns the screen at its end.
func play() (*screen, error) {
	dir, err := os.MkdirTemp("", "lanyard-picture-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	lanyard := filepath.Join(dir, "lanyard")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", lanyard, "github.com/lanyard-cli/lanyard/cmd/lanyard").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	url, stop, err := serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	env := append(emulator.Env(url), "HOME="+home, "PATH="+os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC",
		"BROWSER="+self+" "+browseRole+" %s", "LANYARD_AGENT_SOCKET=none")
	s := newScreen(columns)
	for _, line := range scene {
		_, _ = io.WriteString(s, "\x1b[2m$\x1b[0m \x1b[1m"+line+"\x1b[0m\r\n")
		cmd := exec.Command(lanyard, strings.Fields(line)[1:]...)
		cmd.Env = env
		if err := inTerminal(s, cmd); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", line, err, s.text())
		}
		_, _ = io.WriteString(s, "\r\n")
	}
	return s, nil
}

// serve starts an emulator with predictable identifiers. Every sign-in is jane's.
func serve() (url string, stop func(), err error) {
	c := emulator.BuiltIn()
	c.AutoApprove, c.StartURL = "jane", "https://corp.awsapps.com/start"
	c.Seed = 1
	e, err := emulator.New(c)
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := emulator.NewServer(e)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "picture:", err)
		}
	}()
	return "http://" + l.Addr().String(), func() { _ = server.Close() }, nil
}

// signInURL matches the address of the sign-in page. The address is different in each run.
var signInURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+/authorize\?\S+`)

// shownURL replaces the emulator's sign-in address in the picture. It is a shortened address of
// AWS.
const shownURL = "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=…"

// lifetimes matches the time left of new tokens and credentials. On a slow machine, the time can
// be a minute or two shorter.
var lifetimes = regexp.MustCompile(`\b(?:\dh00m|\dh5\dm|5\dm)\b`)

// inHours returns the remaining lifetime of new credentials right after the call.
func inHours(lifetime []byte) []byte {
	switch text := string(lifetime); {
	case !strings.Contains(text, "h") || text == "1h00m":
		return []byte("59m")
	case strings.HasSuffix(text, "h00m"):
		return []byte(fmt.Sprintf("%dh59m", text[0]-'1'))
	default:
		return []byte(text[:1] + "h59m")
	}
}

// inTerminal runs a command in its own terminal, and writes its output to s.
func inTerminal(s *screen, cmd *exec.Cmd) error {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: 40})
	if err != nil {
		return err
	}
	out, readErr := io.ReadAll(tty)
	if errors.Is(readErr, syscall.EIO) { // Linux reports the end of a terminal as EIO
		readErr = nil
	}
	out = signInURL.ReplaceAllLiteral(out, []byte(shownURL))
	_, _ = s.Write(lifetimes.ReplaceAllFunc(out, inHours))
	return errors.Join(cmd.Wait(), readErr, tty.Close())
}
