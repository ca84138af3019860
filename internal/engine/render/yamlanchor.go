// Anchors and aliases for values that occur more than once.

package render

import (
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A yamlAnchor belongs to a list or an object that occurs more than once, as in the result of the
// query "[Tags, Tags]". The first occurrence has the anchor. Later occurrences are aliases.
type yamlAnchor struct {
	number  int
	written bool
}

// findAnchors returns an anchor for each list and object that occurs more than once. The anchors
// have numbers in the order of the second occurrences.
func findAnchors(v any) map[identity]*yamlAnchor {
	quick := anchorFinder{seen: make(map[identity]bool)}
	if quick.visit(v); !quick.found {
		return nil
	}
	f := anchorFinder{seen: make(map[identity]bool), anchors: make(map[identity]*yamlAnchor)}
	f.visit(v)
	return f.anchors
}

// An anchorFinder finds anchors. If anchors is nil, it finds out only whether there are anchors,
// which is faster because it does not sort names.
type anchorFinder struct {
	seen    map[identity]bool
	found   bool
	anchors map[identity]*yamlAnchor
}

func (f *anchorFinder) visit(v any) {
	id, ok := identify(v)
	if !ok || f.found {
		return
	}
	if f.seen[id] {
		f.found = f.anchors == nil
		if f.anchors != nil && f.anchors[id] == nil {
			f.anchors[id] = &yamlAnchor{number: len(f.anchors) + 1}
		}
		return
	}
	f.seen[id] = true
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			f.visit(e)
		}
	case *document.Object:
		if f.anchors == nil {
			for _, e := range v.All() {
				f.visit(e)
			}
			return
		}
		for _, n := range sortedNames(v) {
			e, _ := v.Get(n)
			f.visit(e)
		}
	}
}

// An identity identifies a list or an object by its address, not by its content.
type identity struct {
	object *document.Object
	first  *any // the first element of a list, or the place of the first element
	size   int
}

// identify returns the identity of a list or an object. ok is false for other values. ok is also
// false for an empty list without capacity, because several of them may have the same address. See
// [document.NewList].
func identify(v any) (identity, bool) {
	switch v := v.(type) {
	case []any:
		if cap(v) > 0 {
			return identity{first: &v[:1][0], size: len(v)}, true
		}
	case *document.Object:
		return identity{object: v}, v != nil
	}
	return identity{}, false
}

// anchor writes the anchor of a value. If the emitter has already written the value, anchor
// writes an alias and returns true.
func (e *yamlEmitter) anchor(v any) (done bool) {
	if len(e.anchors) == 0 {
		return false
	}
	id, _ := identify(v)
	a := e.anchors[id]
	if a == nil {
		return false
	}
	done, a.written = a.written, true
	mark := "&"
	if done {
		mark = "*"
	}
	e.indicator(mark, false)
	e.put(fmt.Sprintf("id%03d", a.number))
	return done
}
