// The whole input in one option: --cli-input-json and --cli-input-yaml.

package arg

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"go.yaml.in/yaml/v3"
)

// wholeInput adds the members in --cli-input-json or --cli-input-yaml. Options on the
// command line take precedence.
func (p *parser) wholeInput(input *Input, w *words) error {
	for _, o := range []struct {
		name, dest, wrong string
		parse             func(text string) (any, error)
	}{
		{"cli-input-json", "cli_input_json", "Invalid JSON received.", plainJSON},
		{"cli-input-yaml", "cli_input_yaml", "Invalid YAML received.", parseYAML},
	} {
		g := w.values[o.dest]
		if g == nil {
			continue
		}
		if w.values["cli_input_json"] != nil && w.values["cli_input_yaml"] != nil {
			return &UsageError{Message: "Only one --cli-input- parameter may be specified."}
		}
		text, err := p.wholeText(g.words[0])
		if err != nil {
			return err
		}
		v, err := o.parse(text)
		if errors.Is(err, errDepth) {
			return err
		}
		if err != nil {
			return badParameter(o.name, o.wrong) // the AWS CLI prints the name without dashes here
		}
		d, ok := v.(*document.Object)
		if !ok {
			return badParameter("--"+o.name, "Invalid type: expecting map, received "+printer{}.typeName(v))
		}
		for name, value := range d.All() {
			if !has(input.Document, name) {
				input.Document.Set(name, value)
			}
		}
	}
	return nil
}

// wholeText returns the text of the input. The option may name a file that contains the text.
func (p *parser) wholeText(text string) (string, error) {
	v, err := p.readParam(text)
	switch v := v.(type) {
	case string:
		return v, err
	case rawFile:
		return string(v), err
	}
	return text, err
}

func plainJSON(text string) (any, error) {
	return parseJSON(text, func(*document.Object) {})
}

// parseYAML reads one YAML document. Times stay strings.
func parseYAML(text string) (any, error) {
	dec := yaml.NewDecoder(strings.NewReader(text))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("yaml: more than one document")
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	r := yamlReader{left: maxYAMLNodes}
	return r.value(doc.Content[0], 0)
}

// maxYAMLNodes limits the size of an input, because aliases can expand a few lines to gigabytes.
const maxYAMLNodes = 1_000_000

type yamlReader struct{ left int }

func (r *yamlReader) value(n *yaml.Node, depth int) (any, error) {
	if r.left--; r.left < 0 || depth > maxJSONDepth {
		return nil, errors.New("yaml: too large or too deeply nested")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.value(n.Alias, depth+1)
	case yaml.MappingNode:
		return r.object(n, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			var err error
			if list[i], err = r.value(e, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return yamlScalar(n)
}

func (r *yamlReader) object(n *yaml.Node, depth int) (any, error) {
	o := new(document.Object)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("yaml: line %d: the key is not a text", key.Line)
		}
		if has(o, key.Value) {
			return nil, fmt.Errorf("yaml: line %d: duplicate key %s", key.Line, key.Value)
		}
		v, err := r.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		o.Set(key.Value, v)
	}
	return o, nil
}

// yamlScalar reads a scalar by the rules of YAML 1.2, where a number that begins with 0 is
// decimal.
func yamlScalar(n *yaml.Node) (any, error) {
	if n.Style == 0 && isDecimal(n.Value) {
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i, nil
		}
		return strconv.ParseFloat(n.Value, 64)
	}
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err := n.Decode(&b)
		return b, err
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i, nil
		}
		return strconv.ParseFloat(n.Value, 64)
	case "!!float":
		var f float64
		err := n.Decode(&f)
		return f, err
	case "!!binary":
		var b string
		err := n.Decode(&b)
		return rawFile(b), err
	}
	return n.Value, nil
}

func isDecimal(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	return s != "" && strings.Trim(s, "0123456789") == ""
}
