package fanout

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A Bar shows the progress in the last line of a terminal. A nil Bar shows nothing.
type Bar struct {
	out   io.Writer
	width int
	total int

	mu     sync.Mutex
	begun  time.Time
	done   int
	failed int
	last   string
	drawn  time.Time
	inLine bool
}

const (
	barPause = 100 * time.Millisecond // the shortest time between two drawings
	barWidth = 20
	minName  = 8 // a shorter part of a name says nothing
)

// NewBar returns a bar for a number of runs. width is the width of the terminal; 0 means 80.
func NewBar(out io.Writer, width, total int) *Bar {
	if width == 0 {
		width = 80
	}
	return &Bar{out: out, width: width, total: total, begun: time.Now()}
}

// Done counts a run that has ended.
func (b *Bar) Done(r Result) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done++
	if r.Status != Succeeded {
		b.failed++
	}
	b.last = firstOf(r.Profile, r.AccountName, r.Account)
	b.draw()
}

// Aside removes the bar, calls print, and draws the bar again.
func (b *Bar) Aside(print func() error) error {
	if b == nil {
		return print()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	err := print()
	b.draw()
	return err
}

// Clear removes the bar for good.
func (b *Bar) Clear() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	b.out = nil
}

func (b *Bar) draw() {
	now := time.Now()
	if b.out == nil || b.inLine && now.Sub(b.drawn) < barPause || b.done == b.total {
		return
	}
	b.drawn, b.inLine = now, true
	_, _ = io.WriteString(b.out, "\r"+b.text(now)+"\x1b[K")
}

func (b *Bar) erase() {
	if b.inLine && b.out != nil {
		_, _ = io.WriteString(b.out, "\r\x1b[K")
	}
	b.inLine = false
}

// text returns the text of the bar, such as
//
//	[====      ] 8 of 40 runs, 1 failed, 12s left  payments-prod
func (b *Bar) text(now time.Time) string {
	text := fmt.Sprintf("%d of %d %s", b.done, b.total, plural(b.total, "run"))
	if b.failed > 0 {
		text += fmt.Sprintf(", %d failed", b.failed)
	}
	if took := now.Sub(b.begun); b.done > 0 && took > time.Second {
		left := time.Duration(float64(took) / float64(b.done) * float64(b.total-b.done))
		text += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	room := b.width - 1 // a full line makes some terminals wrap
	if barWidth+len("[] ")+terminal.Width(text) <= room {
		full := barWidth * b.done / max(b.total, 1)
		text = fmt.Sprintf("[%s%s] %s", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), text)
	}
	const gap = "  "
	if left := room - terminal.Width(text+gap); b.last != "" && left >= minName {
		text += gap + terminal.CutMiddle(terminal.OneLine(b.last), left)
	}
	return terminal.CutMiddle(text, room)
}
