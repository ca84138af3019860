package listing

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A bar shows the progress of a listing in the last line of the terminal. It prints nothing if
// stderr is not a terminal, or if a log is printed there.
type bar struct {
	out     io.Writer // nil prints nothing
	width   int
	several bool
	now     func() time.Time

	mu     sync.Mutex
	begun  map[string]start // by session
	drawn  time.Time
	inLine bool // the line has a bar
}

// A start is the progress at the first look at a session.
type start struct {
	at   time.Time
	done int
}

const (
	barPause = 100 * time.Millisecond // the shortest time between two drawings
	barWidth = 20
)

func newBar(app *command.App, several bool) *bar {
	b := &bar{several: several, now: time.Now, width: app.IO.Width, begun: map[string]start{}}
	if app.IO.ErrTerminal && !app.Flags.Debug {
		b.out = app.IO.Err
	}
	return b
}

// show calls print, which may print results, and then draws the progress of a session.
func (b *bar) show(session string, p inventory.Progress, print func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(p.Settled) > 0 || p.Listed != nil {
		b.erase()
	}
	print()
	now := b.now()
	first, ok := b.begun[session]
	if !ok {
		first = start{now, p.Done}
		b.begun[session] = first
	}
	if b.out == nil || p.Done == p.Total && p.Listed != nil || b.inLine && now.Sub(b.drawn) < barPause {
		return
	}
	name := ""
	if b.several {
		name = session + ": "
	}
	b.drawn, b.inLine = now, true
	_, _ = io.WriteString(b.out, "\r"+terminal.CutMiddle(terminal.Printable(name+b.text(p, first, now)), max(b.width, 40)-1)+"\x1b[K")
}

// text returns the text of the bar, such as "[====      ] 60 of 300 accounts, 12s left".
func (b *bar) text(p inventory.Progress, first start, now time.Time) string {
	full := barWidth * p.Done / max(p.Total, 1)
	text := fmt.Sprintf("[%s%s] %d of %d accounts", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), p.Done, p.Total)
	if done := p.Done - first.done; done > 0 && now.Sub(first.at) > time.Second {
		left := time.Duration(float64(now.Sub(first.at)) / float64(done) * float64(p.Total-p.Done))
		text += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	if n := len(p.Settled); n > 0 {
		text += "  " + p.Settled[n-1].Name
	}
	return text
}

// clear removes the bar for good.
func (b *bar) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	b.out = nil
}

// erase removes the bar from the line.
func (b *bar) erase() {
	if b.inLine {
		_, _ = io.WriteString(b.out, "\r\x1b[K")
		b.inLine = false
	}
}
