// The output of --generate-cli-skeleton.

package arg

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// InputSkeleton returns an input with every member, for users to fill in. --generate-cli-skeleton
// input prints it as JSON.
func InputSkeleton(op *model.Operation) *document.Object {
	return skeletonOf(op.Input, skeleton{})
}

// OutputSkeleton returns an output with every member. Each text is the name of its member.
// --generate-cli-skeleton output prints it.
func OutputSkeleton(op *model.Operation) *document.Object {
	return skeletonOf(op.Output, skeleton{names: true})
}

func skeletonOf(m *model.Member, s skeleton) *document.Object {
	if m == nil {
		return new(document.Object)
	}
	o, _ := s.value(m.Shape, "").(*document.Object)
	return o
}

// A skeleton builds an example value for a shape.
type skeleton struct {
	names  bool           // strings are the names of their members
	within []*model.Shape // the structures that contain the current value
}

func (s *skeleton) value(shape *model.Shape, name string) any {
	switch shape.Kind {
	case model.Structure:
		o := new(document.Object)
		if slices.Contains(s.within, shape) {
			return o // a recursive shape
		}
		s.within = append(s.within, shape)
		for _, m := range shape.Members {
			o.Set(m.Name, s.value(m.Shape, m.Name))
		}
		s.within = s.within[:len(s.within)-1]
		return o
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
		return "1970-01-01T00:00:00"
	case model.String:
		if s.names {
			return name
		}
		return ""
	}
	return nil // a blob
}
