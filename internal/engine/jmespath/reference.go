package jmespath

import (
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// A reference is the value of &expr, for functions that apply expr themselves.
type reference struct {
	expr *node
}

// String is for messages, where Python shows an address.
func (*reference) String() string { return "<expression>" }

// pyType returns the name of a value's type in Python.
func pyType(v any) string {
	if _, ok := v.(*reference); ok {
		return "_Expression"
	}
	return pytext.TypeName(v)
}

// holdsReference tells whether a reference is somewhere in a value.
func holdsReference(v any) bool {
	switch v := v.(type) {
	case *reference:
		return true
	case []any:
		for _, e := range v {
			if holdsReference(e) {
				return true
			}
		}
	case *document.Object:
		for _, e := range v.All() {
			if holdsReference(e) {
				return true
			}
		}
	}
	return false
}
