package call

import (
	"encoding/base64"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// restBody writes the payload, or else the members that have no other place.
func (r *request) restBody(svc *model.Service, op *model.Operation, input *document.Object) error {
	shape := op.Input.Shape
	root := op.Input
	if shape.Payload != "" {
		root = shape.Member(shape.Payload)
		v, ok := input.Get(shape.Payload)
		switch {
		case root == nil:
			return nil
		case !ok && svc.Protocol == model.RESTJSON && root.Shape.Kind == model.Structure:
			v = new(document.Object) // nothing is said as {}
		case !ok:
			return nil
		case root.Shape.Kind == model.String || root.Shape.Kind == model.Blob:
			return r.rawBody(op, root, v)
		}
		if input, ok = v.(*document.Object); !ok {
			return wrongType(op.Name, root.Name, root.Shape.Kind, v)
		}
	} else if !hasBody(svc, shape, input) {
		return nil
	}
	var err error
	if svc.Protocol == model.RESTXML {
		r.contentType("application/xml")
		r.body, err = xmlBody(svc, root, input)
		return err
	}
	r.contentType("application/json")
	r.body, err = jsonBody(root, input)
	return err
}

// contentType says what the body is, unless the input does.
func (r *request) contentType(mime string) {
	if r.header.Get("Content-Type") == "" {
		r.header.Set("Content-Type", mime)
	}
}

func (r *request) rawBody(op *model.Operation, m *model.Member, v any) error {
	text, err := scalar(op.Name, m.Name, m.Shape, v, isoTime)
	if err != nil {
		return err
	}
	r.body = []byte(text)
	if m.Shape.Kind == model.Blob {
		r.contentType("application/octet-stream")
		if r.body, err = base64.StdEncoding.DecodeString(text); err != nil {
			return &InputError{op.Name, "Invalid base64: parameter " + m.Name}
		}
		return nil
	}
	r.contentType("text/plain")
	return nil
}

// hasBody says whether a request has one: if members are given that stand there.
// In JSON a request whose members could stand there has one anyway.
func hasBody(svc *model.Service, s *model.Shape, input *document.Object) bool {
	for _, m := range s.Members {
		if m.Location != model.Body {
			continue
		}
		if _, ok := input.Get(m.Name); ok || svc.Protocol == model.RESTJSON {
			return true
		}
	}
	return false
}
