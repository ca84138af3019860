package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A writer writes one table: the operations, then the shapes in the operations, sorted by name.
type writer struct {
	model  *awsModel
	lines  bytes.Buffer
	shapes map[string]string // the lines of each composed shape by name; "" while the writer writes them
	inputs map[string]bool   // the shapes of inputs; help lists the allowed values of their strings
}

// table returns the table of a service.
func table(l listedService, m *awsModel) ([]byte, error) {
	w := &writer{model: m, shapes: make(map[string]string), inputs: m.inputShapes(l.operations)}
	meta := m.metadata
	w.line("service", l.service,
		attr("id", text(meta, "serviceId")), attr("version", text(meta, "apiVersion")), attr("protocol", text(meta, "protocol")),
		attr("endpoint", text(meta, "endpointPrefix")),
		attr("signing", cmp.Or(text(meta, "signingName"), text(meta, "endpointPrefix"))),
		attr("json", text(meta, "jsonVersion")), attr("target", text(meta, "targetPrefix")), attr("ns", text(meta, "xmlNamespace")))
	for _, name := range l.operations {
		if err := w.operation(name); err != nil {
			return nil, fmt.Errorf("operation %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.shapes)) {
		w.lines.WriteString(w.shapes[name])
	}
	return w.lines.Bytes(), nil
}

// line writes all fields except empty fields. The first field of a part is empty.
func (w *writer) line(first string, fields ...string) {
	w.lines.WriteString(row(first, fields...))
}

func row(first string, fields ...string) string {
	for _, f := range fields {
		if f != "" {
			first += "\t" + f
		}
	}
	return first + "\n"
}

func attr(key, value string) string {
	if value == "" {
		return ""
	}
	return key + "=" + value
}

func mark(key string, set bool) string {
	if !set {
		return ""
	}
	return key
}

func (w *writer) operation(name string) error {
	op := object(w.model.operations, name)
	switch {
	case op == nil:
		return errors.New("not in the model")
	case object(op, "endpoint") != nil:
		return errors.New("host prefixes are not supported")
	case truth(op, "httpChecksumRequired"):
		return errors.New("request checksums are not supported")
	}
	http, in, out := object(op, "http"), object(op, "input"), object(op, "output")
	unsigned := text(op, "authtype") == "none"
	w.line("operation", name, text(http, "method"), text(http, "requestUri"), attr("wrapper", text(out, "resultWrapper")), mark("unsigned", unsigned))
	for _, part := range []struct {
		name string
		ref  *document.Object
	}{{"in", in}, {"out", out}} {
		if part.ref != nil {
			member, err := w.member(part.name, part.ref, false)
			if err != nil {
				return err
			}
			w.lines.WriteString(member)
		}
	}
	list, _ := op.Get("errors")
	refs, _ := list.([]any)
	for _, v := range refs {
		ref, _ := v.(*document.Object)
		if _, err := w.shape(text(ref, "shape")); err != nil {
			return err
		}
		w.line("", "error", text(ref, "shape"))
	}
	return w.pages(object(w.model.pagination, name))
}

func (w *writer) pages(p *document.Object) error {
	if len(texts(p, "result_key")) == 0 && len(texts(p, "input_token")) == 0 {
		return nil
	}
	fields := []string{"pages"}
	for _, key := range [][2]string{
		{"in", "input_token"},
		{"out", "output_token"},
		{"limit", "limit_key"},
		{"more", "more_results"},
		{"result", "result_key"},
		{"same", "non_aggregate_keys"},
	} {
		for _, path := range texts(p, key[1]) {
			if strings.Trim(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") != "" {
				return fmt.Errorf("paginator: %s: only member names and dots are supported", path)
			}
			fields = append(fields, attr(key[0], path))
		}
	}
	w.line("", fields...)
	return nil
}

// member returns the line of a part: its name, its type, and its format.
func (w *writer) member(name string, ref *document.Object, required bool) (string, error) {
	shape := text(ref, "shape")
	s := object(w.model.shapes, shape)
	if s == nil {
		return "", fmt.Errorf("shape %s: not in the model", shape)
	}
	typ := kind(s)
	if composed(typ) {
		if _, err := w.shape(shape); err != nil {
			return "", err
		}
		typ = shape
	}
	// The traits of a member override the traits of its shape.
	say := func(key string) string { return cmp.Or(text(ref, key), text(s, key)) }
	is := func(key string) bool { return truth(ref, key) || truth(s, key) }
	ns := object(ref, "xmlNamespace")
	if ns == nil {
		ns = object(s, "xmlNamespace")
	}
	fields := []string{
		name, typ, attr("wire", say("locationName")), attr("query", say("queryName")), attr("in", say("location")),
		attr("ns", text(ns, "uri")), attr("prefix", text(ns, "prefix")), attr("time", say("timestampFormat")),
		mark("flat", is("flattened")), mark("attribute", is("xmlAttribute")), mark("required", required),
		mark("stream", is("streaming")), mark("json", is("jsonvalue")), mark("token", is("idempotencyToken")),
	}
	if !composed(kind(s)) {
		fields = append(fields, minimum(s), mark("sensitive", truth(s, "sensitive")))
	}
	if values := texts(s, "enum"); w.inputs[shape] && len(values) > 0 {
		enum := strings.Join(values, "|")
		if strings.Count(enum, "|") != len(values)-1 || strings.ContainsAny(enum, "\t\n") {
			return "", fmt.Errorf("shape %s: an allowed value contains a separator", shape)
		}
		fields = append(fields, attr("enum", enum))
	}
	return row("", fields...), nil
}

// shape writes the lines of a composed shape. It writes each shape only once.
func (w *writer) shape(name string) (string, error) {
	if _, ok := w.shapes[name]; ok {
		return name, nil
	}
	s := object(w.model.shapes, name)
	if s == nil {
		return "", fmt.Errorf("shape %s: not in the model", name)
	}
	w.shapes[name] = ""
	switch name {
	case "structure", "list", "map", "string", "integer", "long", "float", "double", "boolean", "timestamp", "blob":
		return "", fmt.Errorf("shape %s: this is the name of a kind", name)
	}
	if truth(s, "eventstream") {
		return "", fmt.Errorf("shape %s: event streams are not supported", name)
	}
	code := text(object(s, "error"), "code")
	if code == name {
		code = ""
	}
	lines := row(kind(s), name, attr("payload", text(s, "payload")), attr("code", code), mark("document", truth(s, "document")), minimum(s))
	parts, err := w.parts(s)
	if err != nil {
		return "", err
	}
	w.shapes[name] = lines + parts
	return name, nil
}

func (w *writer) parts(s *document.Object) (string, error) {
	var b strings.Builder
	add := func(name string, ref *document.Object, required bool) error {
		line, err := w.member(name, ref, required)
		b.WriteString(line)
		return err
	}
	switch kind(s) {
	case "list":
		err := add("element", object(s, "member"), false)
		return b.String(), err
	case "map":
		err := add("key", object(s, "key"), false)
		if err == nil {
			err = add("value", object(s, "value"), false)
		}
		return b.String(), err
	}
	required := texts(s, "required")
	for name, v := range object(s, "members").All() {
		ref, _ := v.(*document.Object)
		if err := add(name, ref, slices.Contains(required, name)); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// kind returns the kind of a shape.
func kind(s *document.Object) string {
	switch t := text(s, "type"); t {
	case "character":
		return "string"
	default:
		return t
	}
}

func composed(kind string) bool { return kind == "structure" || kind == "list" || kind == "map" }

// minimum returns the smallest length or value that clients allow.
func minimum(s *document.Object) string {
	if n, _ := s.Get("min"); n != nil {
		if n, ok := n.(int64); ok && n > 0 {
			return attr("min", strconv.FormatInt(n, 10))
		}
	}
	return ""
}
