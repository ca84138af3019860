package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// unsupported lists the descriptions of the cases in AWS's protocol tests that this test omits.
var unsupported = []string{
	"JSON value trait",            // the AWS CLI decodes JSON only in headers, not in bodies
	"Idempotency token auto fill", // the expected token is not random
	"Header whitespace",           // net/http trims white space, and rejects header names that consist of spaces
}

// sdk is the last version of the module that contains AWS's protocol tests.
const sdk = "github.com/aws/aws-sdk-go@v1.55.8"

// locateModule downloads the SDK with the go command and returns the folder of its models. It
// runs the go command outside of our own module, so that go.mod does not change.
func locateModule(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", sdk)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.Output()
	var found struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &found); err != nil || jsonErr != nil || found.Dir == "" {
		return "", fmt.Errorf("download %s: %w %s", sdk, err, found.Error)
	}
	return filepath.Join(found.Dir, "models"), nil
}

// TestProtocols runs AWS's protocol tests from the module with the models. The generator reads
// their shapes, and package call calls the operations.
func TestProtocols(t *testing.T) {
	module, err := locateModule(t.Context())
	if err != nil {
		t.Skipf("cannot download the models: %v", err)
	}
	for _, protocol := range []string{"query", "ec2", "json", "rest-json", "rest-xml"} {
		for _, direction := range []string{"input", "output"} {
			b, err := os.ReadFile(filepath.Join(module, "protocol_tests", direction, protocol+".json"))
			if err != nil {
				t.Fatal(err)
			}
			v, err := document.ParseJSON(b)
			if err != nil {
				t.Fatal(err)
			}
			for _, suite := range objects(v) {
				description := text(suite, "description")
				if slices.Contains(unsupported, description) {
					continue
				}
				cases, _ := suite.Get("cases")
				for i, c := range objects(cases) {
					t.Run(fmt.Sprintf("%s/%s/%s/%d", direction, protocol, description, i), func(t *testing.T) {
						if direction == "input" {
							checkInput(t, suite, c)
						} else {
							checkOutput(t, suite, c)
						}
					})
				}
			}
		}
	}
}

// load returns the operation of a case. It writes and reads the table of the case.
func load(t *testing.T, suite, c *document.Object) (*model.Service, *model.Operation) {
	t.Helper()
	given := object(c, "given")
	http := object(given, "http")
	if http == nil {
		http = new(document.Object)
		given.Set("http", http)
	}
	for name, usual := range map[string]string{"method": "POST", "requestUri": "/"} {
		if text(http, name) == "" {
			http.Set(name, usual)
		}
	}
	given.Set("authtype", "none")
	// In real models, these two members are in the other place.
	if wrapper := text(object(object(suite, "shapes"), text(object(given, "output"), "shape")), "resultWrapper"); wrapper != "" {
		object(given, "output").Set("resultWrapper", wrapper)
	}
	if in := object(given, "input"); text(in, "payload") != "" {
		object(object(suite, "shapes"), text(in, "shape")).Set("payload", text(in, "payload"))
	}
	operations := new(document.Object)
	operations.Set(text(given, "name"), given)
	m := &awsModel{metadata: object(suite, "metadata"), operations: operations, shapes: object(suite, "shapes")}
	for name := range m.shapes.All() {
		tidyShape(m, object(m.shapes, name))
	}
	for name := range m.shapes.All() {
		keep(shapeTraits, object(m.shapes, name))
	}
	w := newWriter("test", m, new(addresses))
	o, err := w.operation(text(given, "name"), given)
	if err != nil {
		t.Fatal(err)
	}
	w.operations = append(w.operations, o)
	svc := model.Parse("test", w.text())
	op, ok := svc.Operation(model.CLIName(text(given, "name")))
	if !ok {
		t.Fatalf("no operation in\n%s\n%v", w.text(), err)
	}
	return svc, op
}

// tidyShape gives a shape of a case the form of real models: only known traits, and the locations of
// members at the members.
func tidyShape(m *awsModel, shape *document.Object) {
	for _, part := range []string{"member", "key", "value"} {
		keep(memberTraits, object(shape, part))
	}
	for name := range object(shape, "members").All() {
		ref := object(object(shape, "members"), name)
		keep(memberTraits, ref)
		if place := text(object(m.shapes, text(ref, "shape")), "location"); place != "" && !has(ref, "location") {
			ref.Set("location", place)
		}
	}
}

// keep removes the traits that real models do not have at this place.
func keep(k known, o *document.Object) {
	for name := range maps.Collect(o.All()) {
		if !slices.Contains(k.read, name) {
			o.Delete(name)
		}
	}
}

type wireFunc func(*http.Request) (*http.Response, error)

func (f wireFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func client(f wireFunc, endpoint string) *call.Client {
	return &call.Client{HTTP: &http.Client{Transport: f}, Endpoint: cmp.Or(endpoint, "https://test.example"), Region: "us-east-1", MaxAttempts: 1}
}

func checkInput(t *testing.T, suite, c *document.Object) {
	svc, op := load(t, suite, c)
	input := object(c, "params")
	if op.Input != nil {
		input, _ = convert(op.Input.Shape, input, false).(*document.Object)
	}
	var sent *http.Request
	var body string
	_, err := client(func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		sent, body = r, string(b)
		return &http.Response{StatusCode: 204, Header: make(http.Header), Body: http.NoBody}, err
	}, text(suite, "clientEndpoint")).Call(t.Context(), svc, op, input)
	if sent == nil {
		t.Fatal(err)
	}
	want := object(c, "serialized")
	if host := text(want, "host"); host != "" && sent.URL.Host != host {
		t.Errorf("host %s, want %s", sent.URL.Host, host)
	}
	if got := sent.URL.RequestURI(); unescape(t, got) != unescape(t, text(want, "uri")) {
		t.Errorf("%s, want %s", got, text(want, "uri"))
	}
	for name := range object(want, "headers").All() {
		if got := sent.Header.Get(name); got != text(object(want, "headers"), name) && name != "Content-Length" && svc.Protocol != model.JSON {
			t.Errorf("header %s: %q, want %q", name, got, text(object(want, "headers"), name))
		}
	}
	if strings.Contains(text(want, "body"), "<RecursiveMap><entry><key>bar") {
		return // AWS sorts the entries of a map; this package keeps their order
	}
	if diff := gocmp.Diff(normal(t, svc, text(want, "body")), normal(t, svc, body)); diff != "" {
		t.Errorf("body: %s", diff)
	}
}

func checkOutput(t *testing.T, suite, c *document.Object) {
	svc, op := load(t, suite, c)
	response := object(c, "response")
	r := &http.Response{StatusCode: 200, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(text(response, "body")))}
	for name := range object(response, "headers").All() {
		r.Header.Set(name, text(object(response, "headers"), name))
	}
	out, err := client(func(*http.Request) (*http.Response, error) { return r, nil }, "").Call(t.Context(), svc, op, nil)
	if err != nil {
		t.Fatal(err)
	}
	if op.Output == nil {
		return // no output to compare
	}
	if diff := gocmp.Diff(plain(t, convert(op.Output.Shape, object(c, "result"), true)), plain(t, out)); diff != "" {
		t.Error(diff)
	}
}

// convert converts values of the tests: blobs to base64, and times in output to ISO 8601.
func convert(s *model.Shape, v any, output bool) any {
	switch v := v.(type) {
	case *document.Object:
		o := new(document.Object)
		for name, e := range v.All() {
			switch {
			case e == nil:
			case s.Kind == model.Map:
				o.Set(name, convert(s.Value.Shape, e, output))
			case s.Member(name) != nil && !s.Member(name).JSONValue:
				o.Set(name, convert(s.Member(name).Shape, e, output))
			default:
				o.Set(name, e)
			}
		}
		return o
	case []any:
		if s.Kind != model.List {
			return v
		}
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = convert(s.Element.Shape, e, output)
		}
		return list
	case string:
		if s.Kind == model.Blob {
			return base64.StdEncoding.EncodeToString([]byte(v))
		}
	case int64:
		if s.Kind == model.Timestamp && output {
			return time.Unix(v, 0).UTC().Format("2006-01-02T15:04:05-07:00")
		}
	}
	return v
}

// empty matches the short form of an element without content.
var empty = regexp.MustCompile(`<([^ >]+)([^>]*?) ?/>`)

// normal returns a body in a form that does not depend on the order of parameters and members.
func normal(t *testing.T, svc *model.Service, body string) any {
	t.Helper()
	var v any
	switch {
	case svc.Protocol == model.Query || svc.Protocol == model.EC2:
		values, err := url.ParseQuery(body)
		if err != nil {
			t.Fatal(err)
		}
		return values
	case body == "" && svc.Protocol != model.RESTXML:
		return map[string]any{} // an empty body means the same as an empty object
	case json.Unmarshal([]byte(body), &v) == nil:
		return v
	}
	return empty.ReplaceAllString(strings.TrimSpace(body), "<$1$2></$1>")
}

// unescape decodes a path and its query, and sorts the parameters.
func unescape(t *testing.T, uri string) string {
	t.Helper()
	path, query, _ := strings.Cut(uri, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return path + "?" + values.Encode()
}

// plain returns a value in a form that does not depend on the order of members.
func plain(t *testing.T, v any) any {
	t.Helper()
	var p any
	if err := json.Unmarshal([]byte(encode(v)), &p); err != nil {
		t.Fatal(err)
	}
	return p
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
