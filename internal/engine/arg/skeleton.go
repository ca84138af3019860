// The output of --generate-cli-skeleton.

package arg

import (
	"io"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

// InputSkeleton returns an input with every member, for users to fill in. --generate-cli-skeleton
// input prints it as JSON.
func InputSkeleton(op *model.Operation) *document.Object {
	return (&skeleton{}).of(op.Input)
}

// WriteYAMLSkeleton writes an input with every member as YAML, for --generate-cli-skeleton
// yaml-input. Comments say which members are required, and which values are allowed.
func WriteYAMLSkeleton(w io.Writer, op *model.Operation) error {
	s := &skeleton{yaml: true, shapes: make(map[*document.Object]*model.Shape)}
	return render.WriteTemplate(w, s.of(op.Input), s.comment)
}

// OutputSkeleton returns an output with every member. Each text is the name of its member, and each
// time is a [render.Verbatim]. --generate-cli-skeleton output prints it with [render.Printer.PrintSample].
func OutputSkeleton(op *model.Operation) *document.Object {
	return (&skeleton{names: true}).of(op.Output)
}

// A skeleton builds an example value for a shape.
type skeleton struct {
	names  bool // strings are the names of their members
	yaml   bool // times and blobs are values of a template in YAML
	within []*model.Shape

	shapes map[*document.Object]*model.Shape // the shapes of objects; nil if comments are not needed
}

func (s *skeleton) of(m *model.Member) *document.Object {
	if m == nil {
		return new(document.Object)
	}
	o, _ := s.value(m.Shape, "").(*document.Object)
	return o
}

func (s *skeleton) value(shape *model.Shape, name string) any {
	switch shape.Kind {
	case model.Structure:
		return s.structure(shape)
	case model.List:
		return []any{s.value(shape.Element.Shape, shape.Element.Shape.Name)}
	case model.Map:
		o := new(document.Object)
		o.Set("KeyName", s.value(shape.Value.Shape, ""))
		return o
	case model.Integer, model.Long:
		return int64(0)
	case model.Float, model.Double:
		return 0.0
	case model.Boolean:
		return true
	case model.Timestamp:
		if s.yaml || s.names {
			return render.Verbatim("1970-01-01 00:00:00")
		}
		return "1970-01-01T00:00:00"
	case model.String:
		if s.names {
			return name
		}
		if values := shape.Values(); len(values) > 0 {
			return values[0]
		}
		return ""
	}
	if s.yaml {
		return render.Verbatim("!!binary ''")
	}
	return nil // a blob
}

func (s *skeleton) structure(shape *model.Shape) *document.Object {
	o := new(document.Object)
	if slices.Contains(s.within, shape) {
		return o // a recursive shape
	}
	if s.shapes != nil {
		s.shapes[o] = shape
	}
	s.within = append(s.within, shape)
	for _, m := range shape.Members {
		o.Set(m.Name, s.value(m.Shape, m.Name))
	}
	s.within = s.within[:len(s.within)-1]
	return o
}

// comment returns the comment of a member of an object.
func (s *skeleton) comment(o *document.Object, name string) string {
	shape := s.shapes[o]
	if shape == nil {
		return "" // the object of a map
	}
	m, text := shape.Member(name), ""
	if m.Required {
		text = "[REQUIRED] "
	}
	if values := m.Shape.Values(); len(values) > 0 {
		text += "Valid values are: " + strings.Join(values, ", ") + "."
	}
	return strings.TrimSuffix(text, " ")
}
