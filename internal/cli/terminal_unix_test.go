//go:build unix

package cli_test

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// A terminal runs the program on a pseudo terminal, with its own home folder and its own
// emulator. It types the input of a user.
type terminal struct {
	t    *testing.T
	srv  *emulatortest.Server
	home string
	tty  *os.File
	cmd  *exec.Cmd

	mu      sync.Mutex
	screen  []byte // all output of the program
	read    int    // the number of bytes of screen that expect has passed
	changed chan struct{}
	ended   chan error
}

// terminalOptions holds the options of a terminal. The zero value means the defaults.
type terminalOptions struct {
	program    string // "" means lanyard
	cols, rows uint16 // 0 means 100 columns or 30 rows
	env        []string
	config     string // content of ~/.aws/config before the run; "" means no config
	org        func(*emulator.Config)
}

// sit runs a command line in a terminal.
func sit(t *testing.T, s terminalOptions, args ...string) *terminal {
	t.Helper()
	org := emulator.BuiltIn()
	if s.org != nil {
		s.org(&org)
	}
	tm := &terminal{t: t, srv: emulatortest.Start(t, org), home: t.TempDir()}
	if err := os.Mkdir(filepath.Join(tm.home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s.config != "" {
		if err := os.WriteFile(tm.path("config"), []byte(s.config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tm.start(s, args...)
	return tm
}

// start runs another command line in the same home folder.
func (tm *terminal) start(s terminalOptions, args ...string) {
	tm.t.Helper()
	if s.cols == 0 {
		s.cols, s.rows = 100, 30
	}
	tm.cmd = exec.Command(cmp.Or(s.program, "lanyard"), args...)
	tm.cmd.Env = append(tm.environ(), s.env...)
	tty, err := pty.StartWithSize(tm.cmd, &pty.Winsize{Cols: s.cols, Rows: s.rows})
	if err != nil {
		tm.t.Fatal(err)
	}
	tty = pollable(tm.t, tty)
	tm.tty, tm.changed, tm.ended = tty, make(chan struct{}, 1), make(chan error, 1)
	tm.screen, tm.read = nil, 0
	go tm.watch(tty)
	tm.t.Cleanup(func() {
		_ = tm.cmd.Process.Kill() // Kill fails if the process has ended
		_ = tty.Close()
	})
}

// pollable returns the terminal as a file that can be closed during a read. Otherwise, Close
// would not hang up the terminal.
func pollable(t *testing.T, tty *os.File) *os.File {
	t.Helper()
	fd, err := syscall.Dup(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), tty.Name())
}

// environ returns the environment of programs in the terminal.
func (tm *terminal) environ() []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + tm.home, "TERM=xterm-256color",
		"BROWSER=visit %s", "VISITED=" + filepath.Join(tm.home, "visited"),
	}, tm.srv.Env()...)
}

func (tm *terminal) path(name string) string { return filepath.Join(tm.home, ".aws", name) }

// watch collects the output of the program until it ends.
func (tm *terminal) watch(tty *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := tty.Read(buf)
		tm.mu.Lock()
		tm.screen = append(tm.screen, buf[:n]...)
		tm.mu.Unlock()
		select {
		case tm.changed <- struct{}{}:
		default:
		}
		if err != nil {
			tm.ended <- tm.cmd.Wait()
			return
		}
	}
}

// escapes matches escape sequences, which a terminal does not show.
var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|\x1b[78]|\r`)

func (tm *terminal) text() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return escapes.ReplaceAllString(string(tm.screen), "")
}

// expect waits for a text in the output after the text of the last expect.
func (tm *terminal) expect(want string) {
	tm.t.Helper()
	deadline := time.After(time.Minute)
	for {
		text := tm.text()
		if i := strings.Index(text[min(tm.read, len(text)):], want); i >= 0 {
			tm.read += i + len(want)
			return
		}
		select {
		case <-tm.changed:
		case <-deadline:
			tm.t.Fatalf("no %q after\n%s\n--- in\n%s", want, text[:min(tm.read, len(text))], text[min(tm.read, len(text)):])
		}
	}
}

func (tm *terminal) send(keys string) {
	tm.t.Helper()
	if _, err := tm.tty.WriteString(keys); err != nil {
		tm.t.Fatal(err)
	}
}

// answer waits for a question and answers it.
func (tm *terminal) answer(question, keys string) {
	tm.t.Helper()
	tm.expect(question)
	tm.send(keys)
}

// signIn signs in as a user in the browser.
func (tm *terminal) signIn(user string) {
	tm.t.Helper()
	file := filepath.Join(tm.home, "visited")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		url, err := os.ReadFile(file)
		if err == nil {
			_ = os.Remove(file)
			if err := tm.srv.SignIn(tm.t.Context(), string(url), user); err != nil {
				tm.t.Fatal(err)
			}
			return
		}
		if time.Now().After(deadline) {
			tm.t.Fatalf("no browser was opened:\n%s", tm.text())
		}
	}
}

// exits waits for the end of the program and checks the exit code.
func (tm *terminal) exits(code int) {
	tm.t.Helper()
	select {
	case err := <-tm.ended:
		got := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			got = exit.ExitCode()
			if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
				tm.t.Errorf("the signal %v ended the program, want exit code %d", s.Signal(), code)
			}
		}
		if got != code {
			tm.t.Errorf("exit code %d, want %d:\n%s", got, code, tm.text())
		}
	case <-time.After(time.Minute):
		tm.t.Fatalf("the program still runs:\n%s", tm.text())
	}
}

// config compares the content of the config with want.
func (tm *terminal) config(want string) {
	tm.t.Helper()
	got, err := os.ReadFile(tm.path("config"))
	if err != nil && !os.IsNotExist(err) {
		tm.t.Fatal(err)
	}
	if string(got) != want {
		tm.t.Errorf("the config is\n%s\nwant\n%s", got, want)
	}
}
