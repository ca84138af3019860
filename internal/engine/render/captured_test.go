package render_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

// answer is a query with a fixed result.
type answer struct{ v any }

func (a answer) Search(any) (any, error) { return a.v, nil }

func parse(t *testing.T, s string) any {
	t.Helper()
	v, err := document.ParseJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func printed(t *testing.T, o render.Options, pages ...any) string {
	t.Helper()
	var b bytes.Buffer
	p := render.New(&b, o)
	for _, page := range pages {
		if err := p.Print(page); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Each row compares the output with a run of the AWS CLI 2.36.7 in testdata/captured. A row gives
// the result of its query as JSON.
func TestCapturedRuns(t *testing.T) {
	const (
		instances = "DescribeInstances"
		identity  = "GetCallerIdentity"
	)
	files := map[string]string{instances: read(t, "instances.json"), identity: read(t, "identity.json")}
	invalid := `{"Code": "InvalidClientTokenId", "Message": "The security token included in the request is invalid"}`
	tests := []struct {
		name   string
		format string
		title  string
		answer string // the result of the query as JSON; "" means files[title], without a query
		color  bool
	}{
		{"ec2-describe-instances-json", "json", instances, "", false},
		{"ec2-describe-instances-text", "text", instances, "", false},
		{"ec2-describe-instances-yaml-stream", "yaml-stream", instances, "", false},
		{"ec2-empty-json", "json", instances, `{"Reservations": []}`, false},
		{"ec2-empty-table", "table", instances, `{"Reservations": []}`, false},
		{"ec2-empty-yaml", "yaml", instances, `{"Reservations": []}`, false},
		{"ec2-empty-yaml-stream", "yaml-stream", instances, `{"Reservations": []}`, false},
		{"ec2-pages-max-items-json", "", instances, `{"N": "eyJOZXh0VG9rZW4iOiAidG9rMiJ9", "I": ["i-01"]}`, false},
		{"ec2-pages-no-paginate", "json", instances, `{"N": "tok2", "I": ["i-01"]}`, false},
		{"ec2-query-dict-table", "table", instances, `[{"Id": "i-01", "Tags":
			[{"Key": "Name", "Value": "web-1"}, {"Key": "env", "Value": "dev"}]}]`, false},
		{"ec2-query-list-text", "text", instances, `[["i-01", "running"]]`, false},
		{"ec2-query-null-json", "json", instances, `null`, false},
		{"ec2-query-null-text", "text", instances, `null`, false},
		{"ec2-query-null-yaml", "yaml", instances, `null`, false},
		{"ec2-query-scalar-table", "table", instances, `"i-01"`, false},
		{"ec2-query-scalar-text", "text", instances, `"i-01"`, false},
		{"query-bool-text", "text", instances, `false`, false},
		{"query-empty-list-json", "json", instances, `[]`, false},
		{"query-list-of-scalars-table", "table", identity, `["111111111111", "AROAEXAMPLE:jane@example.com"]`, false},
		{"query-list-of-scalars-text", "text", identity, `["111111111111", "AROAEXAMPLE:jane@example.com"]`, false},
		{"sts-json", "json", identity, "", false},
		{"sts-off", "off", identity, "", false},
		{"sts-table", "table", identity, "", false},
		{"sts-text", "text", identity, "", false},
		{"sts-yaml", "yaml", identity, "", false},
		{"sts-yaml-stream", "yaml-stream", identity, "", false},
		{"table-color-on", "table", identity, `"111111111111"`, true},
		{"table-color-on2", "table", identity, "", true},
		{"err-format-json", "json", "error", invalid, false},
		{"err-format-text", "text", "error", invalid, false},
		{"err-format-yaml", "yaml", "error", invalid, false},
		{"err-format-nocreds-json", "json", "error", `{"Code": "NoCredentials", "Message":
			"Unable to locate credentials. You can configure credentials by running \"aws login\"."}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := render.Options{Format: tt.format, Title: tt.title, Color: tt.color}
			doc := tt.answer
			if doc == "" {
				doc = files[tt.title]
			} else {
				o.Query = answer{parse(t, doc)}
			}
			if diff := cmp.Diff(read(t, "captured", tt.name+".txt"), printed(t, o, parse(t, doc))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPagesInText(t *testing.T) {
	o := render.Options{Format: "text"}
	got := printed(t, o, parse(t, `["i-01"]`), parse(t, `["i-02"]`))
	if diff := cmp.Diff(read(t, "captured", "ec2-pages-text-query.txt"), got); diff != "" {
		t.Error(diff)
	}
}

func TestToken(t *testing.T) {
	tests := []struct {
		name, format string
		query        render.Query
		want         string
	}{
		{"alone", "text", nil, "NEXTTOKEN\tabc\n"},
		{"query without a result", "text", answer{nil}, "None\n"},
		{"not in JSON, where it is part of the result", "json", nil, ""},
		{"not in a stream of YAML", "yaml-stream", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := render.New(&b, render.Options{Format: tt.format, Query: tt.query}).Token("abc"); err != nil {
				t.Fatal(err)
			}
			if b.String() != tt.want {
				t.Errorf("printed %q, want %q", b.String(), tt.want)
			}
		})
	}
}
