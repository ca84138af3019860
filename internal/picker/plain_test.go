package picker

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// script returns a Console with this input, and its output.
func script(t *testing.T, input string) (*Console, *strings.Builder) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	if _, err := w.WriteString(input); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out := &strings.Builder{}
	return &Console{In: r, Out: out}, out
}

func TestScriptedConversation(t *testing.T) {
	c, out := script(t, "bad\n  good \r\n\nn\nlast")
	check := func(answer string) error {
		if answer == "bad" {
			return errors.New("Not good")
		}
		return nil
	}
	first, err1 := c.Ask(t.Context(), Question{Text: "A: ", Check: check})
	second, err2 := c.Ask(t.Context(), Question{Text: "B [x]: ", Default: "x"})
	yes, err3 := c.Confirm(t.Context(), "Sure? [Y/n] ", true)
	last, err4 := c.Ask(t.Context(), Question{Text: "C: "})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if first != "good" || second != "x" || yes || last != "last" {
		t.Errorf("answers %q, %q, %v, %q, want good, x, false, last", first, second, yes, last)
	}
	if want := "A: Not good\nA: B [x]: Sure? [Y/n] C: "; out.String() != want {
		t.Errorf("wrote %q, want %q", out, want)
	}
	if _, err := c.Ask(t.Context(), Question{Text: "D: "}); !errors.Is(err, ErrGone) {
		t.Errorf("at the end: %v, want ErrGone", err)
	}
}

func TestScriptedMenu(t *testing.T) {
	const ask, take = "Type a number, or words to search for: ", "Press Enter to pick this entry, or type words to search for: "
	const list = "  1  alpha\n  2  beta\n  3  alphabet?[2J\n"
	tests := []struct {
		name, input string
		want        int
		err         error
		out         string
	}{
		{"a number", "2\n", 1, nil, list + ask},
		{"an empty line, then a number", "\n3\n", 2, nil, list + ask + ask},
		{"a number in the second list", "ALPHA\n2\n", 2, nil, list + ask + "  1  alpha\n  2  alphabet?[2J\n" + ask},
		{"one match", "bet\n\nbeta\n\n", 1, nil, list + ask + "  1  beta\n  2  alphabet?[2J\n" + ask + list + ask + "  1  beta\n" + take},
		{"words without a match", "gamma\n4\n1\n", 0, nil, list + ask + "Nothing matches gamma.\n" + ask + "Nothing matches 4.\n" + ask},
		{"the end of the input", "", -1, ErrGone, list + ask},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, out := script(t, tt.input)
			got, err := c.Choose(t.Context(), Menu{Items: items("alpha", "beta", "alphabet\x1b[2J")})
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%d, %v, want %d, %v", got, err, tt.want, tt.err)
			}
			if out.String() != tt.out {
				t.Errorf("wrote\n%s\nwant\n%s", out, tt.out)
			}
		})
	}
}

func TestLongListShowsItsFirstItems(t *testing.T) {
	c, out := script(t, "21\n\n1\n") // 21 is not in the list, so it is a word
	got, err := c.Choose(t.Context(), Menu{Items: many(50)})
	if err != nil || !strings.Contains(out.String(), " 20  Team 19 ") || !strings.Contains(out.String(), "... and 30 more\n") {
		t.Errorf("%d, %v\n%s\nwant 20 teams and a line about the other 30", got, err, out)
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("escape sequences: %q, want none", out)
	}
}

func TestContextEndsTheReadOfAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := &Console{In: r, Out: writer(func([]byte) { cancel(cause) })}
	if _, err := c.Ask(ctx, Question{Text: "A: "}); !errors.Is(err, cause) {
		t.Errorf("error %v, want the cause", err)
	}
}

// A writer is a function that is called for each Write.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

func TestScriptedMenuRanksAndHasATitle(t *testing.T) {
	c, out := script(t, "prod\n1\n")
	got, err := c.Choose(t.Context(), Menu{Title: "Pick an account:", Items: []Item{
		{Name: "reproduction", ID: "111122223333"}, {Name: "payments-prod", ID: "444455556666", Detail: "pay@example.com"},
	}})
	if err != nil || got != 1 {
		t.Errorf("%d, %v, want 1", got, err)
	}
	if want := "Pick an account:\n  1  reproduction (111122223333)\n  2  payments-prod, pay@example.com (444455556666)\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("wrote\n%s\nwant first\n%s", out, want)
	}
	if !strings.Contains(out.String(), "  1  payments-prod, pay@example.com (444455556666)\n  2  reproduction (111122223333)\n") {
		t.Errorf("the best match is not first:\n%s", out)
	}
}

func TestEmptyMenu(t *testing.T) {
	c, _ := script(t, "1\n")
	if got, err := c.Choose(t.Context(), Menu{}); err == nil {
		t.Errorf("picked %d from an empty menu", got)
	}
}
