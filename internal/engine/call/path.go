package call

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// find returns the value at a path of names between dots; nil is none.
func find(o *document.Object, path string) any {
	name, rest, more := strings.Cut(path, ".")
	v, _ := o.Get(name)
	if !more {
		return v
	}
	inner, _ := v.(*document.Object)
	return find(inner, rest)
}

// put sets the value at a path.
func put(o *document.Object, path string, v any) {
	name, rest, more := strings.Cut(path, ".")
	if !more {
		o.Set(name, v)
		return
	}
	old, _ := o.Get(name)
	inner, ok := old.(*document.Object)
	if !ok {
		inner = new(document.Object)
		o.Set(name, inner)
	}
	put(inner, rest, v)
}

// truthy says whether Python would take v for true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int64:
		return v != 0
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case *document.Object:
		return v.Len() > 0
	}
	return true
}
