package listing

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// The width is that of the terminal of stderr. stdout can be a file.
func TestBarInTerminals(t *testing.T) {
	begin := time.Unix(1000, 0)
	for _, c := range []struct {
		width   int
		several bool
		want    string
	}{
		{80, false, "[====                ] 94 of 400 accounts, 14s left  mobile-dev-00094"},
		{0, false, "[====                ] 94 of 400 accounts, 14s left  mobile-dev-00094"},
		{66, false, "[====                ] 94 of 400 accounts, 14s left  mobile…00094"},
		{60, false, "[====                ] 94 of 400 accounts, 14s left"},
		{50, false, "94 of 400 accounts, 14s left  mobile-dev-00094"},
		{40, false, "94 of 400 accounts, 14s left  mobi…0094"},
		{20, false, "94 of 400… 14s left"},
		{80, true, "[====                ] corp: 94 of 400 accounts, 14s left  mobile-dev-00094"},
	} {
		var screen strings.Builder
		app := &command.App{IO: command.Streams{Err: &screen, ErrTerminal: true, ErrWidth: c.width, Width: 7}}
		b := newBar(app, c.several)
		now := begin
		b.now = func() time.Time { return now }
		b.show("corp", inventory.Progress{Accounts: 400, Total: 400}, func() {})
		screen.Reset()
		now = now.Add(4300 * time.Millisecond)
		p := inventory.Progress{Accounts: 400, Total: 400, Done: 94, Settled: []inventory.Account{{Name: "mobile-dev-00094"}}}
		b.show("corp", p, func() {})
		want := "\r\x1b[K\r" + c.want + "\x1b[K"
		if screen.String() != want {
			t.Errorf("width %d:\ngot  %q\nwant %q", c.width, screen.String(), want)
		}
		if c.width > 0 && terminal.Width(c.want) >= c.width {
			t.Errorf("width %d: the bar fills the line", c.width)
		}
	}
}
