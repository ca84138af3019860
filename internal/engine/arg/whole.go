package arg

import (
	"errors"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// wholeInput adds what --cli-input-json or --cli-input-yaml has; options on the
// command line come before it.
func (p *parser) wholeInput(in *Input, w *words) error {
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
			return badParameter(o.name, o.wrong) // the AWS CLI has no dashes here
		}
		d, ok := v.(*document.Object)
		if !ok {
			return badParameter("--"+o.name, "Invalid type: expecting map, received "+printer{}.typeName(v))
		}
		for name, value := range d.All() {
			if !has(in.Document, name) {
				in.Document.Set(name, value)
			}
		}
	}
	return nil
}

// wholeText returns the text of the input, which may be in a file.
func (p *parser) wholeText(text string) (string, error) {
	v, err := p.readParam(text)
	switch v := v.(type) {
	case string:
		return v, err
	case raw:
		return string(v), err
	}
	return text, err
}

func plainJSON(text string) (any, error) {
	return parseJSON(text, func(*document.Object) {})
}
