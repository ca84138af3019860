package awsconfig

import (
	"slices"
	"strings"
)

// ending returns the line ending of a line; only the last one of a file lacks it.
func ending(raw string) string {
	switch {
	case strings.HasSuffix(raw, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(raw, "\n"):
		return "\n"
	case strings.HasSuffix(raw, "\r"):
		return "\r"
	}
	return ""
}

// indentOf returns the white space before the content of a line.
func indentOf(l line) string {
	n, _ := leading(l.raw)
	return l.raw[:n]
}

// replaceValue puts a value behind the first of the delimiters, which the line
// has, and leaves all else as it is: the key as it is spelled, the delimiter, the
// white space around it and at the end.
func (l *line) replaceValue(delimiters, value string) {
	start := len(indentOf(*l))
	end := start + len(l.text)
	delimiter := start + strings.IndexAny(l.text, delimiters)
	if delimiter+1 == end { // there was no value
		end = len(l.raw) - len(ending(l.raw))
		if end == delimiter+1 && delimiter > 0 && l.raw[delimiter-1] == ' ' {
			value = " " + value
		}
		start = end
	} else {
		n, _ := leading(l.raw[delimiter+1:])
		start = delimiter + 1 + n
	}
	l.raw = l.raw[:start] + value + l.raw[end:]
	l.text = trim(l.raw)
}

// options returns the indices of the lines that set the key, which is in lower
// case. There is more than one only in a file that has a [Problem].
func (b *block) options(key string) (at []int) {
	for i, l := range b.lines {
		if l.kind != option {
			continue
		}
		if k, _, _ := splitOption(l.text); strings.ToLower(k) == key {
			at = append(at, i)
		}
	}
	return at
}

// end returns the index of the last line of the value of option i.
func (b *block) end(i int) int {
	end := i
	for j := i + 1; j < len(b.lines) && b.lines[j].kind != option; j++ {
		if b.lines[j].kind == continuation {
			end = j
		}
	}
	return end
}

// tail returns the index of the line that a new setting goes behind: the last line
// of the last setting, or the header.
func (b *block) tail() int {
	for i, l := range slices.Backward(b.lines) {
		if l.kind == option {
			return b.end(i)
		}
	}
	return 0
}

// drop removes the options at these indices, in their order, with all of their further
// lines. If keepFirst is set, the first line of the first option stays. The comments
// between the lines stay.
func (b *block) drop(at []int, keepFirst bool) {
	kept := b.lines[:0]
	for j := 0; j < len(b.lines); j++ {
		if len(at) == 0 || j != at[0] {
			kept = append(kept, b.lines[j])
			continue
		}
		end := b.end(j)
		if keepFirst {
			kept, keepFirst = append(kept, b.lines[j]), false
		}
		for j++; j <= end; j++ {
			if b.lines[j].kind == comment {
				kept = append(kept, b.lines[j])
			}
		}
		at, j = at[1:], end
	}
	b.lines = kept
}
