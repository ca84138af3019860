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
	barPause     = 100 * time.Millisecond // the shortest time between two drawings
	barWidth     = 20
	defaultWidth = 80 // of a terminal that does not tell its width
	minName      = 8  // a shorter part of a name says nothing
)

func newBar(app *command.App, several bool) *bar {
	b := &bar{several: several, now: time.Now, width: app.IO.ErrWidth, begun: map[string]start{}}
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
	b.drawn, b.inLine = now, true
	_, _ = io.WriteString(b.out, "\r"+b.text(session, p, first, now)+"\x1b[K")
}

// text returns the text of the bar, such as
//
//	[====      ] 60 of 300 accounts, 12s left  payments-prod
//
// In a narrow terminal, the name of the account is shortened first, and then the bar is left out.
func (b *bar) text(session string, p inventory.Progress, first start, now time.Time) string {
	text := fmt.Sprintf("%d of %d accounts", p.Done, p.Total)
	if done := p.Done - first.done; done > 0 && now.Sub(first.at) > time.Second {
		left := time.Duration(float64(now.Sub(first.at)) / float64(done) * float64(p.Total-p.Done))
		text += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	if b.several {
		text = terminal.Printable(session) + ": " + text
	}
	room := b.width - 1 // a full line makes some terminals wrap
	if b.width == 0 {
		room = defaultWidth - 1
	}
	if barWidth+len("[] ")+terminal.Width(text) <= room {
		full := barWidth * p.Done / max(p.Total, 1)
		text = fmt.Sprintf("[%s%s] %s", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), text)
	}
	const gap = "  "
	if n := len(p.Settled); n > 0 && room-terminal.Width(text+gap) >= minName {
		text += gap + terminal.CutMiddle(terminal.Printable(p.Settled[n-1].Name), room-terminal.Width(text+gap))
	}
	return terminal.CutMiddle(text, room)
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
