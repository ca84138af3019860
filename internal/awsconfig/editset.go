package awsconfig

import (
	"slices"
	"strings"
)

// set gives a key of the block a value of one line.
func (e *editor) set(b *block, ch Change) error {
	key := strings.ToLower(ch.Key)
	old := b.raw.setting(key)
	if now := e.effective(b, key); now != nil && now.Nested != nil {
		return e.refuse(ch, now.Line, "it has a block of settings one level down, and cannot have a value too",
			"name the one to set, as "+ch.Key+".NAME, or remove the whole block first")
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

// remove removes a key that the block has of its own, with everything that
// belongs to it. Comments inside stay: a comment is one wherever it stands.
func (b *block) remove(key string) {
	b.drop(b.options(key), false)
	b.raw.settings = slices.DeleteFunc(b.raw.settings, func(s Setting) bool { return s.Key == key })
}

// effective returns the setting of the key that counts in the block: its own or
// the inherited one. It is nil if there is none.
func (e *editor) effective(b *block, key string) *Setting {
	if s := b.raw.setting(key); s != nil || e.defaults == nil {
		return s
	}
	return e.defaults.setting(key)
}

// setting returns the setting of the key, or nil.
func (r *raw) setting(key string) *Setting {
	for i := range r.settings {
		if r.settings[i].Key == key {
			return &r.settings[i]
		}
	}
	return nil
}

// insert puts lines behind line i of the block. Each text but the first is
// indented deeper.
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

// indentation returns what to put before a new key of the block: what stands
// before its last one. Deeper, the key would be more of a value; less deep, a
// header behind it might become one.
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
