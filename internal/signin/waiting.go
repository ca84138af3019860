package signin

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// showWaiting shows a line on a terminal while the user signs in. It shows nothing in a pipe,
// on a dumb terminal, or while readPasted reads the terminal. seen reports whether the messages
// of the sign-in go to the terminal. If they go through a pipe, another program can print them
// onto the line, so showWaiting shows nothing.
func showWaiting(app *command.App, request *idcenter.SignIn, seen bool) {
	if !app.IO.ErrTerminal || !seen || style.Dumb(app.Env.Lookup) || !terminal.Interprets(app.IO.Err) || request.Pasted != nil {
		return
	}
	line := &waitingLine{out: app.IO.Err, name: app.Name}
	request.Waiting = line.begin
	show := request.Show
	request.Show = func(text string) { line.hideDuring(func() { show(text) }) }
	if notOpened := request.NotOpened; notOpened != nil {
		request.NotOpened = func(err error) { line.hideDuring(func() { notOpened(err) }) }
	}
}

// A waitingLine is a line on a terminal that says what lanyard waits for, how long, and how
// to cancel. A goroutine draws the line again every second.
type waitingLine struct {
	out  io.Writer
	name string // of the program

	mu       sync.Mutex
	deadline time.Time
	visible  bool
}

// begin shows the line. end removes the line, and returns when no goroutine draws the line any
// more.
func (l *waitingLine) begin(limit time.Duration) (end func()) {
	l.mu.Lock()
	l.deadline, l.visible = time.Now().Add(limit), true
	l.draw()
	l.mu.Unlock()
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.mu.Lock()
				l.draw()
				l.mu.Unlock()
			case <-quit:
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(quit)
		<-ended
		l.mu.Lock()
		defer l.mu.Unlock()
		l.erase()
		l.visible = false
	})
}

// hideDuring hides the line while the function print runs.
func (l *waitingLine) hideDuring(print func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.visible {
		l.erase()
		defer l.draw()
	}
	print()
}

// The escape sequences of the line. Without automatic line breaks, a narrow terminal cuts the
// text to one line, which can be erased.
const (
	breaksOff = "\x1b[?7l"
	breaksOn  = "\x1b[?7h"
	eraseLine = "\r\x1b[K"
)

func (l *waitingLine) draw() {
	left := max(time.Until(l.deadline).Round(time.Second), 0)
	fmt.Fprintf(l.out, "%s%s%s: waiting for the sign-in, %s left (Ctrl-C cancels)%s", eraseLine, breaksOff, l.name, clock(left), breaksOn)
}

func (l *waitingLine) erase() { _, _ = io.WriteString(l.out, eraseLine) }

// clock returns a duration as minutes and seconds: "9:05".
func clock(d time.Duration) string {
	seconds := int(d / time.Second)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
