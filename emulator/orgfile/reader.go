package orgfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A reader reads the YAML tree of a file. It records the line of each entry, and keeps the first
// error.
type reader struct {
	file  string
	lines map[string]int // by path
	err   error
}

// A field is a function that reads the value of a field.
type field func(n *yaml.Node, path string)

func (r *reader) fail(n *yaml.Node, path, format string, a ...any) {
	if r.err == nil {
		r.err = &Error{r.file, n.Line, path, fmt.Sprintf(format, a...)}
	}
}

// line returns the line of the entry. If the file does not have the entry, line returns the line
// of its closest parent.
func (r *reader) line(path string) int {
	for path != "" {
		if n, ok := r.lines[path]; ok {
			return n
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 1
}

// object reads a mapping with optional fields.
func (r *reader) object(n *yaml.Node, path string, fields map[string]field) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping of fields to values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		r.lines[at] = key.Line
		switch f := fields[key.Value]; {
		case f == nil:
			r.fail(key, at, "unknown field")
		case seen[key.Value]:
			r.fail(key, at, "duplicate field")
		default:
			f(value, at)
		}
		seen[key.Value] = true
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// list reads a sequence. It calls each for every element.
func (r *reader) list(each func(n *yaml.Node, path string, i int)) field {
	return func(n *yaml.Node, path string) {
		n = resolve(n)
		if n.Tag == "!!null" {
			return
		}
		if n.Kind != yaml.SequenceNode {
			r.fail(n, path, "must be a list")
			return
		}
		for i, el := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			r.lines[at] = el.Line
			each(el, at, i)
		}
	}
}

// text reads a scalar exactly as the file has it. So account ids need no quotes and keep leading
// zeros.
func (r *reader) text(to *string) field {
	return func(n *yaml.Node, path string) {
		n = resolve(n)
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			r.fail(n, path, "must be a string")
			return
		}
		*to = n.Value
	}
}

// texts reads a list of texts, or a single text.
func (r *reader) texts(to *[]string) field {
	return func(n *yaml.Node, path string) {
		if resolve(n).Kind == yaml.ScalarNode {
			*to = make([]string, 1)
			r.text(&(*to)[0])(n, path)
			return
		}
		r.list(func(n *yaml.Node, path string, _ int) {
			var s string
			r.text(&s)(n, path)
			*to = append(*to, s)
		})(n, path)
	}
}

// duration reads a duration in Go's format.
func (r *reader) duration(to *time.Duration) field {
	return func(n *yaml.Node, path string) {
		var s string
		r.text(&s)(n, path)
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			r.fail(resolve(n), path, "%q is not a duration like 8h or 15m", s)
		}
		*to = d
	}
}

// date reads a date or a time.
func (r *reader) date(to *time.Time) field {
	return func(n *yaml.Node, path string) {
		var s string
		r.text(&s)(n, path)
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(layout, s); err == nil {
				*to = t
				return
			}
		}
		r.fail(resolve(n), path, "%q is not a date like 2026-01-31 or 2026-01-31T12:00:00Z", s)
	}
}

// number reads a number of bytes.
func (r *reader) number(to *int64) field {
	return func(n *yaml.Node, path string) {
		if resolve(n).Decode(to) != nil || *to < 0 {
			r.fail(resolve(n), path, "must be a whole number")
		}
	}
}

// json reads a mapping as JSON, or a text.
func (r *reader) json(to *string) field {
	return func(n *yaml.Node, path string) {
		if *to != "" {
			r.fail(n, path, "must not be set together with public_key_file")
			return
		}
		if resolve(n).Kind == yaml.ScalarNode {
			r.text(to)(n, path)
			return
		}
		var v map[string]any
		err := resolve(n).Decode(&v)
		data, err2 := json.Marshal(v)
		if err := errors.Join(err, err2); err != nil {
			r.fail(resolve(n), path, "must be a JSON Web Key Set: %v", err)
		}
		*to = string(data)
	}
}

// fileText reads the path of a file, and then the file. The path is relative to the folder of the
// organization file.
func (r *reader) fileText(to *string) field {
	return func(n *yaml.Node, path string) {
		var name string
		r.text(&name)(n, path)
		if r.err != nil {
			return
		}
		if *to != "" {
			r.fail(n, path, "must not be set together with keys")
			return
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(r.file), name)
		}
		data, err := read(name)
		if err != nil {
			r.fail(n, path, "%v", err)
			return
		}
		*to = string(data)
	}
}

// flag reads true or false.
func (r *reader) flag(to *bool) field {
	return func(n *yaml.Node, path string) {
		if resolve(n).Decode(to) != nil {
			r.fail(resolve(n), path, "must be true or false")
		}
	}
}

// resolve replaces an alias with its node. It returns other nodes unchanged.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
