package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// compareModels returns the text of newer.json: the differences between the module's models and
// the newer models, for the listed operations.
func compareModels(module, newer string, list []listedService) ([]byte, error) {
	all := new(document.Object)
	v, err := newerPartitions(newer)
	if err != nil {
		return nil, err
	}
	partitions := objects(v)
	for _, l := range list {
		before, err := readModule(module, l.model())
		if err != nil {
			return nil, err
		}
		now, err := readNewer(newer, l.model())
		if err != nil {
			return nil, err
		}
		c := comparison{before, now, now.inputShapes(l.operations), make(map[string]bool), new(document.Object)}
		diff, err := c.operations(l)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", l.service, err)
		}
		if err := endpointRows(diff, module, newer, l, text(now.metadata, "endpointPrefix"), partitions); err != nil {
			return nil, fmt.Errorf("service %s: %w", l.service, err)
		}
		if diff.Len() > 0 {
			all.Set(l.model(), diff)
		}
	}
	all.Set("partitions", v)
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(encode(all)), "", "\t"); err != nil {
		return nil, err
	}
	return append(b.Bytes(), '\n'), nil
}

// endpointRows compares the rows for the table of endpoints. If the newer rules result in other
// rows, it sets these rows in diff.
func endpointRows(diff *document.Object, module, newer string, l listedService, prefix string, partitions []*document.Object) error {
	now, err := readRules(filepath.Join(newer, l.model()), "endpoint-rule-set-1.json.gz", prefix, partitions)
	if err != nil {
		return err
	}
	before, err := readRules(filepath.Join(module, "apis", l.model()), "endpoint-rule-set-1.json", prefix, partitions)
	if err != nil {
		return err
	}
	if !slices.Equal(now, before) {
		var rows []any
		for _, r := range now {
			rows = append(rows, r)
		}
		diff.Set("endpoints", rows)
	}
	return nil
}

// A comparison compares two models of a service.
type comparison struct {
	before, now *awsModel
	inputs      map[string]bool // shapes for which allowed values are compared too
	seen        map[string]bool
	shapes      *document.Object // the shapes of now that differ
}

func (c *comparison) operations(l listedService) (*document.Object, error) {
	operations, pagination := new(document.Object), new(document.Object)
	for _, name := range l.operations {
		op := reduce(object(c.now.operations, name), operationTraits...)
		if op == nil {
			return nil, fmt.Errorf("operation %s: not in the newer model", name)
		}
		if encode(op) != encode(reduce(object(c.before.operations, name), operationTraits...)) {
			operations.Set(name, op)
		}
		now, before := object(c.now.pagination, name), object(c.before.pagination, name)
		if now == nil {
			now = new(document.Object) // the newer model has no paginator
		}
		if before == nil && now.Len() > 0 || before != nil && encode(now) != encode(before) {
			pagination.Set(name, now)
		}
		c.reach(op)
	}
	diff := new(document.Object)
	if operations.Len() > 0 {
		diff.Set("operations", operations)
	}
	if pagination.Len() > 0 {
		diff.Set("pagination", pagination)
	}
	if c.shapes.Len() > 0 {
		diff.Set("shapes", c.shapes)
	}
	return diff, nil
}

// reach compares the shapes to which v refers.
func (c *comparison) reach(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.reach(e)
		}
	case *document.Object:
		if name := text(v, "shape"); name != "" && !c.seen[name] {
			c.seen[name] = true
			now := reduceShape(object(c.now.shapes, name), c.inputs[name])
			before := object(c.before.shapes, name)
			if before == nil || encode(now) != encode(reduceShape(before, c.inputs[name])) {
				c.shapes.Set(name, now)
			}
			c.reach(now)
		}
		for _, part := range v.All() {
			c.reach(part)
		}
	}
}

// operationTraits lists the members of an operation that the tables need or that the
// generator refuses.
var operationTraits = []string{"http", "input", "output", "errors", "authtype", "endpoint", "httpChecksumRequired"}

// traits lists the members of a shape, or of a reference to a shape, that the tables need.
var traits = []string{
	"shape", "type", "location", "locationName", "queryName", "xmlNamespace", "timestampFormat", "flattened", "xmlAttribute",
	"streaming", "jsonvalue", "idempotencyToken", "min", "sensitive", "required", "payload", "error", "document", "eventstream",
}

func reduceShape(s *document.Object, values bool) *document.Object {
	r := reduce(s, traits...)
	if v, ok := s.Get("enum"); ok && values {
		r.Set("enum", v)
	}
	for _, part := range []string{"member", "key", "value"} {
		if ref := object(s, part); ref != nil {
			r.Set(part, reduce(ref, traits...))
		}
	}
	if members := object(s, "members"); members != nil {
		all := new(document.Object)
		for name, v := range members.All() {
			ref, _ := v.(*document.Object)
			all.Set(name, reduce(ref, traits...))
		}
		r.Set("members", all)
	}
	return r
}

// reduce returns an object with only the named members, in this order.
func reduce(o *document.Object, names ...string) *document.Object {
	if o == nil {
		return nil
	}
	r := new(document.Object)
	for _, name := range names {
		v, ok := o.Get(name)
		if !ok {
			continue
		}
		switch name {
		case "endpoint":
			v = reduce(object(o, name), "hostPrefix")
		case "http":
			v = reduce(object(o, name), "method", "requestUri")
		case "error":
			v = reduce(object(o, name), "code")
		case "input", "output":
			v = reduce(object(o, name), append([]string{"resultWrapper"}, traits...)...)
		case "errors":
			list, _ := v.([]any)
			var refs []any
			for _, e := range list {
				ref, _ := e.(*document.Object)
				refs = append(refs, reduce(ref, "shape"))
			}
			v = refs
		}
		r.Set(name, v)
	}
	return r
}

// encode returns a value as JSON, with the members in their order.
func encode(v any) string {
	switch v := v.(type) {
	case *document.Object:
		text := "{"
		for name, m := range v.All() {
			if text != "{" {
				text += ","
			}
			text += encode(name) + ":" + encode(m)
		}
		return text + "}"
	case []any:
		text := "["
		for i, e := range v {
			if i > 0 {
				text += ","
			}
			text += encode(e)
		}
		return text + "]"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "null" // cannot happen for a value of package document
	}
	return string(b)
}
