package call

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A parser reads replies.
type parser struct {
	timeFormat string // as in Client
	zone       *time.Location
}

// output reads the reply of an operation that succeeded.
func (p *parser) output(svc *model.Service, op *model.Operation, r *reply) (*document.Object, error) {
	o := new(document.Object)
	if op.Output == nil {
		return o, nil
	}
	shape := op.Output.Shape
	switch svc.Protocol {
	case model.Query, model.EC2:
		root, err := parseXML(r.body)
		if err != nil {
			return nil, err
		}
		if op.ResultWrapper != "" {
			if root = root.child(op.ResultWrapper); root == nil {
				return nil, fmt.Errorf("it has no element %s", op.ResultWrapper)
			}
		}
		return o, p.xmlStructure(shape, root, o)
	case model.JSON:
		return o, p.jsonMembers(shape, r.body, o)
	}
	// As in the AWS CLI, what is in headers comes before what is in the body.
	if err := p.headers(shape, r, o); err != nil {
		return nil, err
	}
	return o, p.restBody(svc, shape, r, o)
}

func (p *parser) jsonMembers(shape *model.Shape, body []byte, o *document.Object) error {
	if len(body) == 0 || !inBody(shape) {
		return nil
	}
	v, err := parseJSON(body)
	if err != nil {
		return err
	}
	from, ok := v.(*document.Object)
	if !ok {
		return errors.New("its JSON is not an object")
	}
	return p.jsonStructure(shape, from, o)
}

// restBody reads the payload, or else the members that have no other place.
func (p *parser) restBody(svc *model.Service, shape *model.Shape, r *reply, o *document.Object) error {
	to := o
	if m := shape.Member(shape.Payload); m != nil {
		switch m.Shape.Kind {
		case model.String:
			o.Set(m.Name, string(r.body))
			return nil
		case model.Blob:
			o.Set(m.Name, base64.StdEncoding.EncodeToString(r.body))
			return nil
		}
		if len(r.body) == 0 {
			return nil
		}
		shape, to = m.Shape, new(document.Object)
		o.Set(m.Name, to)
	}
	if len(r.body) == 0 || !inBody(shape) {
		return nil
	}
	if svc.Protocol == model.RESTJSON {
		return p.jsonMembers(shape, r.body, to)
	}
	root, err := parseXML(r.body)
	if err != nil {
		return err
	}
	if shape.Name == bucketLocation {
		to.Set("LocationConstraint", textOrNull(root.text))
		return nil
	}
	return p.xmlStructure(shape, root, to)
}

// inBody says whether a structure has members in the body.
func inBody(s *model.Shape) bool {
	for _, m := range s.Members {
		if m.Location == model.Body {
			return true
		}
	}
	return false
}
