//go:build unix

package picker

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

const region = "SSO region [None]: "

func TestAskLeavesTheLine(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: region})
	term.seesWithCursor("SSO region [None]: |")
	term.typeIn("us-east-1")
	term.seesWithCursor("SSO region [None]: us-east-1|")
	term.typeIn("\r")
	term.replies(got, reply{text: "us-east-1"})
	term.seesWithCursor("SSO region [None]: us-east-1\n|")
	term.untouched()
}

func TestRejectedAnswerStaysInTheLine(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: region, Check: func(answer string) error {
		if answer != "eu-west-1" {
			return errors.New("No such region")
		}
		return nil
	}})
	term.sees("SSO region [None]:")
	term.typeIn("eu-west-2\r")
	term.sees("SSO region [None]: eu-west-2\nNo such region")
	term.typeIn("\x7f")
	term.sees("SSO region [None]: eu-west-")
	term.typeIn("1\r")
	term.replies(got, reply{text: "eu-west-1"})
	term.seesWithCursor("SSO region [None]: eu-west-1\n|")
	term.untouched()
}

func TestPromptIsOnePieceOfPlainText(t *testing.T) {
	for _, cols := range []int{80, 30, 20, 200} {
		term := openTerminal(t, cols, 24)
		const text = "CLI default output format (json if not specified) [None]: "
		got := term.ask(t.Context(), Question{Text: text, Note: func(string) string { return "a note" }})
		term.contains("a note")
		term.typeIn("yaml\r")
		term.replies(got, reply{text: "yaml"})
		term.untouched()
		term.mu.Lock()
		if !strings.Contains(term.stream.String(), text) {
			t.Errorf("%d columns: the output lacks the prompt: %q", cols, term.stream.String())
		}
		if shown := strings.ReplaceAll(term.screen.picture(), "\n", ""); !strings.Contains(shown, "[None]: yaml") && cols != 20 {
			t.Errorf("%d columns: the screen is\n%s", cols, term.screen.picture())
		}
		term.mu.Unlock()
	}
}

func TestNarrowTerminalsShowTheWholeAnswer(t *testing.T) {
	term := openTerminal(t, 20, 5)
	got := term.ask(t.Context(), Question{Text: region, Note: func(string) string { return "1\n2\n3\n4\n5\n6" }})
	term.seesWithCursor("SSO region [None]:\n|\n1\n2\n3")
	term.typeIn("abcdefghijklmnopqrstuvwxyz")
	term.sees("SSO region [None]:\n<lmnopqrstuvwxyz\n1\n2\n3")
	term.typeIn("\x01")
	term.seesWithCursor("SSO region [None]:\n|abcdefghijklmnopqr>\n1\n2\n3")
	term.typeIn("\r")
	term.replies(got, reply{text: "abcdefghijklmnopqrstuvwxyz"})
	term.seesWithCursor("SSO region [None]: a\nbcdefghijklmnopqrstu\nvwxyz\n|")
	term.untouched()
}

func TestDecorationsNeverPushThePromptAway(t *testing.T) {
	note := func(string) string { return strings.Repeat("line\n", 40) }
	for _, rows := range []int{1, 2, 3, 4, 5, 8, 24} {
		term := openTerminal(t, 40, rows)
		if _, err := term.tty.WriteString(strings.Repeat("\r\n", rows)); err != nil {
			t.Fatal(err)
		}
		got := term.ask(t.Context(), Question{Text: region, Note: note, Check: func(string) error { return errors.New("Not good") }})
		term.typeIn("\r")
		if rows > 1 {
			term.contains("Not good")
		}
		term.contains("SSO region [None]:")
		if rows < 4 {
			term.await("no notes", func(s *screen) bool { return !strings.Contains(s.all(), "line") })
		} else {
			term.contains("line")
		}
		term.typeIn("\x03")
		term.replies(got, reply{err: ErrCancelled})
		term.await("just the question", func(s *screen) bool { return strings.Trim(s.all(), "\n") == "SSO region [None]:" })
		term.untouched()
	}
}

func TestTypedAheadKeysGoToLaterQuestions(t *testing.T) {
	term := openTerminal(t, 80, 24)
	first := term.ask(t.Context(), Question{Text: "A: "})
	term.sees("A:")
	term.typeIn("one\rtwo\r\x1b[B\rbet\ry\r")
	term.replies(first, reply{text: "one"})
	term.replies(term.ask(t.Context(), Question{Text: "B: "}), reply{text: "two"})
	term.replies(term.choose(t.Context(), Menu{Items: items("alpha", "beta")}), reply{index: 1})
	term.replies(term.choose(t.Context(), Menu{Items: items("alpha", "beta")}), reply{index: 1})
	if yes, err := term.c.Confirm(t.Context(), "Sure? [y/N] ", false); !yes || err != nil {
		t.Errorf("%v, %v; want true", yes, err)
	}
	term.sees("A: one\nB: two\nSure? [y/N] y")
	term.untouched()
}

func TestInputBeforeQuestion(t *testing.T) {
	term := openTerminal(t, 80, 24)
	term.typeIn("one\rtwo\r")
	term.contains("two") // the echo of the terminal
	term.replies(term.ask(t.Context(), Question{Text: "A: "}), reply{text: "one"})
	term.replies(term.ask(t.Context(), Question{Text: "B: "}), reply{text: "two"})
	term.sees("one\ntwo\nA: one\nB: two")
}

func TestNothingReadsBetweenCalls(t *testing.T) {
	term := openTerminal(t, 80, 24)
	goroutines := runtime.NumGoroutine()
	got := term.ask(t.Context(), Question{Text: "A: "})
	term.sees("A:")
	term.typeIn("x\r")
	term.replies(got, reply{text: "x"})
	goroutinesEnd(t, goroutines)
	term.typeIn("for others\r")
	buf := make([]byte, 100)
	n, err := term.tty.Read(buf)
	if got := string(buf[:n]); err != nil || got != "for others\n" {
		t.Errorf("the next reader gets %q, %v; want \"for others\"", got, err)
	}
}

func TestEscClearsThenCancels(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: "A: "})
	term.sees("A:")
	term.typeIn("text")
	term.sees("A: text")
	term.typeIn("\x1b")
	term.sees("A:\nEsc again to cancel")
	term.typeIn("x\x7f")
	term.sees("A:")
	term.typeIn("\x1b")
	term.replies(got, reply{err: ErrCancelled})
	term.seesWithCursor("A:\n|")
	term.untouched()
}

func TestSequenceInTwoPiecesIsNotEsc(t *testing.T) {
	term := openTerminal(t, 80, 24)
	term.c.escWait = time.Hour
	got := term.choose(t.Context(), Menu{Items: items("alpha", "beta")})
	term.contains("> alpha")
	term.typeIn("\x1b")
	term.typeIn("[B")
	term.contains("> beta")
	term.typeIn("\r")
	term.replies(got, reply{index: 1})
}

func TestCtrlDAndCtrlC(t *testing.T) {
	for _, keys := range []string{"\x04", "\x03", "text\x03", "\x1b[\x03", "\x1b[200~paste\x03"} {
		term := openTerminal(t, 80, 24)
		got := term.ask(t.Context(), Question{Text: "A: "})
		term.sees("A:")
		term.typeIn(keys)
		term.replies(got, reply{err: ErrCancelled})
		term.untouched()
	}
}

func TestWideAnswers(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: "A: "})
	term.sees("A:")
	term.typeIn("日本語👩\u200d👩\u200d👧e\u0301")
	term.seesWithCursor("A: 日本語👩\u200d👩\u200d👧e\u0301|")
	term.typeIn("\x1b[D\x7f")
	term.seesWithCursor("A: 日本語|e\u0301")
	term.typeIn("\x1b[D\x1b[3~\r")
	term.replies(got, reply{text: "日本e\u0301"})
	term.sees("A: 日本e\u0301")
	term.untouched()
}

func TestPasteDoesNotSubmit(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: "A: "})
	term.await("marks", func(s *screen) bool { return s.paste })
	term.typeIn("\x1b[200~https://a.example/start\rsecond\r\x1b[201~")
	term.sees("A: https://a.example/start")
	term.typeIn("\r")
	term.replies(got, reply{text: "https://a.example/start"})
	next := term.ask(t.Context(), Question{Text: "B: "})
	term.contains("B:")
	term.typeIn("x\r")
	term.replies(next, reply{text: "x"})
}

func TestSuggestions(t *testing.T) {
	term := openTerminal(t, 30, 8)
	got := term.ask(t.Context(), Question{Text: region, Suggestions: []string{"eu-west-1", "us-east-1", "us-east-2"}})
	term.sees("SSO region [None]:")
	term.typeIn("US")
	term.sees("SSO region [None]:\nUS\nus-east-1  us-east-2")
	term.typeIn("\t\t\t")
	term.contains("us-east-2")
	term.typeIn("\r")
	term.replies(got, reply{text: "us-east-2"})
	term.untouched()
}

func TestContextEndsTheWait(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	term := openTerminal(t, 80, 24)
	got := term.ask(ctx, Question{Text: "A: "})
	term.sees("A:")
	term.typeIn("text")
	term.sees("A: text")
	cancel(cause)
	term.replies(got, reply{err: cause})
	term.seesWithCursor("A: text\n|")
	term.untouched()
	term.replies(term.choose(ctx, Menu{Items: items("a")}), reply{index: -1, err: cause})
	term.sees("A: text")
	term.untouched()
}

func TestHangUp(t *testing.T) {
	term := openTerminal(t, 80, 24)
	goroutines := runtime.NumGoroutine()
	got := term.ask(t.Context(), Question{Text: "A: "})
	term.sees("A:")
	_ = term.master.Close()
	term.replies(got, reply{err: ErrGone})
	<-term.done
	goroutinesEnd(t, goroutines-1) // the goroutine of the screen has also ended
}

func TestPanicRestoresTheTerminal(t *testing.T) {
	term := openTerminal(t, 80, 24)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_, _ = term.c.Ask(t.Context(), Question{Text: "A: ", Note: func(string) string { panic("note") }})
	}()
	term.untouched()
}

func TestResizeAsksAgain(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: region, Note: func(typed string) string { return "note " + typed }})
	term.contains("note")
	term.typeIn("us-east-1")
	term.sees("SSO region [None]: us-east-1\nnote us-east-1")
	term.resize(24, 10)
	term.sees("SSO region [None]:\nus-east-1\nnote us-east-1")
	term.resize(40, 10)
	term.sees("SSO region [None]: us-east-1\nnote us-east-1")
	term.resize(24, 10)
	term.sees("SSO region [None]:\nus-east-1\nnote us-east-1")
	term.typeIn("\r")
	term.replies(got, reply{text: "us-east-1"})
	term.seesWithCursor("SSO region [None]: us-ea\nst-1\n|")
	term.untouched()
}

func TestDumbTerminal(t *testing.T) {
	term := openTerminal(t, 80, 24)
	term.c.Dumb = true
	got := term.ask(t.Context(), Question{Text: "A: ", Suggestions: []string{"x"}, Check: func(answer string) error {
		if answer == "" {
			return errors.New("A value is required")
		}
		return nil
	}})
	term.sees("A:")
	term.typeIn("\r")
	term.sees("A:\nA value is required\nA:")
	term.typeIn("yex\x7fs\r")
	term.replies(got, reply{text: "yes"})
	picked := term.choose(t.Context(), Menu{Items: items("alpha", "beta")})
	term.contains("Type a number, or words to search for:")
	term.typeIn("beta\r")
	term.contains("Press Enter to pick this entry")
	term.typeIn("\r")
	term.replies(picked, reply{index: 1})
	ended := term.ask(t.Context(), Question{Text: "B: "})
	term.contains("B:")
	term.typeIn("\x04")
	term.replies(ended, reply{err: ErrCancelled})
	term.untouched()
	term.mu.Lock()
	defer term.mu.Unlock()
	// The terminal echoes Backspace as "\b \b", which is not an escape sequence.
	if strings.Contains(term.stream.String(), "\x1b") {
		t.Errorf("an escape sequence in %q, want none", term.stream.String())
	}
}

func TestHiddenLineIsReadAndCanBeCancelled(t *testing.T) {
	term := openTerminal(t, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	type result struct {
		line string
		err  error
	}
	got := make(chan result)
	read := func() {
		line, err := term.c.Hidden(ctx, "")
		got <- result{line, err}
	}
	go read()
	term.typeIn("http://127.0.0.1/?code=secret\r")
	if r := <-got; r.err != nil || r.line != "http://127.0.0.1/?code=secret" {
		t.Errorf("%q, %v; want the pasted URL", r.line, r.err)
	}
	go read()
	cancel()
	if r := <-got; !errors.Is(r.err, context.Canceled) {
		t.Errorf("%q, %v; want context.Canceled", r.line, r.err)
	}
	term.untouched()
}
