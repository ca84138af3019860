package arg

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// The AWS CLI's messages show values as Python prints them.

// repr writes a value as Python's repr does, objects as a dict.
func repr(v any) string { return printer{}.text(v) }

// A printer knows which objects are an OrderedDict.
type printer struct{ ordered map[*document.Object]bool }

func (p printer) text(v any) string {
	switch v := v.(type) {
	case raw:
		return pytext.Repr([]byte(v))
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = p.text(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *document.Object:
		return p.object(v)
	}
	return pytext.Repr(v)
}

func (p printer) object(o *document.Object) string {
	var parts []string
	ordered := p.ordered[o]
	for name, v := range o.All() {
		if ordered {
			parts = append(parts, "("+p.text(name)+", "+p.text(v)+")")
		} else {
			parts = append(parts, p.text(name)+": "+p.text(v))
		}
	}
	list := strings.Join(parts, ", ")
	switch {
	case !ordered:
		return "{" + list + "}"
	case list == "":
		return "OrderedDict()"
	}
	return "OrderedDict([" + list + "])"
}

// bareTypeName is the name of a type in Python's own messages.
func bareTypeName(v any) string {
	if _, ok := v.(raw); ok {
		return "bytes"
	}
	return pytext.TypeName(v)
}

// typeName names the type of a value.
func (p printer) typeName(v any) string {
	name := bareTypeName(v)
	if o, ok := v.(*document.Object); ok && p.ordered[o] {
		name = "collections.OrderedDict"
	}
	return "<class '" + name + "'>"
}
