package picker

import (
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// pressAll decodes the bytes and edits a line with the keys.
func pressAll(l *line, in string) {
	c := &Console{ahead: []byte(in)}
	for {
		k, ok := c.take(true)
		if !ok {
			return
		}
		l.edit(k)
	}
}

func TestEdit(t *testing.T) {
	const family = "👩\u200d👩\u200d👧"
	tests := []struct{ name, keys, want string }{ // | is the cursor
		{"typed", "abc", "abc|"},
		{"left, then a character", "ac\x1b[Db", "ab|c"},
		{"home, delete, end", "abc\x01\x1b[3~\x05d", "bcd|"},
		{"backspace removes a joined emoji", "a" + family + "\x7f", "a|"},
		{"backspace removes a letter with its accent", "cafe\u0301\x7f", "caf|"},
		{"left moves over a joined emoji", family + "\x1b[Dx", "x|" + family},
		{"right stops at the end", "a\x1b[C\x1b[C", "a|"},
		{"delete with Ctrl-D", "ab\x01\x04", "|b"},
		{"delete to the beginning", "one two\x1b[D\x15", "|o"},
		{"delete to the end", "one two\x1b[D\x0b", "one tw|"},
		{"delete a word", "one  two\x17", "one  |"},
		{"delete a word and the spaces after it", "one  two  \x17", "one  |"},
		{"left by words", "us-east 1\x1bb\x1bbX", "us-X|east 1"},
		{"right by words", "us-east\x01\x1b[1;5C\x1b[1;5CX", "us-eastX|"},
		{"the first line of a paste", "\x1b[200~\r\n a\tb\nc\x1b[201~", " a b|"},
		{"an accent joins the letter before", "e\x1b[200~\u0301\x1b[201~x\x1b[D\x1b[D\x7f", "|e\u0301x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l line
			pressAll(&l, tt.keys)
			if got := l.text[:l.cur] + "|" + l.text[l.cur:]; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestView(t *testing.T) {
	tests := []struct {
		name string
		line line
		cols int
		want string
		col  int
	}{
		{"the whole line", line{"abc", 1}, 10, "abc", 1},
		{"the end", line{"0123456789abcdef", 16}, 10, "<bcdef", 6},
		{"the beginning", line{"0123456789abcdef", 0}, 10, "01234567>", 0},
		{"the middle", line{"0123456789abcdef", 9}, 10, "<6789abc>", 4},
		{"wide", line{"日本語日本語", 18}, 8, "<語", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, col := tt.line.view(tt.cols)
			if got != tt.want || col != tt.col {
				t.Errorf("%q with the cursor at %d, want %q, %d", got, col, tt.want, tt.col)
			}
		})
	}
}

// FuzzEdit checks that the cursor is between characters and that the view fits, after any
// keys.
func FuzzEdit(f *testing.F) {
	f.Add("abc\x1b[D\x7f日本語\x17", 12)
	f.Add("👩\u200d👩\u200d👧e\u0301\x02\x02x\x04\x1bb\x1bd", 5)
	f.Add("🇩🇪🇫🇷\x02🇯\x7f\x01\u0301\x1b[3~", 80)
	f.Fuzz(func(t *testing.T, keys string, cols int) {
		if len(keys) > 400 {
			return // more keys are slower and find nothing new
		}
		cols = min(max(cols, 6), 200)
		var l line
		c := &Console{ahead: []byte(keys)}
		for {
			k, ok := c.take(true)
			if !ok {
				return
			}
			l.edit(k)
			if l.cur < 0 || l.cur > len(l.text) || len(l.text) > maxLine || !utf8.ValidString(l.text) {
				t.Fatalf("cursor %d in %q, want it inside valid text", l.cur, l.text)
			}
			if _, end := around(l.text, l.cur); end != l.cur {
				t.Fatalf("the cursor is inside a character: %d in %q", l.cur, l.text)
			}
			shown, col := l.view(cols)
			if width(shown) > cols || col < 0 || col >= cols {
				t.Fatalf("%q of %d columns, cursor at %d, in %d", shown, uniseg.StringWidth(shown), col, cols)
			}
		}
	})
}

func TestFit(t *testing.T) {
	tests := []struct {
		in   string
		cols int
		want string
	}{
		{"alpha", 5, "alpha"},
		{"alpha dev", 8, "alpha d…"},
		{"日本語", 6, "日本語"},
		{"日本語です", 8, "日本語…"},
		{"cafe\u0301 au lait", 5, "cafe\u0301…"},
		{"👩\u200d👩\u200d👧 family", 3, "👩\u200d👩\u200d👧…"},
		{"alpha", 3, "al…"},
		{"alpha", 1, "a"},
		{"alpha", 0, ""},
		{"alpha", -1, ""},
	}
	for _, tt := range tests {
		if got := fit(tt.in, tt.cols); got != tt.want || width(got) > max(tt.cols, 0) {
			t.Errorf("%q in %d columns: %q, want %q", tt.in, tt.cols, got, tt.want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 日本語":                "plain ü 日本語",
		"\x1b[31mred\x1b[0m\n":       "?[31mred?[0m?",
		"\u009b31m":                  "?31m",
		"abc\u202etxt":               "abc?txt",
		"\u2066a\u2069\u200b\ufeff":  "?a???",
		"a\xffb":                     "a?b",
		"👩\u200d👧":                   "👩\u200d👧",
		"line\u2028break":            "line?break",
		"private use \ue0b0 (arrow)": "private use ? (arrow)",
	} {
		if got := visible(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestFlow(t *testing.T) {
	tests := []struct {
		in             string
		cols, row, col int
	}{
		{"", 10, 0, 0},
		{"SSO region [None]: ", 20, 0, 19},
		{"0123456789", 10, 0, 10},
		{"0123456789a", 10, 1, 1},
		{"012345678日", 10, 1, 2},
	}
	for _, tt := range tests {
		if row, col := flow(tt.in, tt.cols); row != tt.row || col != tt.col {
			t.Errorf("%q in %d columns ends at %d, %d, want %d, %d", tt.in, tt.cols, row, col, tt.row, tt.col)
		}
	}
}
