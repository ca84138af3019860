package model

import (
	"slices"
	"strings"
)

// A builder builds the shapes of one operation. A shape can contain itself, so done holds each
// shape as soon as the builder starts it.
type builder struct {
	text  map[string]string
	done  map[string]*Shape
	enums enums
}

// build builds an operation from its lines and the lines of its shapes, which are in text.
func build(lines string, text map[string]string, enums enums) *Operation {
	b := builder{text, make(map[string]*Shape), enums}
	head, parts := cutHead(lines)
	name, command := SplitName(head[1])
	op := &Operation{Name: name, CLIName: command, Method: head[2], URI: head[3]}
	for _, f := range head[4:] {
		switch key, value, _ := strings.Cut(f, "="); key {
		case "wrapper":
			op.ResultWrapper = value
		case "checksum":
			op.Checksum = value
		case "validation":
			op.Validation = value
		case "checked":
			op.NeedsChecksum = true
		case "host":
			op.HostPrefix = value
		case "version":
			op.SendsVersion = true
		case "discovery":
			op.Discovery = MayDiscover
			if value == "required" {
				op.Discovery = NeedsDiscovery
			}
		case "unsigned-body":
			op.UnsignedBody = true
		case "unsigned":
			op.Unsigned = true
		case "gzip":
			op.Gzip = true
		}
	}
	for _, part := range parts {
		switch part[0] {
		case "in":
			op.Input = b.member("", part[1:])
		case "out":
			op.Output = b.member("", part[1:])
		case "error":
			op.Errors = append(op.Errors, b.shape(part[1]))
		case "parameter":
			op.EndpointParameters = append(op.EndpointParameters, endpointParameter(part[1:]))
		case "pages":
			op.Paginator = paginator(part[1:])
		case "rule":
			op.Rules = append(op.Rules, rule(part[1:]))
		}
	}
	return op
}

// cutHead splits a block into the fields of its first line and the fields of each further line.
func cutHead(block string) (head []string, parts [][]string) {
	first, rest, _ := strings.Cut(block, "\n")
	for line := range strings.Lines(rest) {
		parts = append(parts, strings.Split(strings.TrimSuffix(line[1:], "\n"), "\t"))
	}
	return strings.Split(first, "\t"), parts
}

// endpointParameter reads the name and the source of a parameter.
func endpointParameter(fields []string) EndpointParameter {
	p := EndpointParameter{Name: fields[0]}
	switch key, value, _ := strings.Cut(fields[1], "="); key {
	case "value":
		p.Value = value
	case "member":
		p.Member = value
	case "path":
		p.Path = value
	}
	return p
}

func paginator(fields []string) *Paginator {
	p := new(Paginator)
	for _, f := range fields {
		switch key, value, _ := strings.Cut(f, "="); key {
		case "in":
			p.Input = append(p.Input, value)
		case "out":
			p.Output = append(p.Output, value)
		case "limit":
			p.Limit = value
		case "more":
			p.More = value
		case "result":
			p.Result = append(p.Result, value)
		case "same":
			p.NonAggregate = append(p.NonAggregate, value)
		}
	}
	return p
}

// shape builds the structure, list or map with a name.
func (b *builder) shape(name string) *Shape {
	if s := b.done[name]; s != nil {
		return s
	}
	s := &Shape{Name: name}
	b.done[name] = s
	head, parts := cutHead(b.text[name])
	s.Kind = Kind(max(0, slices.Index(kinds[:], head[0])))
	for _, f := range head[min(2, len(head)):] {
		switch key, value, _ := strings.Cut(f, "="); key {
		case "payload":
			s.Payload = value
		case "code":
			s.Code = value
		case "retry":
			s.Retry = Transient
		case "throttled":
			s.Retry = Throttled
		case "document":
			s.Document = true
		case "union":
			s.Union = true
		case "min":
			s.Min = atoi(value)
		}
	}
	if s.Kind == Structure {
		s.Members = make([]*Member, 0, len(parts))
	}
	for _, part := range parts {
		switch {
		case s.Kind == Structure:
			s.Members = append(s.Members, b.member(part[0], part[1:]))
		case part[0] == "element":
			s.Element = b.member("", part[1:])
		case part[0] == "key":
			s.Key = b.member("", part[1:])
		case part[0] == "value":
			s.Value = b.member("", part[1:])
		}
	}
	return s
}

// member builds a member. The first field is its type.
func (b *builder) member(name string, fields []string) *Member {
	m := &Member{Name: name}
	if k := slices.Index(kinds[:], fields[0]); k >= 0 {
		m.Shape = &Shape{Kind: Kind(k)}
	} else {
		m.Shape = b.shape(fields[0])
	}
	for _, f := range fields[1:] {
		key, value, _ := strings.Cut(f, "=")
		if key == "enum" {
			m.Shape.enum, m.Shape.enums = value, b.enums
		}
		m.set(key, value)
	}
	return m
}

func (m *Member) set(key, value string) {
	switch key {
	case "wire":
		m.LocationName = value
	case "query":
		m.QueryName = value
	case "in":
		m.Location = Location(max(0, slices.Index(locations[:], value)))
	case "ns":
		m.XMLNamespace = value
	case "prefix":
		m.XMLPrefix = value
	case "time":
		m.TimeFormat = value
	case "flat":
		m.Flattened = true
	case "attribute":
		m.XMLAttribute = true
	case "required":
		m.Required = true
	case "json":
		m.JSONValue = true
	case "token":
		m.Idempotency = true
	case "min":
		m.Shape.Min = atoi(value)
	case "name":
		m.Shape.Name = value
	case "sensitive":
		m.Shape.Sensitive = true
	case "stream":
		m.Streaming = true
	case "last":
		m.LastPart = true
	case "away":
		m.Away = true
	}
}

// locations has the names of the Locations in the models.
var locations = [...]string{"", "uri", "querystring", "header", "headers", "statusCode"}
