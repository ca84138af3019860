// Package style colours text by its meaning. It uses the 16 colours of the terminal's own
// theme, so that text is readable on light and dark backgrounds. It sends no queries to the
// terminal.
package style

import (
	"image/color"
	"runtime"
	"strings"

	"charm.land/lipgloss/v2"
)

// A Palette colours text that is written to one stream. The zero Palette returns text
// unchanged.
//
// Every method returns text that ends in the terminal's normal state. So do not colour text
// that already has colours; colour each part of it separately. First clean text of servers
// and other users with terminal.Printable.
type Palette struct{ on bool }

// New returns the Palette of a stream. flag is the value of --color. Any value except "on"
// and "off" means auto. Auto uses colours on a terminal, with two exceptions: NO_COLOR is not
// empty (https://no-color.org), or the terminal is [Dumb].
func New(isTerminal bool, lookup func(name string) (string, bool), flag string) Palette {
	switch flag {
	case "on":
		return Palette{on: true}
	case "off":
		return Palette{}
	}
	if !isTerminal || Dumb(lookup) {
		return Palette{}
	}
	noColor, _ := lookup("NO_COLOR")
	return Palette{on: noColor == ""}
}

// Dumb reports whether TERM says that the terminal understands no escape sequences: it is "dumb",
// empty or not set. On Windows, TERM is usually not set, and says nothing then.
func Dumb(lookup func(name string) (string, bool)) bool {
	term, _ := lookup("TERM")
	return term == "" && runtime.GOOS != "windows" || term == "dumb"
}

// On reports whether the Palette adds colours.
func (p Palette) On() bool { return p.on }

// Good colours a state that needs no action: a valid session.
func (p Palette) Good(text string) string { return p.render(text, lipgloss.Green, false) }

// Soon colours a state that needs action soon: a session or role that ends soon.
func (p Palette) Soon(text string) string { return p.render(text, lipgloss.Yellow, false) }

// Bad colours a state that needs action now: a session that has ended.
func (p Palette) Bad(text string) string { return p.render(text, lipgloss.Red, false) }

// Heading emphasizes a title or a name.
func (p Palette) Heading(text string) string { return p.render(text, nil, true) }

// Dim makes text faint. Use it only for text that a reader can do without.
func (p Palette) Dim(text string) string {
	return p.lines(text, lipgloss.NewStyle().Faint(true))
}

// Error colours the label of an error.
func (p Palette) Error(label string) string { return p.render(label, lipgloss.Red, true) }

// Warning colours the label of a warning.
func (p Palette) Warning(label string) string { return p.render(label, lipgloss.Yellow, true) }

// Hint colours the label of a hint.
func (p Palette) Hint(label string) string { return p.render(label, lipgloss.Cyan, true) }

// Added colours the new lines of a diff.
func (p Palette) Added(text string) string { return p.render(text, lipgloss.Green, false) }

// Removed colours the old lines of a diff.
func (p Palette) Removed(text string) string { return p.render(text, lipgloss.Red, false) }

// Nth gives text one of five colours that stand for nothing. Neighbouring numbers have different
// colours. Use it to tell the lines of several sources apart.
func (p Palette) Nth(n int, text string) string {
	colours := [...]color.Color{lipgloss.Cyan, lipgloss.Green, lipgloss.Magenta, lipgloss.Yellow, lipgloss.Blue}
	return p.render(text, colours[n%len(colours)], false)
}

// Selected emphasizes the selected row of a menu.
func (p Palette) Selected(text string) string { return p.render(text, nil, true) }

// Match colours the part of a row that matches a filter.
func (p Palette) Match(text string) string { return p.render(text, lipgloss.Green, true) }

// render colours text. A nil colour is the terminal's own colour.
func (p Palette) render(text string, c color.Color, bold bool) string {
	s := lipgloss.NewStyle().Bold(bold)
	if c != nil {
		s = s.Foreground(c)
	}
	return p.lines(text, s)
}

// lines renders each line of text by itself, because lipgloss would pad a text of several
// lines to one length. It keeps tabs.
func (p Palette) lines(text string, s lipgloss.Style) string {
	if !p.on {
		return text
	}
	s = s.Inline(true).TabWidth(lipgloss.NoTabConversion)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = s.Render(line)
		}
	}
	return strings.Join(lines, "\n")
}
