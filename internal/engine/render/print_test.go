package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

func object(members ...any) *document.Object {
	o := new(document.Object)
	for i := 0; i < len(members); i += 2 {
		o.Set(members[i].(string), members[i+1])
	}
	return o
}

// If a query selects a list or an object twice, the AWS CLI's YAML has an anchor and aliases.
func TestYAMLAliases(t *testing.T) {
	o := object("k", "v")
	l, empty := []any{int64(1)}, document.NewList(0)
	lists := []any{[]any{int64(0)}, []any{int64(1)}, []any{int64(2)}}
	tests := []struct {
		name string
		v    any
		want string
	}{
		{"a list", object("a", l, "c", []any{l}), "a: &id001\n- 1\nc:\n- *id001\n"},
		{"an object", object("a", o, "b", o), "a: &id001\n  k: v\nb: *id001\n"},
		{"in the order of keys", object("z", []any{o}, "a", []any{o}), "a:\n- &id001\n  k: v\nz:\n- *id001\n"},
		{
			"numbered when they are found again",
			[]any{lists, lists[2], lists[1], lists},
			"- &id003\n  - - 0\n  - &id002\n    - 1\n  - &id001\n    - 2\n- *id001\n- *id002\n- *id003\n",
		},
		{"an empty list", object("a", empty, "b", empty, "c", document.NewList(0)), "a: &id001 []\nb: *id001\nc: []\n"},
		{"an empty object", []any{object(), object()}, "- {}\n- {}\n"},
		{"scalars have none", []any{"a", "a"}, "- a\n- a\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, printed(t, render.Options{Format: "yaml"}, tt.v)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStreams(t *testing.T) {
	var got []string
	for _, f := range render.Formats() {
		if render.Streams(f) {
			got = append(got, f)
		}
	}
	if diff := cmp.Diff([]string{"text", "yaml-stream"}, got); diff != "" {
		t.Error(diff)
	}
}

// Each response in a YAML stream is an element of one list. An empty object prints nothing.
func TestYAMLStreamOfPages(t *testing.T) {
	got := printed(t, render.Options{Format: "yaml-stream"}, object("A", int64(1)), object(), []any{}, object("A", int64(2)))
	if want := "- A: 1\n- []\n- A: 2\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestErrors(t *testing.T) {
	full := errors.New("no space left")
	failing := errors.New("bad expression")
	tests := []struct {
		name string
		o    render.Options
		v    any
		w    *limited
		want error
		text string
	}{
		{name: "unknown format", o: render.Options{Format: "xml"}, want: &render.FormatError{Format: "xml"}, text: "Unknown output type: xml"},
		{name: "the query fails", o: render.Options{Query: failed{failing}}, want: failing},
		{name: "the writer fails", v: strings.Repeat("x", 1<<20), w: &limited{n: 9, err: full}, want: full},
		{name: "the writer fails at the end", v: "x", w: &limited{n: 1, err: full}, want: full},
		{
			name: "rows of a table differ in length", o: render.Options{Format: "table"},
			v: parse(t, `[[1, 2], [3, 4, 5]]`), text: "Row should have 2 elements, instead it has 3",
		},
		{
			name: "a number among the objects of a table", o: render.Options{Format: "table"},
			v: parse(t, `[{"a": 1}, 2]`), text: "'int' object is not iterable",
		},
		{
			name: "a list among the objects of a text", o: render.Options{Format: "text"},
			v: parse(t, `[{"a": 1}, []]`), text: "'list' object has no attribute 'items'",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.w == nil {
				tt.w = &limited{n: 1 << 30}
			}
			err := render.New(tt.w, tt.o).Print(tt.v)
			if err == nil {
				t.Fatal("no error, want one")
			}
			if tt.text != "" && err.Error() != tt.text {
				t.Errorf("error %q, want %q", err, tt.text)
			}
			var format *render.FormatError
			var shape *render.ShapeError
			switch {
			case errors.As(tt.want, &format):
				if diff := cmp.Diff(tt.want, err); diff != "" {
					t.Error(diff)
				}
			case tt.want != nil:
				if !errors.Is(err, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
			case !errors.As(err, &shape):
				t.Errorf("error %T, want a ShapeError", err)
			}
		})
	}
}

// Like the AWS CLI, Print prints the lines before the error.
func TestOutputBeforeError(t *testing.T) {
	var b bytes.Buffer
	err := render.New(&b, render.Options{Format: "text"}).Print(parse(t, `{"a": "x", "b": [{"c": 1}, 2]}`))
	if err == nil || b.String() != "x\n" {
		t.Errorf("printed %q and %v, want the first line and an error", b.String(), err)
	}
}

type failed struct{ err error }

func (f failed) Search(any) (any, error) { return nil, f.err }

// A limited accepts n bytes and then returns an error.
type limited struct {
	n   int
	err error
}

func (l *limited) Write(b []byte) (int, error) {
	if l.n < len(b) {
		return l.n, l.err
	}
	l.n -= len(b)
	return len(b), nil
}

// instances returns the instances of a large account, for benchmarks.
func instances(n int) any {
	list := make([]any, n)
	for i := range list {
		id := fmt.Sprintf("i-%017x", i)
		list[i] = object("Instances", []any{object(
			"AmiLaunchIndex", int64(0), "ImageId", "ami-0123456789abcdef0", "InstanceId", id,
			"InstanceType", "m7i.large", "LaunchTime", "2026-01-02T03:04:05+00:00",
			"Monitoring", object("State", "disabled"),
			"Placement", object("AvailabilityZone", "eu-central-1a", "GroupName", "", "Tenancy", "default"),
			"PrivateDnsName", "ip-10-0-0-1.eu-central-1.compute.internal", "PrivateIpAddress", "10.0.0.1",
			"State", object("Code", int64(16), "Name", "running"), "SubnetId", "subnet-0123456789abcdef0",
			"BlockDeviceMappings", []any{object("DeviceName", "/dev/xvda", "Ebs",
				object("AttachTime", "2026-01-02T03:04:06+00:00", "DeleteOnTermination", true, "Status", "attached"))},
			"SecurityGroups", []any{object("GroupName", "default", "GroupId", "sg-0123456789abcdef0")},
			"Tags", []any{object("Key", "Name", "Value", "web-"+id), object("Key", "team", "Value", "Zürich, blue")},
		)}, "OwnerId", "111111111111", "ReservationId", "r-0123456789abcdef0")
	}
	return object("Reservations", list)
}

func BenchmarkTenThousandInstances(b *testing.B) {
	doc := instances(10_000)
	for _, format := range render.Formats() {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				w := &limited{n: 1 << 40}
				if err := render.New(w, render.Options{Format: format, Title: "DescribeInstances"}).Print(doc); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(1<<40 - w.n))
			}
		})
	}
}

// The AWS CLI prints an empty page of a stream, but nothing for an empty response. With "off",
// the AWS CLI does not apply the query.
func TestEmptyPages(t *testing.T) {
	empty := parse(t, `{}`)
	for _, tt := range []struct{ format, page, response string }{
		{"yaml-stream", "- {}\n", ""}, {"text", "", ""}, {"off", "", ""},
	} {
		var page, response strings.Builder
		o := render.Options{Format: tt.format}
		if tt.format == "off" {
			o.Query = failed{errors.New("not applied")}
		}
		if err := errors.Join(render.New(&page, o).Page(empty), render.New(&response, o).Print(empty)); err != nil {
			t.Errorf("%s: error %v, want none", tt.format, err)
		}
		if page.String() != tt.page || response.String() != tt.response {
			t.Errorf("%s: page %q, want %q; response %q, want %q", tt.format, page.String(), tt.page, response.String(), tt.response)
		}
	}
}

func TestLargeIntegersAreExact(t *testing.T) {
	doc := parse(t, `{"a": 100000000000000000000, "b": [-12345678901234567890]}`)
	for format, want := range map[string]string{
		"json": "{\n    \"a\": 100000000000000000000,\n    \"b\": [\n        -12345678901234567890\n    ]\n}\n",
		"yaml": "a: 100000000000000000000\nb:\n- -12345678901234567890\n",
		"text": "100000000000000000000\nB\t-12345678901234567890\n",
	} {
		var b strings.Builder
		if err := render.New(&b, render.Options{Format: format}).Print(doc); err != nil || b.String() != want {
			t.Errorf("%s: %q, want %q (%v)", format, b.String(), want, err)
		}
	}
	var b strings.Builder
	if err := render.New(&b, render.Options{Format: "table"}).Print(doc); err != nil || !strings.Contains(b.String(), " 100000000000000000000 ") {
		t.Errorf("error %v, want a table with 100000000000000000000:\n%s", err, b.String())
	}
}
