package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
)

// A table is the content of the table of a service, before compression.
type table struct {
	head       string // the line of the service, and its endpoints
	rules      string // the endpoint rules; may be ""
	operations []operationText
	shapes     map[string]shapeText // by name
	enums      map[string]string    // the lines of allowed values, by the name of their shape
	without    map[string]error     // the operations that are not in the table, and the reason
	waiters    string               // the lines of all waiters
}

// An operationText holds the lines of an operation.
type operationText struct {
	name, lines string
	refs        []string // the shapes to which the lines refer
}

// A shapeText holds the lines of a composed shape.
type shapeText struct {
	lines string
	refs  []string // the shapes and enums to which the lines refer
	err   error    // the reason why no operation may use the shape
}

// A writer writes the table of one service.
type writer struct {
	table
	service string
	model   *awsModel
	inputs  map[string]bool // the shapes of inputs; help lists the allowed values of their strings
	outputs map[string]bool // the shapes of outputs; templates of outputs contain the names of strings in lists
}

// newTable returns the table of a service.
func newTable(service string, m *awsModel, ends *addresses) (t *table, err error) {
	w := newWriter(service, m, ends)
	whole := cmp.Or(checkService(m.metadata), ends.reason)
	for name := range m.operations.All() {
		op := object(m.operations, name)
		err := cmp.Or(whole, checkOperation(op), w.checkStreams(object(op, "input"), object(op, "output")))
		if err == nil {
			var o operationText
			if o, err = w.operation(name, op); err == nil {
				w.operations = append(w.operations, o)
				continue
			}
		}
		if !errors.As(err, new(reason)) {
			return nil, fmt.Errorf("operation %s: %w", name, err)
		}
		w.without[name] = err
	}
	w.waiters, err = waiterLines(m.waiters, m.operations)
	return &w.table, err
}

// newWriter returns a writer whose table has only the head.
func newWriter(service string, m *awsModel, ends *addresses) *writer {
	w := &writer{
		table:   table{rules: ends.rules, shapes: make(map[string]shapeText), enums: make(map[string]string), without: make(map[string]error)},
		service: service, model: m, inputs: m.shapesOf("input"), outputs: m.shapesOf("output"),
	}
	meta := m.metadata
	w.head = row("service", service,
		attr("id", text(meta, "serviceId")), attr("version", text(meta, "apiVersion")), attr("protocol", protocolOf(meta)),
		attr("endpoint", text(meta, "endpointPrefix")),
		attr("signing", cmp.Or(text(meta, "signingName"), text(meta, "endpointPrefix"))),
		attr("json", text(meta, "jsonVersion")), attr("target", text(meta, "targetPrefix")), attr("ns", text(meta, "xmlNamespace")),
		mark("query", has(meta, "awsQueryCompatible")), mark("v2", text(meta, "signatureVersion") == "v2"), mark("bearer", slices.Contains(texts(meta, "auth"), bearerAuth)),
		mark("sigv4a", slices.Index(texts(meta, "auth"), sigv4aAuth) == 0)) + ends.lines
	return w
}

func (w *writer) operation(name string, op *document.Object) (operationText, error) {
	o := operationText{name: name}
	http, in, out := object(op, "http"), object(op, "input"), object(op, "output")
	unsigned := text(op, "authtype") == "none"
	o.lines = row("operation", name, text(http, "method"), text(http, "requestUri"), attr("wrapper", text(out, "resultWrapper")),
		attr("host", w.hostPrefix(op)), attr("checksum", text(object(op, "httpChecksum"), "requestAlgorithmMember")),
		attr("validation", text(object(op, "httpChecksum"), "requestValidationModeMember")),
		mark("checked", truth(op, "httpChecksumRequired") || truth(object(op, "httpChecksum"), "requestChecksumRequired")),
		discoveryOf(op), mark("version", truth(op, "endpointoperation")), mark("unsigned", unsigned), mark("unsigned-body", text(op, "authtype") == unsignedBody),
		mark("gzip", has(op, "requestcompression"))) + w.parameterLines(op)
	for _, part := range []struct {
		name string
		ref  *document.Object
	}{{"in", in}, {"out", out}} {
		if part.ref == nil {
			continue
		}
		line, refs, err := w.member(part.name, part.ref, false)
		if err != nil {
			return o, err
		}
		o.lines, o.refs = o.lines+line, append(o.refs, refs...)
	}
	list, _ := op.Get("errors")
	for _, ref := range objects(list) {
		if err := referenceTraits.check(ref); err != nil {
			return o, err
		}
		o.lines, o.refs = o.lines+row("", "error", text(ref, "shape")), append(o.refs, text(ref, "shape"))
	}
	pages, err := pageLine(object(w.model.pagination, name))
	if err != nil {
		return o, err
	}
	o.lines += pages
	for _, ref := range o.refs {
		if err := w.reach(ref); err != nil {
			return o, err
		}
	}
	closure := make(map[string]bool)
	for _, ref := range o.refs {
		if err := w.usable(ref, closure); err != nil {
			return o, err
		}
	}
	return o, nil
}

// checkStreams returns a reason if the output can be of any size, or a member of the input that is not
// its payload.
func (w *writer) checkStreams(in, out *document.Object) error {
	for _, part := range []struct {
		ref *document.Object
		reason
	}{{in, streamReason}, {out, outputFileReason}} {
		s := object(w.model.shapes, text(part.ref, "shape"))
		for name := range object(s, "members").All() {
			ref := object(object(s, "members"), name)
			shape := object(w.model.shapes, text(ref, "shape"))
			payload := name == text(s, "payload") && kind(shape) == "blob"
			if (truth(ref, "streaming") || truth(shape, "streaming")) && !payload {
				return part.reason
			}
			if part.ref == out && text(ref, "location") == "headers" && w.service != "s3api" {
				return resultReason // the client does not keep the case of the names; S3 sends lower case
			}
		}
	}
	return nil
}

func pageLine(p *document.Object) (string, error) {
	if len(texts(p, "result_key")) == 0 && len(texts(p, "input_token")) == 0 {
		return "", nil
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
			if !plainPath(path) && (key[0] != "out" || !lastItem(path)) {
				return "", pagesReason
			}
			fields = append(fields, attr(key[0], path))
		}
	}
	return row("", fields...), nil
}

func plainPath(path string) bool {
	return strings.Trim(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") == ""
}

// lastItem reports whether an expression is a plain path, or the path of a member of the last item of
// a list. The expression can have alternatives, separated by "||".
func lastItem(expression string) bool {
	for path := range strings.SplitSeq(expression, "||") {
		if !plainPath(strings.Replace(strings.TrimSpace(path), "[-1]", "", 1)) {
			return false
		}
	}
	_, err := jmespath.Compile(expression)
	return err == nil
}

// member returns the line of a part: its name, its type, and its format. It also returns the names
// of the shapes and enums in the line.
func (w *writer) member(name string, ref *document.Object, required bool) (line string, refs []string, err error) {
	shape := text(ref, "shape")
	s := object(w.model.shapes, shape)
	if s == nil {
		return "", nil, fmt.Errorf("shape %s: not in the model", shape)
	}
	typ := kind(s)
	if composed(typ) {
		typ, refs = shape, append(refs, shape)
	} else if err := shapeTraits.check(s); err != nil {
		return "", nil, err
	} else if !slices.Contains(scalars, typ) {
		return "", nil, reason("trait type " + typ)
	}
	// The traits of a member override the traits of its shape.
	say := func(key string) string { return cmp.Or(text(ref, key), text(s, key)) }
	is := func(key string) bool { return truth(ref, key) || truth(s, key) }
	ns := object(ref, "xmlNamespace")
	if ns == nil {
		ns = object(s, "xmlNamespace")
	}
	if place := say("location"); place != "" && !slices.Contains(locations, place) {
		return "", nil, reason("trait location " + place)
	}
	if format := say("timestampFormat"); format != "" && !slices.Contains(timeFormats, format) {
		return "", nil, reason("trait timestampFormat " + format)
	}
	fields := []string{
		name, typ, attr("wire", say("locationName")), attr("query", say("queryName")), attr("in", say("location")),
		attr("ns", text(ns, "uri")), attr("prefix", text(ns, "prefix")), attr("time", w.timeFormat(say("timestampFormat"), say("location"), typ)),
		mark("flat", is("flattened")), mark("attribute", is("xmlAttribute")), mark("required", required),
		mark("json", is("jsonvalue") && say("location") == "header"), mark("token", is("idempotencyToken")),
		mark("stream", kind(s) == "blob" && is("streaming")),
		mark("last", w.service == "route53" && slices.Contains(route53IDs, shape)),
		mark("away", w.presigns(name)),
	}
	if !composed(kind(s)) {
		fields = append(fields, minimum(s), mark("sensitive", truth(s, "sensitive")))
	}
	if values := texts(s, "enum"); w.inputs[shape] && len(values) > 0 {
		enum := strings.Join(values, "|")
		if strings.Count(enum, "|") != len(values)-1 || strings.ContainsAny(enum, "\t\n") {
			return "", nil, fmt.Errorf("shape %s: an allowed value contains a separator", shape)
		}
		w.enums[shape] = row("enum", shape, enum)
		fields, refs = append(fields, attr("enum", shape)), append(refs, shape)
	}
	if name == "element" && kind(s) == "string" && w.outputs[shape] {
		fields = append(fields, attr("name", shape))
	}
	return row("", fields...), refs, nil
}

// timeFormat returns the format of times. botocore sends milliseconds to one service.
func (w *writer) timeFormat(format, location, typ string) string {
	if typ != "timestamp" || w.service != "bedrock-agentcore" {
		return format
	}
	usual := map[string]string{"": "unixTimestamp", "uri": "iso8601", "querystring": "iso8601"}[location]
	if format = cmp.Or(format, usual); format == "" || format == "rfc822" {
		return format
	}
	return format + "-milliseconds"
}

// presigns reports whether a value of the member makes botocore add a signed URL to the request.
func (w *writer) presigns(member string) bool {
	return member == "SourceRegion" && slices.Contains([]string{"docdb", "neptune", "rds"}, w.service)
}

// route53IDs lists the shapes of IDs that Route 53 returns with a path, and expects without it.
var route53IDs = []string{"ResourceId", "DelegationSetId", "ChangeId"}

// The values of traits that the client knows.
var (
	scalars     = []string{"string", "integer", "long", "float", "double", "boolean", "timestamp", "blob"}
	locations   = []string{"uri", "querystring", "header", "headers", "statusCode"}
	timeFormats = []string{"iso8601", "rfc822", "unixTimestamp"}
)

// reach writes the lines of a shape and of the shapes to which it refers. It writes each shape only
// once.
func (w *writer) reach(name string) error {
	if _, ok := w.shapes[name]; ok || w.enums[name] != "" {
		return nil
	}
	s := object(w.model.shapes, name)
	if s == nil {
		return fmt.Errorf("shape %s: not in the model", name)
	}
	w.shapes[name] = shapeText{}
	switch name {
	case "structure", "list", "map", "string", "integer", "long", "float", "double", "boolean", "timestamp", "blob", "enum", "operation":
		return fmt.Errorf("shape %s: this is the name of a kind", name)
	}
	t, err := w.shape(name, s)
	if err != nil && !errors.As(err, new(reason)) {
		return err
	}
	t.err = err
	w.shapes[name] = t
	for _, ref := range t.refs {
		if err := w.reach(ref); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) shape(name string, s *document.Object) (t shapeText, err error) {
	if err := shapeTraits.check(s); err != nil {
		return t, err
	}
	if truth(s, "eventstream") || truth(s, "event") {
		return t, eventsReason
	}
	code := text(object(s, "error"), "code")
	if code == name {
		code = ""
	}
	throttled := truth(object(s, "retryable"), "throttling")
	t.lines = row(kind(s), name, attr("payload", text(s, "payload")), attr("code", code), mark("retry", has(s, "retryable") && !throttled), mark("throttled", throttled),
		mark("document", truth(s, "document")), mark("union", truth(s, "union")), minimum(s))
	add := func(name string, ref *document.Object, required bool) error {
		if err := memberTraits.check(ref); err != nil {
			return err
		}
		line, refs, err := w.member(name, ref, required)
		t.lines, t.refs = t.lines+line, append(t.refs, refs...)
		return err
	}
	switch kind(s) {
	case "list":
		return t, add("element", object(s, "member"), false)
	case "map":
		return t, cmp.Or(add("key", object(s, "key"), false), add("value", object(s, "value"), false))
	case "structure":
	default:
		return t, fmt.Errorf("shape %s: unknown type %s", name, kind(s))
	}
	required := texts(s, "required")
	for name := range object(s, "members").All() {
		if err := add(name, object(object(s, "members"), name), slices.Contains(required, name)); err != nil {
			return t, err
		}
	}
	return t, nil
}

// usable returns the reason why an operation may not use a shape, or nil. seen holds the shapes
// that are known to be usable.
func (w *writer) usable(name string, seen map[string]bool) error {
	if seen[name] {
		return nil
	}
	seen[name] = true
	t := w.shapes[name]
	if t.err != nil {
		return t.err
	}
	for _, ref := range t.refs {
		if err := w.usable(ref, seen); err != nil {
			return err
		}
	}
	return nil
}

// text returns the table as text, without blocks. Tests read it with model.Parse.
func (t *table) text() string {
	var b strings.Builder
	b.WriteString(t.head + t.ruleLines())
	used := make(map[string]bool)
	for _, o := range t.operations {
		b.WriteString(o.lines)
		for _, ref := range t.closure(o) {
			used[ref] = true
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(used)) {
		b.WriteString(t.shapes[ref].lines + t.enums[ref])
	}
	return b.String()
}
