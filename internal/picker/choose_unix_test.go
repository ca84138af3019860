//go:build unix

package picker

import (
	"fmt"
	"strings"
	"testing"
)

func TestMenuMovesTheSelectionAndErasesItself(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.choose(t.Context(), Menu{Items: items("alpha", "beta", "gamma"), Start: 1})
	term.sees("  alpha\n> beta\n  gamma\n2/3   type to filter")
	term.typeIn("\x1b[B\x1b[B")
	term.sees("> alpha\n  beta\n  gamma\n1/3   type to filter")
	term.typeIn("\x10")
	term.sees("  alpha\n  beta\n> gamma\n3/3   type to filter")
	term.typeIn("B")
	term.sees("> beta\nfilter: B   1 of 1 match (3)")
	term.typeIn("\r")
	term.replies(got, reply{index: 1})
	term.seesWithCursor("|")
	term.untouched()
}

func TestMenuScrollsWithinTheTerminal(t *testing.T) {
	term := openTerminal(t, 20, 4)
	got := term.choose(t.Context(), Menu{Items: items("one", "two", "three", "four")})
	term.sees("> one\n  two\n1/4")
	term.typeIn("\x1b[A")
	term.contains("> four")
	term.typeIn("\x03")
	term.replies(got, reply{index: -1, err: ErrCancelled})
	term.await("nothing", func(s *screen) bool { return s.all() == "" })
	if term.unread() {
		t.Error("a key is left")
	}
	term.untouched()
}

func TestMenuCentersTheFirstSelection(t *testing.T) {
	term := openTerminal(t, 40, 8)
	got := term.choose(t.Context(), Menu{Title: "Pick a number:", Items: items("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), Start: 4})
	term.sees("Pick a number:\n  three\n  four\n> five\n  six\n  seven\n5/9   type to filter")
	term.typeIn("\x1b[B\x1b[B")
	term.sees("Pick a number:\n  three\n  four\n  five\n  six\n> seven\n7/9   type to filter")
	term.typeIn("\x1b[B")
	term.sees("Pick a number:\n  four\n  five\n  six\n  seven\n> eight\n8/9   type to filter")
	term.typeIn("\r")
	term.replies(got, reply{index: 7})
	term.untouched()
}

func TestMenuSizes(t *testing.T) {
	for _, tt := range []struct{ cols, rows, shown int }{{80, 24, 10}, {30, 8, 6}, {20, 4, 2}, {200, 50, 10}, {40, 3, 2}, {40, 2, 1}, {40, 1, 1}} {
		term := openTerminal(t, tt.cols, tt.rows)
		got := term.choose(t.Context(), Menu{Items: many(5000)})
		term.await("the menu", func(s *screen) bool {
			rows := strings.Split(s.picture(), "\n")
			return strings.HasPrefix(rows[0], "> T") && len(rows) == tt.shown+min(tt.rows-1, 1)
		})
		term.typeIn("\x1b[F")
		term.contains(fmt.Sprintf("(%012d)", 100000000000+4999*7919))
		term.typeIn("\x1b[5~\x1b[6~\x1b[B")
		term.contains("> T")
		term.typeIn("OWNER-4321@ team")
		term.contains(fmt.Sprintf("(%012d)", 100000000000+4321*7919))
		term.typeIn("\r")
		term.replies(got, reply{index: 4321})
		term.await("nothing", func(s *screen) bool { return strings.Trim(s.all(), "\n") == "" })
		term.untouched()
	}
}

func TestMenuFilter(t *testing.T) {
	term := openTerminal(t, 30, 8)
	got := term.choose(t.Context(), Menu{Items: items("alpha", "beta", "gamma"), Start: 2})
	term.contains("> gamma")
	term.typeIn("m")
	term.sees("> gamma\nfilter: m   1 of 1 match (3)")
	term.typeIn("x\r")
	term.sees("  nothing matches\nfilter: mx   no matches (3)")
	term.typeIn("\x7f\x7f")
	term.sees("  alpha\n  beta\n> gamma\n3/3   type to filter")
	term.typeIn("\x1b[200~BETA\n\x1b[201~")
	term.sees("> beta\nBETA   1 of 1 match (3)")
	term.typeIn("\x1b")
	term.sees("  alpha\n> beta\n  gamma\n2/3   type to filter")
	term.typeIn("a long filter that does not fit")
	term.sees("  nothing matches\nfilter that does not fit 0/0")
	term.typeIn("\x15\x1b")
	term.replies(got, reply{index: -1, err: ErrCancelled})
	term.seesWithCursor("|")
	term.untouched()
}

func TestMenuCutsByColumns(t *testing.T) {
	for _, apart := range []bool{false, true} {
		term := openTerminal(t, 20, 8)
		term.screen.apart = apart
		const family = "👩\u200d👩\u200d👧"
		got := term.choose(t.Context(), Menu{Items: items(
			"日本語のアカウント名です", strings.Repeat(family, 12), "cafe\u0301 "+strings.Repeat("x", 30), "\x1b[31mred\u202e\n", "short",
		)})
		term.await("five rows and the status", func(s *screen) bool {
			rows := strings.Split(s.picture(), "\n")
			return len(rows) == 6 && strings.HasPrefix(rows[0], "> 日本語のアカウン…") && rows[3] == "  ?[31mred??" && rows[4] == "  short"
		})
		term.typeIn("\x03")
		term.replies(got, reply{index: -1, err: ErrCancelled})
		term.seesWithCursor("|")
		term.untouched()
	}
}

func TestMenuResizes(t *testing.T) {
	term := openTerminal(t, 80, 24)
	if _, err := term.tty.WriteString("50 accounts:\r\n"); err != nil {
		t.Fatal(err)
	}
	got := term.choose(t.Context(), Menu{Items: many(50)})
	term.contains("1/50")
	term.resize(20, 6)
	term.await("a smaller menu", func(s *screen) bool {
		return strings.HasSuffix(s.picture(), "\n> T… (100000000000)\n  T… (100000007919)\n  T… (100000015838)\n  T… (100000023757)\n1/50")
	})
	term.resize(80, 24)
	term.contains("owner-9@")
	term.typeIn("\r")
	term.replies(got, reply{index: 0})
	term.sees("50 accounts:")
	term.untouched()
}

func TestMenuHangUp(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.choose(t.Context(), Menu{Items: many(3)})
	term.contains("1/3")
	_ = term.master.Close()
	term.replies(got, reply{index: -1, err: ErrGone})
}

func TestQuestionWithChoices(t *testing.T) {
	term := openTerminal(t, 40, 10)
	choices := []Item{{Name: "corp", Detail: "https://corp.awsapps.com/start"}, {Name: "lab", Detail: "https://lab.awsapps.com/start"}}
	question := Question{Text: "Session: ", Default: "lab", Choices: choices, Note: func(string) string { return "a note" }}
	got := term.ask(t.Context(), question)
	term.seesWithCursor("Session: |\na note")
	term.typeIn("\x1b[B")
	term.sees("Session:\n  corp, https://corp.awsapps.com/start\n> lab, https://lab.awsapps.com/start\n2/2   type to filter")
	term.typeIn("co")
	term.sees("Session:\n> corp, https://corp.awsapps.com/start\n  lab, https://lab.awsapps.com/start\nfilter: co   1 of 2 matches (2)")
	term.typeIn("\x1b")
	term.contains("1/2   type to filter")
	term.typeIn("\x1b") // return to the question
	term.seesWithCursor("Session: |\na note")
	term.typeIn("x\x1b[B")
	term.sees("Session: x\n> corp, https://corp.awsapps.com/start\n  lab, https://lab.awsapps.com/start\n1/2   type to filter")
	term.typeIn("\r")
	term.replies(got, reply{text: "corp"})
	term.seesWithCursor("Session: corp\n|")
	term.untouched()

	got = term.ask(t.Context(), question)
	term.contains("a note")
	term.typeIn("\x1b[B")
	term.contains("2/2")
	term.typeIn("\x03")
	term.replies(got, reply{err: ErrCancelled})
	term.seesWithCursor("Session: corp\nSession:\n|")
	term.untouched()
}
