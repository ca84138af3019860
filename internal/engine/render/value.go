package render

import "github.com/lanyard-cli/lanyard/internal/engine/document"

// truth is what Python takes a value for in a condition: nothing, zero and the
// empty are false.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case *document.Object:
		return v.Len() > 0
	}
	return true
}

// isScalar reports whether a value is neither a list nor an object.
func isScalar(v any) bool {
	switch v.(type) {
	case []any, *document.Object:
		return false
	}
	return true
}
