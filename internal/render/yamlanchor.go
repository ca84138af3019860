package render

import (
	"fmt"

	"lanyard/internal/document"
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
func findAnchors(v any) map[any]*yamlAnchor {
	f := anchorFinder{seen: make(map[any]bool), anchors: make(map[any]*yamlAnchor)}
	f.visit(v)
	return f.anchors
}

type anchorFinder struct {
	seen    map[any]bool
	anchors map[any]*yamlAnchor
}

func (f *anchorFinder) visit(v any) {
	id := identity(v)
	if id == nil {
		return
	}
	if f.seen[id] {
		if f.anchors[id] == nil {
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
		for _, n := range sortedNames(v) {
			e, _ := v.Get(n)
			f.visit(e)
		}
	}
}

// identity returns a comparable value that stands for the list or object itself,
// nil for other values and for empty lists, which share their memory.
func identity(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			return listIdentity{&v[0], len(v)}
		}
	case *document.Object:
		if v != nil {
			return v
		}
	}
	return nil
}

type listIdentity struct {
	first *any
	size  int
}

// anchor writes the anchor that the value needs, or an alias if the value has
// been written; then there is nothing more to do.
func (e *yamlEmitter) anchor(v any) (done bool) {
	if len(e.anchors) == 0 {
		return false
	}
	a := e.anchors[identity(v)]
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
