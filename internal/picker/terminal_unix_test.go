//go:build unix

package picker

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// A testTerminal is a pseudo-terminal with its screen.
type testTerminal struct {
	t           *testing.T
	master, tty *os.File
	c           *Console
	before      *term.State
	done        chan struct{} // closed when show has ended

	mu      sync.Mutex
	screen  *screen
	stream  strings.Builder
	changed chan struct{} // closed at each change
}

func openTerminal(t *testing.T, cols, rows int) *testTerminal {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	master = closable(t, master)
	term := &testTerminal{
		t: t, master: master, tty: tty, screen: newScreen(cols, rows),
		changed: make(chan struct{}), done: make(chan struct{}),
		c: &Console{In: tty, Out: tty},
	}
	term.resize(cols, rows)
	go term.show()
	t.Cleanup(func() {
		_ = tty.Close()
		_ = master.Close()
		<-term.done
	})
	term.before = termState(t, tty)
	return term
}

// closable returns a copy of the file whose Close ends a waiting Read.
func closable(t *testing.T, f *os.File) *os.File {
	t.Helper()
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

func termState(t *testing.T, f *os.File) *term.State {
	t.Helper()
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func (t *testTerminal) resize(cols, rows int) {
	t.t.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.resize(cols, rows)
	if err := pty.Setsize(t.master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		t.t.Fatal(err)
	}
}

// show draws the output of the program on the screen.
func (t *testTerminal) show() {
	defer close(t.done)
	buf := make([]byte, 4096)
	for {
		n, err := t.master.Read(buf)
		t.mu.Lock()
		_, _ = t.screen.Write(buf[:n])
		t.stream.Write(buf[:n])
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (t *testTerminal) typeIn(s string) {
	t.t.Helper()
	if _, err := t.master.WriteString(s); err != nil {
		t.t.Fatal(err)
	}
}

// await waits until ok returns true for the screen.
func (t *testTerminal) await(event string, ok func(s *screen) bool) {
	t.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		t.mu.Lock()
		good, changed, picture, cursor := ok(t.screen), t.changed, t.screen.picture(), [2]int{t.screen.x, t.screen.y}
		t.mu.Unlock()
		if good {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.t.Fatalf("never saw %s; the screen is, with the cursor at %v:\n%s", event, cursor, picture)
		}
	}
}

// sees waits until the screen shows this picture.
func (t *testTerminal) sees(picture string) {
	t.t.Helper()
	picture = strings.TrimPrefix(picture, "\n")
	t.await("\n"+picture+"\n", func(s *screen) bool { return s.picture() == picture })
}

// seesWithCursor waits until the screen shows this picture, in which | marks the cursor.
func (t *testTerminal) seesWithCursor(picture string) {
	t.t.Helper()
	t.await("\n"+picture+"\n", func(s *screen) bool {
		rows := strings.Split(s.picture(), "\n")
		for len(rows) <= s.y {
			rows = append(rows, "")
		}
		left := rowText(s.cells[s.y][:s.x])
		left += strings.Repeat(" ", max(s.x-width(left), 0))
		right, _ := strings.CutPrefix(rows[s.y], left)
		if width(rows[s.y]) <= width(left) {
			right = ""
		}
		rows[s.y] = left + "|" + right
		return strings.Join(rows, "\n") == picture
	})
}

// contains waits until one row contains the text.
func (t *testTerminal) contains(text string) {
	t.t.Helper()
	t.await(text, func(s *screen) bool { return strings.Contains(s.picture(), text) })
}

// untouched checks that the terminal has its original state, and that the screen has
// interpreted all output.
func (t *testTerminal) untouched() {
	t.t.Helper()
	if now := termState(t.t, t.tty); *now != *t.before {
		t.t.Errorf("the terminal's state is %+v, was %+v", now, t.before)
	}
	t.await("the original modes", func(s *screen) bool {
		return !s.hidden && !s.noWrap && !s.paste
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.screen.unknown) > 0 {
		t.t.Errorf("escape sequences %q, want only known ones", t.screen.unknown)
	}
}

// A reply is the result of a call.
type reply struct {
	text  string
	index int
	err   error
}

func (t *testTerminal) ask(ctx context.Context, q Question) <-chan reply {
	ch := make(chan reply, 1)
	go func() {
		text, err := t.c.Ask(ctx, q)
		ch <- reply{text: text, err: err}
	}()
	return ch
}

func (t *testTerminal) choose(ctx context.Context, m Menu) <-chan reply {
	ch := make(chan reply, 1)
	go func() {
		index, err := t.c.Choose(ctx, m)
		ch <- reply{index: index, err: err}
	}()
	return ch
}

// A manyReply is the result of ChooseMany.
type manyReply struct {
	picked []int
	err    error
}

func (t *testTerminal) chooseMany(ctx context.Context, m Menu) <-chan manyReply {
	ch := make(chan manyReply, 1)
	go func() {
		picked, err := t.c.ChooseMany(ctx, m)
		ch <- manyReply{picked, err}
	}()
	return ch
}

func (t *testTerminal) repliesMany(ch <-chan manyReply, want []int) {
	t.t.Helper()
	select {
	case got := <-ch:
		if !slices.Equal(got.picked, want) || got.err != nil {
			t.t.Errorf("picked %v, %v, want %v", got.picked, got.err, want)
		}
	case <-time.After(20 * time.Second):
		t.t.Fatalf("no reply, want %v; the screen:\n%s", want, t.screen.picture())
	}
}

func (t *testTerminal) replies(ch <-chan reply, want reply) {
	t.t.Helper()
	select {
	case got := <-ch:
		if got.text != want.text || got.index != want.index || !errors.Is(got.err, want.err) {
			t.t.Errorf("reply %+v, want %+v", got, want)
		}
	case <-time.After(20 * time.Second):
		t.t.Fatalf("no reply, want %+v; the screen:\n%s", want, t.screen.picture())
	}
}

// unread reports whether there is unread input.
func (t *testTerminal) unread() bool {
	t.t.Helper()
	ready, err := waitInput(t.tty, 0)
	if err != nil {
		t.t.Fatal(err)
	}
	return ready
}

// goroutinesEnd waits until at most n goroutines run. A goroutine may still run for a moment
// after it has sent its reply.
func goroutinesEnd(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > n; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left, want %d", runtime.NumGoroutine(), n)
		}
	}
}
