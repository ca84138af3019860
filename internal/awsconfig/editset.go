// This file sets and removes the keys of a section and of a nested block.

package awsconfig

import (
	"slices"
	"strings"
)

// set sets a key of the section to a value of one line.
func (e *editor) set(b *block, ch Change) error {
	key := strings.ToLower(ch.Key)
	old := b.raw.setting(key)
	if now := e.effective(b, key); now != nil && now.Nested != nil {
		return e.refuse(ch, now.Line, "has a block of nested settings, so it cannot have a value",
			"set "+ch.Key+".NAME instead, or remove the whole block first")
	}
	at := b.options(key)
	switch {
	case len(at) == 0:
		e.insert(b, b.tail(), e.indentation(b), option, ch.Key+" = "+ch.Value)
	case len(at) == 1 && old.Value == ch.Value:
		return nil
	default:
		b.drop(at, true)
		b.lines[at[0]].replaceValue("=:", ch.Value)
	}
	if old == nil {
		b.raw.settings = append(b.raw.settings, Setting{Key: key})
		old = &b.raw.settings[len(b.raw.settings)-1]
	}
	old.Value = ch.Value
	return nil
}

// remove removes a key and its continuation lines. It keeps the comments between these lines.
// It does not remove an inherited key.
func (b *block) remove(key string) {
	b.drop(b.options(key), false)
	b.raw.settings = slices.DeleteFunc(b.raw.settings, func(s Setting) bool { return s.Key == key })
}

// effective returns the section's own setting with this key, or else the inherited setting,
// or else nil.
func (e *editor) effective(b *block, key string) *Setting {
	if s := b.raw.setting(key); s != nil || e.defaults == nil {
		return s
	}
	return e.defaults.setting(key)
}

// setting returns the setting with this key, or nil.
func (r *rawSection) setting(key string) *Setting {
	for i := range r.settings {
		if r.settings[i].Key == key {
			return &r.settings[i]
		}
	}
	return nil
}

// insert inserts lines after line i of the section. All lines except the first get a deeper
// indent.
func (e *editor) insert(b *block, i int, indent string, kind lineKind, texts ...string) {
	end := e.endLine(b, i)
	for n, text := range texts {
		if n == 1 {
			indent, kind = indent+"    ", continuation
		}
		l := line{kind: kind, raw: indent + text + end, text: trimRight(text)}
		b.lines = slices.Insert(b.lines, i+1+n, l)
	}
}

// indentation returns the indent for a new key, which is the indent of the section's last
// key. With a deeper indent, the new line would continue the value above. With a smaller
// indent, an indented header below could become the value of the new key.
func (e *editor) indentation(b *block) string {
	for _, l := range slices.Backward(b.lines) {
		if l.kind == option {
			return indentOf(l)
		}
	}
	indent := indentOf(b.lines[0])
	if b.at+1 < len(e.blocks) {
		next := e.blocks[b.at+1].lines[0]
		_, own := leading(b.lines[0].raw)
		if _, deeper := leading(next.raw); deeper > own {
			return indentOf(next)
		}
	}
	return indent
}

// setNested sets a key of a nested block. It creates the block if needed.
func (e *editor) setNested(b *block, ch Change) error {
	key := strings.ToLower(ch.Key)
	text := ch.Sub + " = " + ch.Value
	now := e.effective(b, key)
	if now != nil && now.Nested == nil && now.Value != "" {
		return e.refuse(ch, now.Line, ch.Key+" has a value, so it cannot have a block of nested settings", "remove "+ch.Key+" first")
	}
	old := b.raw.setting(key)
	at := b.options(key)
	if old == nil || len(at) == 0 {
		if now != nil && slices.ContainsFunc(now.Nested, func(s Setting) bool { return s.Key != ch.Sub }) {
			return e.refuse(ch, now.Line, "the block "+ch.Key+" is inherited from [DEFAULT]; a block in this section would replace all of it",
				"change the block in [DEFAULT], or copy all of it to this section first")
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
			return e.refuse(ch, old.Line, sharedLine, sharedLineHint)
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

// removeNested removes a key of a nested block. If the block has no other key, removeNested
// removes the block.
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
		return e.refuse(ch, old.Line, sharedLine, sharedLineHint)
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
	sharedLine     = "shares its line with another setting: a control character, such as a form feed, separates them"
	sharedLineHint = "replace the control character with a line break and an indent"
)

// sharesLine reports whether a line of a nested block contains several settings.
func sharesLine(text string) bool {
	_, _, found := cutInnerLine(text)
	return found
}

// nested returns the index of the nested setting with this key, or -1.
func (s *Setting) nested(sub string) int {
	return slices.IndexFunc(s.Nested, func(n Setting) bool { return n.Key == sub })
}

// subs returns the indices of the lines that set the key sub in the nested block of
// option i.
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

// indentOf returns the white space before the content of a line.
func indentOf(l line) string {
	n, _ := leading(l.raw)
	return l.raw[:n]
}

// replaceValue replaces the value after the first delimiter of the line. It keeps the
// spelling of the key, the delimiter and all white space.
func (l *line) replaceValue(delimiters, value string) {
	start := len(indentOf(*l))
	end := start + len(l.text)
	delimiter := start + strings.IndexAny(l.text, delimiters)
	if delimiter+1 == end { // the line has no value
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

// options returns the indices of the lines that set the key, which must be in lower case.
// More than one index is a [Problem] of the file.
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

// tail returns the index of the line after which a new setting is inserted. This is the last
// line of the last setting, or the header.
func (b *block) tail() int {
	for i, l := range slices.Backward(b.lines) {
		if l.kind == option {
			return b.end(i)
		}
	}
	return 0
}

// drop removes the options at these indices, and their continuation lines. The indices are in
// increasing order. drop keeps the comments between the lines. If keepFirst is set, it keeps the
// first line of the first option.
func (b *block) drop(indices []int, keepFirst bool) {
	kept := b.lines[:0]
	for j := 0; j < len(b.lines); j++ {
		if len(indices) == 0 || j != indices[0] {
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
		indices, j = indices[1:], end
	}
	b.lines = kept
}
