package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// An event is a line of "go test -json". See "go doc test2json".
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	ImportPath  string // the package that does not build
	FailedBuild string // the package whose build failed
}

// A testName identifies a test. If Test is "", it identifies a package.
type testName struct{ Package, Test string }

func (n testName) String() string {
	if n.Test == "" {
		return n.Package
	}
	return strings.TrimPrefix(n.Package, module) + " " + n.Test
}

// A summary holds the results of all runs of go test.
type summary struct {
	out, log io.Writer

	output          map[testName][]string // the output of tests and packages that still run
	passed          int
	failures, skips []result
	failedTests     map[string]bool // the packages with a failed test
	storms          []string
}

// A result is a failed or skipped test, with its output.
type result struct {
	name   testName
	output []string
}

func newSummary(out, log io.Writer) *summary {
	return &summary{out: out, log: log, output: map[testName][]string{}, failedTests: map[string]bool{}}
}

func (s *summary) failed() bool { return len(s.failures) > 0 }

// read reads the events of one run. It prints a line for each package and each failure.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				e = event{Action: "output", Output: line} // some errors of go test are plain text
			}
			if err := s.add(e); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) add(e event) error {
	name := testName{e.Package, e.Test}
	switch e.Action {
	case "output":
		s.output[name] = append(s.output[name], e.Output)
		if storm, found := strings.CutPrefix(strings.TrimLeft(e.Output, " "), "storm| "); found {
			s.storms = append(s.storms, storm)
		}
		return s.write(e)
	case "build-output":
		name = testName{Package: e.ImportPath}
		s.output[name] = append(s.output[name], e.Output)
		_, err := io.WriteString(s.log, e.Output)
		return err
	case "build-fail":
		s.fail(testName{Package: e.ImportPath})
	case "pass":
		if e.Test != "" {
			s.passed++
		}
	case "skip":
		if e.Test != "" {
			s.skips = append(s.skips, result{name, s.output[name]})
		}
	case "fail":
		switch {
		case e.Test != "":
			s.failedTests[e.Package] = true
			s.fail(name)
		case e.FailedBuild == "" && !s.failedTests[e.Package]: // the package panicked, or its TestMain failed
			s.fail(name)
		case e.FailedBuild != "":
			s.failedTests[e.Package] = true
		}
	default:
		return nil
	}
	if e.Action != "build-fail" {
		delete(s.output, name)
	}
	return nil
}

func (s *summary) fail(name testName) {
	s.failures = append(s.failures, result{name, s.output[name]})
	delete(s.output, name)
}

// write writes a line of output to the log. If the line is the result of a package or a failure,
// it also prints the line.
func (s *summary) write(e event) error {
	if _, err := io.WriteString(s.log, e.Output); err != nil {
		return err
	}
	text := strings.TrimLeft(e.Output, " ")
	result := e.Test == "" && (strings.HasPrefix(text, "ok ") || strings.HasPrefix(text, "FAIL\t"))
	if result || strings.HasPrefix(text, "--- FAIL") {
		_, err := io.WriteString(s.out, e.Output)
		return err
	}
	return nil
}

// shownLines is the largest number of output lines that print shows for a failed test. The log
// has all lines.
const shownLines = 100

// print prints the results and the note. It reports whether all tests passed.
func (s *summary) print(note string) bool {
	if s.storms != nil {
		fmt.Fprintln(s.out, "== storms")
		for _, line := range s.storms {
			_, _ = io.WriteString(s.out, line)
		}
	}
	if s.failed() {
		fmt.Fprintln(s.out, "== failed")
	}
	for _, f := range s.failures {
		fmt.Fprintf(s.out, "%s\n", f.name)
		lines := f.output
		if left := len(lines) - shownLines; left > 0 {
			fmt.Fprintf(s.out, "    (%d lines before)\n", left)
			lines = lines[left:]
		}
		for _, line := range lines {
			_, _ = io.WriteString(s.out, line)
		}
	}
	fmt.Fprintln(s.out, "== skipped")
	names := map[string][]string{} // by reason
	var reasons []string
	for _, skip := range s.skips {
		why := skip.reason()
		if names[why] == nil {
			reasons = append(reasons, why)
		}
		names[why] = append(names[why], skip.name.String())
	}
	for _, why := range reasons {
		fmt.Fprintf(s.out, "%s:\n    %s\n", why, strings.Join(names[why], "\n    "))
	}
	if note != "" {
		fmt.Fprintln(s.out, note)
	}
	if s.skips == nil && note == "" {
		fmt.Fprintln(s.out, "nothing")
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, len(s.failures), len(s.skips))
	return !s.failed()
}

// place matches the position that the testing package prints before a message.
var place = regexp.MustCompile(`^ *\S+_test\.go:\d+: `)

// scriptSkip matches the line of a testscript that skips the script.
var scriptSkip = regexp.MustCompile(`^ *> .*\bskip '([^']+)'$`)

// reason returns the last line that a test printed before it was skipped.
func (r result) reason() string {
	for _, line := range slices.Backward(r.output) {
		if at := place.FindString(line); at != "" {
			return strings.TrimSpace(line[len(at):])
		}
		if m := scriptSkip.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			return m[1]
		}
	}
	return "it gives no reason"
}
