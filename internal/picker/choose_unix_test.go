//go:build unix

package picker

import "testing"

func items(labels ...string) []Item {
	var list []Item
	for _, l := range labels {
		list = append(list, Item{Label: l})
	}
	return list
}

func TestChooseWalksAndLeavesNothing(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.choose(t.Context(), Menu{Items: items("alpha", "beta", "gamma"), Start: 1})
	term.sees("  alpha\n> beta\n  gamma\n3 entries, type to filter")
	term.typeIn("\x1b[B\x1b[B")
	term.sees("> alpha\n  beta\n  gamma\n3 entries, type to filter")
	term.typeIn("\x10")
	term.sees("  alpha\n  beta\n> gamma\n3 entries, type to filter")
	term.typeIn("B")
	term.sees("> beta\nfilter: B   1 of 3")
	term.typeIn("\r")
	term.replies(got, reply{index: 1})
	term.seesWithCursor("|")
	term.untouched()
}

func TestMenuScrollsWithinTheTerminal(t *testing.T) {
	term := openTerminal(t, 20, 4)
	got := term.choose(t.Context(), Menu{Items: items("one", "two", "three", "four")})
	term.sees("> one\n  two\n4 entries")
	term.typeIn("\x1b[A")
	term.contains("> four")
	term.typeIn("\x03")
	term.replies(got, reply{index: -1, err: ErrCancelled})
	term.await("nothing", func(s *screen) bool { return s.all() == "" })
	if n := term.pending(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
	term.untouched()
}
