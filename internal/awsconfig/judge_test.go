package awsconfig_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// judge returns an error if one change of a valid file has a wrong result. Only the changed
// setting may differ, and all other lines must keep their bytes.
func judge(before, after string, credentials bool, ch awsconfig.Change) error {
	was, err := read(before)
	if err != nil {
		return fmt.Errorf("an invalid file was edited: %w", err)
	}
	is, err := read(after)
	if err != nil {
		return fmt.Errorf("the result is invalid: %w", err)
	}
	want, got := was.outline(credentials).after(ch), is.outline(credentials)
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("the settings are\n%v, want\n%v", got, want)
	}
	if reflect.DeepEqual(got, was.outline(credentials)) {
		if before != after {
			return errors.New("the file changed, although no setting did")
		}
		return nil
	}
	return judgeLines(was, after, credentials, ch)
}

// judgeLines compares the bytes. Only a window of the old lines may change. The position of
// the setting determines these lines and a pattern for the new lines.
func judgeLines(was *reading, after string, credentials bool, ch awsconfig.Change) error {
	what := ch.Kind.String() + " " + ch.Name
	from, to := len(was.lines), len(was.lines) // the window: [from, to)
	pattern := space + "*" + regexp.QuoteMeta(ch.Key) + ` = ` + regexp.QuoteMeta(strip(ch.Value)) + "\n"
	block := space + "*" + regexp.QuoteMeta(ch.Key) + " =\n"
	sub := space + "*" + regexp.QuoteMeta(ch.Sub) + " = " + regexp.QuoteMeta(strip(ch.Value)) + "\n"
	if ch.Sub != "" {
		pattern = block + sub
	}
	s := was.section(what, credentials)
	var o *pyOption
	if s != nil {
		o = s.option(ch.Key)
	}
	switch {
	case s == nil:
		pattern = `\[.+\]` + "\n" + pattern
	case o == nil:
		from = s.line + 1
		if n := len(s.options); n > 0 {
			from = s.options[n-1].end + 1
		}
		to = from
	case ch.Sub == "" && ch.Remove:
		from, to = o.line, o.end+1
		pattern = comments(was.lines[from:to])
	case ch.Sub == "":
		from, to = o.line, o.end+1
		pattern = rewritten(was.lines[from], "=:", strip(ch.Value)) + comments(was.lines[from+1:to])
	default:
		from, to, pattern = window(was, o, ch, sub)
	}
	head, tail := strings.Join(was.lines[:from], ""), strings.Join(was.lines[to:], "")
	middle, ok := strings.CutPrefix(after, head)
	if ok && from == len(was.lines) && !reEnded.MatchString(head) {
		middle = middle[len(reBegin.FindString(middle)):] // the line ending that the last line did not have
	}
	middle, ok2 := strings.CutSuffix(middle, tail)
	if !ok || !ok2 {
		return fmt.Errorf("bytes outside of lines %d to %d differ", from+1, to)
	}
	var became string
	lines := linesOf(middle)
	for _, l := range lines {
		became += reEnding.ReplaceAllString(l, "") + "\n"
	}
	if !regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(became) {
		return fmt.Errorf("lines %d to %d became %q, want %s", from+1, to, became, pattern)
	}
	return sameEnding(was.lines, lines)
}

// window returns the lines that a change of one key of a nested block may change, and a
// pattern for the new lines.
func window(was *reading, o *pyOption, ch awsconfig.Change, added string) (from, to int, pattern string) {
	pairs, _ := o.nested()
	var at []int // the lines of this key
	for i := o.line + 1; i <= o.end; i++ {
		key, _, _ := strings.Cut(strip(was.lines[i]), "=")
		if strip(key) == ch.Sub {
			at = append(at, i)
		}
	}
	switch {
	case len(at) == 0:
		return o.end + 1, o.end + 1, added
	case !ch.Remove:
		i := at[len(at)-1]
		return i, i + 1, rewritten(was.lines[i], "=", strip(ch.Value))
	case len(pairs) == 1:
		return o.line, o.end + 1, comments(was.lines[o.line : o.end+1])
	}
	from, to = at[0], at[len(at)-1]+1
	for i := from; i < to; i++ {
		if key, _, _ := strings.Cut(strip(was.lines[i]), "="); strip(key) != ch.Sub {
			pattern += literal(was.lines[i])
		}
	}
	return from, to, pattern
}

// rewritten returns the line with a new value.
func rewritten(line, delimiters, value string) string {
	m := regexp.MustCompile(`(?s)^([^` + delimiters + `]*[` + delimiters + `])([^\r\n]*)`).FindStringSubmatch(line)
	left, right := reIndent.FindString(m[2]), ""
	if old := strip(m[2]); old != "" {
		right = strings.TrimPrefix(m[2], left+old)
	} else if left == "" && strings.HasSuffix(m[1], " "+m[1][len(m[1])-1:]) {
		left = " "
	}
	return regexp.QuoteMeta(m[1]+left+value+right) + "\n"
}

// comments returns a pattern for the comments among the lines.
func comments(lines []string) (pattern string) {
	for _, l := range lines {
		if text := strip(l); strings.HasPrefix(text, "#") || strings.HasPrefix(text, ";") {
			pattern += literal(l)
		}
	}
	return pattern
}

func literal(line string) string {
	return regexp.QuoteMeta(reEnding.ReplaceAllString(line, "")) + "\n"
}

var (
	reEnded  = regexp.MustCompile(`(?:\r\n|\r|\n)$`)
	reBegin  = regexp.MustCompile(`^(?:\r\n|\r|\n)`)
	reEnding = regexp.MustCompile(`\r\n|\r|\n|$`)
)

// sameEnding checks that new lines have the line ending of the file.
func sameEnding(old, lines []string) error {
	endings := map[string]bool{}
	for _, l := range old {
		endings[reEnded.FindString(l)] = true
	}
	delete(endings, "")
	if len(endings) == 0 {
		endings["\n"] = true
	}
	for _, l := range lines {
		if e := reEnded.FindString(l); e != "" && !endings[e] {
			return fmt.Errorf("line %q has another line ending than the file", l)
		}
	}
	return nil
}
