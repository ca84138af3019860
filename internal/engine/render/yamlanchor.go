// Anchors and aliases, for values that occur more than once.

package render

import (
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A yamlAnchor marks a list or an object that occurs more than once, as in the
// answer to the query "[Tags, Tags]". It is written out the first time; later an
// alias stands for it.
type yamlAnchor struct {
	number  int
	written bool
}

// findAnchors returns an anchor for each list and object that occurs more than
// once, numbered in the order in which they occur for the second time.
func findAnchors(v any) map[identity]*yamlAnchor {
	quick := anchorFinder{seen: make(map[identity]bool)}
	if quick.visit(v); !quick.found {
		return nil
	}
	f := anchorFinder{seen: make(map[identity]bool), anchors: make(map[identity]*yamlAnchor)}
	f.visit(v)
	return f.anchors
}

// An anchorFinder without anchors finds only whether there are any to be found,
// which takes no sorting.
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

// An identity stands for a list or an object itself, whatever is in it.
type identity struct {
	object *document.Object
	first  *any // of a list
	size   int
}

// identify reports false for other values, and for empty lists, which share
// their memory.
func identify(v any) (identity, bool) {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			return identity{first: &v[0], size: len(v)}, true
		}
	case *document.Object:
		return identity{object: v}, v != nil
	}
	return identity{}, false
}

// anchor writes the anchor that the value needs, or an alias if the value has
// been written; then there is nothing more to do.
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
