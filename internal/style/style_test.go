package style_test

import (
	"runtime"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/style"
)

func TestNew(t *testing.T) {
	xterm := map[string]string{"TERM": "xterm-256color"}
	with := func(name, value string) map[string]string {
		return map[string]string{"TERM": "xterm-256color", name: value}
	}
	for _, tt := range []struct {
		name     string
		terminal bool
		env      map[string]string
		flag     string
		want     bool
	}{
		{"a terminal", true, xterm, "auto", true},
		{"a terminal before the flags are read", true, xterm, "", true},
		{"a pipe", false, xterm, "auto", false},
		{"NO_COLOR", true, with("NO_COLOR", "1"), "auto", false},
		{"NO_COLOR with any value", true, with("NO_COLOR", "false"), "auto", false},
		{"NO_COLOR that is empty", true, with("NO_COLOR", ""), "auto", true},
		{"a dumb terminal", true, with("TERM", "dumb"), "auto", false},
		{"TERM that is empty", true, with("TERM", ""), "auto", runtime.GOOS == "windows"},
		{"TERM that is not set", true, nil, "auto", runtime.GOOS == "windows"},
		{"--color off", true, xterm, "off", false},
		{"--color on in a pipe", false, xterm, "on", true},
		{"--color on with NO_COLOR", true, with("NO_COLOR", "1"), "on", true},
		{"--color on in a dumb terminal", true, with("TERM", "dumb"), "on", true},
		{"variables of other programs", false, map[string]string{"TERM": "xterm", "CLICOLOR_FORCE": "1", "TTY_FORCE": "1", "COLORTERM": "truecolor"}, "auto", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lookup := func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
			p := style.New(tt.terminal, lookup, tt.flag)
			if p.On() != tt.want {
				t.Errorf("colours are %v, want %v", p.On(), tt.want)
			}
			if coloured := p.Good("x") != "x"; coloured != tt.want {
				t.Errorf("Good(x) is %q, but On is %v", p.Good("x"), p.On())
			}
		})
	}
}

// Only the 16 colours of the terminal's theme are readable on light and dark backgrounds.
func TestPalette(t *testing.T) {
	on := style.New(false, func(string) (string, bool) { return "", false }, "on")
	const text = "one\ttwo\n\nthree "
	for _, tt := range []struct {
		name  string
		paint func(style.Palette, string) string
		begin string
	}{
		{"Good", style.Palette.Good, "\x1b[32m"},
		{"Soon", style.Palette.Soon, "\x1b[33m"},
		{"Bad", style.Palette.Bad, "\x1b[31m"},
		{"Heading", style.Palette.Heading, "\x1b[1m"},
		{"Dim", style.Palette.Dim, "\x1b[2m"},
		{"Error", style.Palette.Error, "\x1b[1;31m"},
		{"Warning", style.Palette.Warning, "\x1b[1;33m"},
		{"Hint", style.Palette.Hint, "\x1b[1;36m"},
		{"Added", style.Palette.Added, "\x1b[32m"},
		{"Removed", style.Palette.Removed, "\x1b[31m"},
		{"Selected", style.Palette.Selected, "\x1b[1m"},
		{"Match", style.Palette.Match, "\x1b[1;32m"},
	} {
		want := tt.begin + "one\ttwo\x1b[m\n\n" + tt.begin + "three \x1b[m"
		if got := tt.paint(on, text); got != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
		if got := tt.paint(style.Palette{}, text); got != text {
			t.Errorf("%s of the zero Palette: %q, want %q", tt.name, got, text)
		}
	}
}
