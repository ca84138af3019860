package interop_test

import (
	"fmt"
	"strings"
	"testing"
)

// formats lists the output formats that every version of the AWS CLI knows.
var formats = []string{"json", "yaml", "yaml-stream", "text", "table"}

// A question is a command line that runs once in each output format.
type question struct {
	line    string
	formats []string // nil means the default format
}

// inEvery returns questions that run each line in every format.
func inEvery(lines ...string) (qs []question) {
	for _, line := range lines {
		qs = append(qs, question{line, formats})
	}
	return qs
}

// once returns questions that run each line in the default format.
func once(lines ...string) (qs []question) {
	for _, line := range lines {
		qs = append(qs, question{line, nil})
	}
	return qs
}

// lines returns the command lines of the questions. It replaces each name in names by its value.
func (b *batch) lines(names map[string]string, questions ...[]question) (lines []string) {
	var pairs []string
	for name, value := range names {
		pairs = append(pairs, name, value)
	}
	replace := strings.NewReplacer(pairs...)
	for _, qs := range questions {
		for _, q := range qs {
			line := replace.Replace(q.line)
			if q.formats == nil {
				lines = append(lines, line)
			}
			for _, format := range q.formats {
				lines = append(lines, line+" --output "+format)
			}
		}
	}
	return lines
}

// compare checks that lanyard and the AWS CLI print the same text to stdout and stderr, and
// return the same exit code.
func (b *batch) compare(t *testing.T, lines []string) {
	t.Helper()
	ours := make([]result, len(lines))
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < len(lines) && err == nil; i++ {
			ours[i], err = b.lanyard(t.Context(), lines[i])
		}
		done <- err
	}()
	answers := b.awsCLI(t, lines)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for i, want := range answers {
		got := ours[i]
		want.stderr, got.stderr = saidByAWS(want.stderr), saidByLanyard(got.stderr)
		if got != want {
			t.Errorf("%s\n%s", lines[i], difference(want, got))
		}
	}
}

// saidByAWS returns the AWS CLI's error without the usage before it, and without the prefix of
// newer versions.
func saidByAWS(text string) string {
	for _, lead := range []string{"aws: error: ", "aws <command> <subcommand> help\n"} {
		if _, after, ok := strings.Cut(text, lead); ok {
			text = after
		}
	}
	return strings.TrimPrefix(strings.TrimSpace(text), "aws: [ERROR]: ")
}

// saidByLanyard returns lanyard's error without its hint.
func saidByLanyard(text string) string {
	text, _, _ = strings.Cut(text, "hint: ")
	return strings.TrimPrefix(strings.TrimSpace(text), "lanyard: ")
}

// difference returns both results from the first difference on.
func difference(want, got result) string {
	n := 0
	for n < len(want.stdout) && n < len(got.stdout) && want.stdout[n] == got.stdout[n] {
		n++
	}
	n = max(0, n-200)
	show := func(who string, r result) string {
		out := r.stdout[n:]
		return fmt.Sprintf("%-8s%.700q\n        %q, exit %d", who, out, r.stderr, r.code)
	}
	return show("aws", want) + "\n" + show("lanyard", got)
}
