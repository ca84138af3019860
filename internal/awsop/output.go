package awsop

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lanyard/internal/awsmodel"
	"lanyard/internal/document"
)

// A parser reads replies.
type parser struct {
	timeFormat string // as in Client
	zone       *time.Location
}

// output reads the reply of an operation that succeeded.
func (p *parser) output(svc *awsmodel.Service, op *awsmodel.Operation, r *reply) (*document.Object, error) {
	o := new(document.Object)
	if op.Output == nil {
		return o, nil
	}
	shape := op.Output.Shape
	switch svc.Protocol {
	case awsmodel.Query, awsmodel.EC2:
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
	case awsmodel.JSON:
		return o, p.jsonMembers(shape, r.body, o)
	}
	// As in the AWS CLI, what is in headers comes before what is in the body.
	if err := p.headers(shape, r, o); err != nil {
		return nil, err
	}
	return o, p.restBody(svc, shape, r, o)
}

func (p *parser) jsonMembers(shape *awsmodel.Shape, body []byte, o *document.Object) error {
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
func (p *parser) restBody(svc *awsmodel.Service, shape *awsmodel.Shape, r *reply, o *document.Object) error {
	to := o
	if m := shape.Member(shape.Payload); m != nil {
		switch m.Shape.Kind {
		case awsmodel.String:
			o.Set(m.Name, string(r.body))
			return nil
		case awsmodel.Blob:
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
	if svc.Protocol == awsmodel.RESTJSON {
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
func inBody(s *awsmodel.Shape) bool {
	for _, m := range s.Members {
		if m.Location == awsmodel.Body {
			return true
		}
	}
	return false
}

// headers reads the members that stand in headers or are the status.
func (p *parser) headers(shape *awsmodel.Shape, r *reply, o *document.Object) error {
	for _, m := range shape.Members {
		switch m.Location {
		case awsmodel.StatusCode:
			o.Set(m.Name, int64(r.status))
		case awsmodel.Header:
			text, ok := header(r.header, m.Wire())
			if !ok {
				continue
			}
			v, err := p.headerValue(m, text)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			o.Set(m.Name, v)
		case awsmodel.Headers:
			o.Set(m.Name, prefixed(r.header, m.LocationName))
		}
	}
	return nil
}

func (p *parser) headerValue(m *awsmodel.Member, text string) (any, error) {
	switch {
	case m.JSONValue:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("not base64")
		}
		return parseJSON(b)
	case m.Shape.Kind == awsmodel.List:
		list := []any{}
		for part := range strings.SplitSeq(text, ",") {
			v, err := p.scalar(m.Shape.Element, strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return p.scalar(m, text)
}

// prefixed returns the headers whose names begin with the prefix.
func prefixed(h http.Header, prefix string) *document.Object {
	o := new(document.Object)
	for _, name := range sortedNames(h) {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			o.Set(name[len(prefix):], h.Get(name))
		}
	}
	return o
}

// time writes a time as the output has it.
func (p *parser) time(text string) (any, error) {
	if p.timeFormat == "wire" {
		return text, nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return p.number(seconds, text), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.RFC1123, time.RFC1123Z, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if !strings.ContainsAny(layout, "ZM") {
			return strings.TrimSuffix(isoText(t), "+00:00"), nil // a time without a zone stays one
		}
		return isoText(t), nil
	}
	return nil, errors.New("not a time")
}

// number writes a time that is in seconds; raw is the value of the wire.
func (p *parser) number(seconds float64, raw any) any {
	if p.timeFormat == "wire" || math.IsNaN(seconds) || math.Abs(seconds) > 253402300799 { // the end of the year 9999
		return raw
	}
	zone := p.zone
	if zone == nil {
		zone = time.UTC
	}
	return isoText(unix(seconds).In(zone))
}

// isoText writes a time as Python does: with microseconds if there are any.
func isoText(t time.Time) string {
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02T15:04:05-07:00")
	}
	return t.Format("2006-01-02T15:04:05.000000-07:00")
}
