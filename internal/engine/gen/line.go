// The parts of the lines of a table.

package main

import (
	"strconv"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// row returns a line with all fields except empty fields.
func row(first string, fields ...string) string {
	for _, f := range fields {
		if f != "" {
			first += "\t" + f
		}
	}
	return first + "\n"
}

func attr(key, value string) string {
	if value == "" {
		return ""
	}
	return key + "=" + value
}

func mark(key string, set bool) string {
	if !set {
		return ""
	}
	return key
}

// kind returns the kind of a shape.
func kind(s *document.Object) string {
	switch t := text(s, "type"); t {
	case "character":
		return "string"
	default:
		return t
	}
}

func composed(kind string) bool { return kind == "structure" || kind == "list" || kind == "map" }

// minimum returns the smallest length or value that clients allow.
func minimum(s *document.Object) string {
	if n, _ := s.Get("min"); n != nil {
		if n, ok := n.(int64); ok && n > 0 {
			return attr("min", strconv.FormatInt(n, 10))
		}
	}
	return ""
}
