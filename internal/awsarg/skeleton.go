package awsarg

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/awsmodel"
	"github.com/lanyard-cli/lanyard/internal/document"
)

// InputSkeleton returns the input of an operation with every member, to be filled
// in: what --generate-cli-skeleton input prints as JSON.
func InputSkeleton(op *awsmodel.Operation) *document.Object {
	return skeletonOf(op.Input, skeleton{})
}

// OutputSkeleton returns an output with every member, each text of which is the
// member's name: what --generate-cli-skeleton output prints.
func OutputSkeleton(op *awsmodel.Operation) *document.Object {
	return skeletonOf(op.Output, skeleton{names: true})
}

func skeletonOf(m *awsmodel.Member, s skeleton) *document.Object {
	if m == nil {
		return new(document.Object)
	}
	o, _ := s.value(m.Shape, "").(*document.Object)
	return o
}

// A skeleton makes one value of every kind.
type skeleton struct {
	names  bool              // texts are the names of the members
	within []*awsmodel.Shape // the structures around
}

func (s *skeleton) value(shape *awsmodel.Shape, name string) any {
	switch shape.Kind {
	case awsmodel.Structure:
		o := new(document.Object)
		if slices.Contains(s.within, shape) {
			return o // again: it would have no end
		}
		s.within = append(s.within, shape)
		for _, m := range shape.Members {
			o.Set(m.Name, s.value(m.Shape, m.Name))
		}
		s.within = s.within[:len(s.within)-1]
		return o
	case awsmodel.List:
		return []any{s.value(shape.Element.Shape, shape.Element.Shape.Name)}
	case awsmodel.Map:
		o := new(document.Object)
		o.Set("KeyName", s.value(shape.Value.Shape, ""))
		return o
	case awsmodel.Integer, awsmodel.Long:
		return int64(0)
	case awsmodel.Float, awsmodel.Double:
		return 0.0
	case awsmodel.Boolean:
		return true
	case awsmodel.Timestamp:
		return "1970-01-01T00:00:00"
	case awsmodel.String:
		if s.names {
			return name
		}
		return ""
	}
	return nil // a blob
}
