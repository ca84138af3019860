package picker

import (
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	text := func(s string) key { return key{kind: keyText, text: s} }
	tests := []struct {
		name    string
		in      string
		settled bool
		want    key
		n       int
	}{
		{"a letter", "ab", false, text("a"), 1},
		{"a wide character", "日本", false, text("日"), 3},
		{"half a character", "\xe6\x97", false, key{}, 0},
		{"half a character, settled", "\xe6\x97", true, key{}, 1},
		{"a byte that is not UTF-8", "\xffa", false, key{}, 1},
		{"a C1 control", "\u009bA", false, key{}, 2},
		{"Enter", "\r\n", false, key{kind: keyEnter}, 1},
		{"Enter in cooked mode", "\n", false, key{kind: keyEnter}, 1},
		{"Ctrl-C", "\x03", false, key{kind: keyCancel}, 1},
		{"Ctrl-Z", "\x1a", false, key{}, 1},
		{"Backspace", "\x7f", false, key{kind: keyBackspace}, 1},
		{"Esc, not settled", "\x1b", false, key{}, 0},
		{"Esc", "\x1b", true, key{kind: keyEsc}, 1},
		{"Esc twice, not settled", "\x1b\x1b", false, key{}, 0},
		{"Esc twice", "\x1b\x1b", true, key{kind: keyEsc}, 1},
		{"Esc and Enter", "\x1b\r", false, key{kind: keyEsc}, 1},
		{"Esc and Ctrl-C", "\x1b\x03", false, key{kind: keyEsc}, 1},
		{"up", "\x1b[A", false, key{kind: keyUp}, 3},
		{"an incomplete Up", "\x1b[", false, key{}, 0},
		{"an incomplete Up, settled", "\x1b[", true, key{}, 2},
		{"an incomplete Up before Ctrl-C", "\x1b[\x03", false, key{}, 2},
		{"up in application mode", "\x1bOA", false, key{kind: keyUp}, 3},
		{"up with Alt", "\x1b\x1b[A", false, key{kind: keyUp}, 4},
		{"right with Ctrl", "\x1b[1;5C", false, key{kind: keyWordRight}, 6},
		{"Home", "\x1b[H", false, key{kind: keyHome}, 3},
		{"Home on a VT220", "\x1b[1~", false, key{kind: keyHome}, 4},
		{"End in rxvt", "\x1b[8~", false, key{kind: keyEnd}, 4},
		{"Delete", "\x1b[3~", false, key{kind: keyDelete}, 4},
		{"page down", "\x1b[6~", false, key{kind: keyPageDown}, 4},
		{"Shift-Tab", "\x1b[Z", false, key{kind: keyBackTab}, 3},
		{"F1 on the Linux console", "\x1b[[A", false, key{}, 4},
		{"F5", "\x1b[15~", false, key{}, 5},
		{"Enter on the keypad", "\x1bOM", false, key{kind: keyEnter}, 3},
		{"Alt-F", "\x1bf", false, key{kind: keyWordRight}, 2},
		{"Alt and a wide character", "\x1b日a", false, key{}, 4},
		{"an unexpected cursor position report", "\x1b[12;40R", false, key{}, 8},
		{"an unexpected background colour report", "\x1b]11;rgb:0000/0000/0000\x1b\\x", false, key{}, 25},
		{"the same with BEL", "\x1b]11;rgb:0\x07x", false, key{}, 11},
		{"the same, incomplete", "\x1b]11;rgb", false, key{}, 0},
		{"a paste", "\x1b[200~x", false, key{kind: keyPasteBegins}, 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, n := decode([]byte(tt.in), tt.settled)
			if got != tt.want || n != tt.n {
				t.Errorf("%q: %+v of %d bytes, want %+v of %d", tt.in, got, n, tt.want, tt.n)
			}
		})
	}
}

func TestTakePaste(t *testing.T) {
	c := &Console{}
	var got []key
	for _, piece := range []string{"a\x1b[20", "0~one\rtwo\x1b[2", "01~b\x1b[200~lost\x03", "\x1b[201~c"} {
		c.ahead = append(c.ahead, piece...)
		for {
			k, ok := c.take(false)
			if !ok {
				break
			}
			got = append(got, k)
		}
	}
	want := []key{
		{kind: keyText, text: "a"},
		{kind: keyPaste, text: "one\rtwo"},
		{kind: keyText, text: "b"},
		{kind: keyPaste, text: "lost"},
		{kind: keyCancel},
		{kind: keyText, text: "c"},
	}
	if len(got) != len(want) {
		t.Fatalf("keys %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("key %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// FuzzDecode checks three properties. decode uses all settled input. It recognizes Ctrl-C
// after any input. If the input arrives in other pieces, the keys are the same.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"a\x1b[A", "\x1b\x1b[1;5D", "\x1b[200~x\x1b[201~", "\x1b]0;t\x07", "日\xe6", "\x1bO", "\x1b[[", "\x1b[200~\x1b[20"} {
		f.Add([]byte(s), 2)
	}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		keys := func(pieces ...[]byte) (all []key) {
			c := &Console{}
			for i, p := range pieces {
				c.ahead = append(c.ahead, p...)
				for {
					k, ok := c.take(i == len(pieces)-1)
					if !ok {
						break
					}
					all = append(all, k)
				}
			}
			if len(c.ahead) > 0 && !c.pasting {
				rest := c.ahead
				if _, n := decode(rest, true); n == 0 {
					t.Fatalf("decode(%q) used no bytes of %q, want some", rest, in)
				}
			}
			return all
		}
		whole := keys(append(in, 3), nil)
		if len(whole) == 0 || whole[len(whole)-1].kind != keyCancel {
			t.Fatalf("%q and Ctrl-C: %+v, want Ctrl-C last", in, whole)
		}
		cut = min(max(cut, 0), len(in))
		parts := keys(in[:cut], append(in[cut:], 3), nil)
		if len(parts) != len(whole) {
			t.Fatalf("%q in one piece: %+v, cut at %d: %+v", in, whole, cut, parts)
		}
		for i := range parts {
			if parts[i] != whole[i] {
				t.Fatalf("%q in one piece: %+v, cut at %d: %+v", in, whole, cut, parts)
			}
		}
		for _, k := range whole {
			if strings.ContainsRune(k.text, 3) {
				t.Fatalf("%q holds Ctrl-C", k.text)
			}
		}
	})
}
