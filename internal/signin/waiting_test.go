package signin

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

func shown(left string) string {
	return "\r\x1b[K\x1b[?7llanyard: waiting for the sign-in, " + left + " left (Ctrl-C cancels)\x1b[?7h"
}

// A screen collects the output of several goroutines.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

// take returns the collected text and clears it.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.buf.Reset()
	return s.buf.String()
}

func TestWaitingLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		app := terminalApp(&out, true, "xterm")
		request := idcenter.SignIn{
			Show:      func(text string) { _, _ = io.WriteString(&out, text) },
			NotOpened: func(err error) { _, _ = io.WriteString(&out, err.Error()+"\n") },
		}
		showWaiting(app, &request, true)
		next := func(what, want string) {
			t.Helper()
			synctest.Wait()
			if got := out.take(); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		request.Show("open this\n")
		next("before the wait", "open this\n")
		done := request.Waiting(10 * time.Minute)
		next("at the beginning", shown("10:00"))
		time.Sleep(time.Second)
		next("after a second", shown("9:59"))
		request.NotOpened(errors.New("no browser"))
		next("with a warning", "\r\x1b[Kno browser\n"+shown("9:59"))
		time.Sleep(9*time.Minute + 54*time.Second)
		synctest.Wait()
		if got := out.take(); !strings.HasSuffix(got, shown("0:05")) {
			t.Errorf("near the end: %q, want 0:05 left", got)
		}
		done()
		next("at the end", "\r\x1b[K")
		done()
		request.Show("done\n")
		time.Sleep(time.Minute)
		next("after the end", "done\n")
	}) // fails if a goroutine still runs
}

func TestNoWaitingLine(t *testing.T) {
	for _, tt := range []struct {
		name     string
		terminal bool
		seen     bool
		term     string
		pasted   chan secret.String
	}{
		{"in a pipe", false, true, "xterm", nil},
		{"messages in a pipe", true, false, "xterm", nil},
		{"in a dumb terminal", true, true, "dumb", nil},
		{"while an address is read", true, true, "xterm", make(chan secret.String)},
		{"without TERM", runtime.GOOS != "windows", true, "", nil}, // there, TERM is usually not set
	} {
		request := idcenter.SignIn{Pasted: tt.pasted}
		showWaiting(terminalApp(new(bytes.Buffer), tt.terminal, tt.term), &request, tt.seen)
		if request.Waiting != nil {
			t.Errorf("%s: Waiting is set, want nil", tt.name)
		}
	}
}

func terminalApp(out io.Writer, isTerminal bool, term string) *command.App {
	app := &command.App{Name: "lanyard", IO: command.Streams{Err: out, ErrTerminal: isTerminal}}
	app.Env.Lookup = func(name string) (string, bool) {
		v, ok := map[string]string{"TERM": term}[name]
		return v, ok
	}
	return app
}
