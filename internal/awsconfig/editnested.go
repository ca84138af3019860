package awsconfig

import (
	"slices"
	"strings"
)

// setNested gives a key of a nested block a value, and makes the block if need be.
func (e *editor) setNested(b *block, ch Change) error {
	key := strings.ToLower(ch.Key)
	text := ch.Sub + " = " + ch.Value
	now := e.effective(b, key)
	if now != nil && now.Nested == nil && now.Value != "" {
		return e.refuse(ch, now.Line, ch.Key+" has a value, and cannot have a block of settings too", "remove "+ch.Key+" first")
	}
	old := b.raw.setting(key)
	at := b.options(key)
	if old == nil || len(at) == 0 {
		if now != nil && slices.ContainsFunc(now.Nested, func(s Setting) bool { return s.Key != ch.Sub }) {
			return e.refuse(ch, now.Line, "the block "+ch.Key+" is inherited from [DEFAULT], and one here would replace all of it",
				"change it in [DEFAULT], or copy all of it here first")
		}
		e.insert(b, b.tail(), e.indentation(b), option, ch.Key+" =", text)
		b.raw.settings = append(b.raw.settings, Setting{Key: key, Nested: []Setting{{Key: ch.Sub, Value: ch.Value}}})
		return nil
	}
	if i := old.nested(ch.Sub); i >= 0 && old.Nested[i].Value == ch.Value {
		return nil
	}
	i := at[len(at)-1]
	lines := b.subs(i, ch.Sub)
	if len(lines) > 0 {
		l := &b.lines[lines[len(lines)-1]]
		if sharesLine(l.text) {
			return e.refuse(ch, old.Line, sharedLine, mendShared)
		}
		l.replaceValue("=", ch.Value)
	} else if end := b.end(i); end > i {
		e.insert(b, end, indentOf(b.lines[end]), continuation, text)
	} else {
		e.insert(b, i, indentOf(b.lines[i])+"    ", continuation, text)
	}
	old.nest(Setting{Key: ch.Sub, Value: ch.Value})
	return nil
}

// removeNested removes a key of a nested block, and with the last one the block.
func (e *editor) removeNested(b *block, ch Change) error {
	key := strings.ToLower(ch.Key)
	old := b.raw.setting(key)
	at := b.options(key)
	if old == nil || len(at) == 0 || old.nested(ch.Sub) < 0 {
		return nil
	}
	if len(old.Nested) == 1 {
		b.remove(key)
		return nil
	}
	gone := b.subs(at[len(at)-1], ch.Sub)
	if slices.ContainsFunc(gone, func(i int) bool { return sharesLine(b.lines[i].text) }) {
		return e.refuse(ch, old.Line, sharedLine, mendShared)
	}
	kept := b.lines[:0]
	for i, l := range b.lines {
		if len(gone) > 0 && i == gone[0] {
			gone = gone[1:]
			continue
		}
		kept = append(kept, l)
	}
	b.lines = kept
	old.Nested = slices.DeleteFunc(old.Nested, func(s Setting) bool { return s.Key == ch.Sub })
	return nil
}

const (
	sharedLine = "it stands on one line with another setting, with a form feed or another control character between them"
	mendShared = "replace the control character by a line break and white space"
)

// sharesLine reports whether a line of a nested block holds more than one line.
func sharesLine(text string) bool {
	_, _, found := cutInnerLine(text)
	return found
}

// nested returns the index of a nested setting, or -1.
func (s *Setting) nested(sub string) int {
	return slices.IndexFunc(s.Nested, func(n Setting) bool { return n.Key == sub })
}

// subs returns the indices of the lines of the block of option i that set sub.
func (b *block) subs(i int, sub string) (at []int) {
	for j, end := i+1, b.end(i); j <= end; j++ {
		if b.lines[j].kind != continuation {
			continue
		}
		for rest, more := b.lines[j].text, true; more; {
			var text string
			text, rest, more = cutInnerLine(rest)
			if key, _, ok := strings.Cut(trim(text), "="); ok && trimRight(key) == sub {
				at = append(at, j)
				break
			}
		}
	}
	return at
}
