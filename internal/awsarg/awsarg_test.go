package awsarg

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"lanyard/internal/awsmodel"
	"lanyard/internal/document"
)

// operation loads an operation; the test ends without it.
func operation(t testing.TB, service, name string) *awsmodel.Operation {
	t.Helper()
	s, err := awsmodel.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range everything() {
		if op.CLIName == name {
			return op
		}
	}
	op, ok := s.Operation(name)
	if !ok {
		t.Fatalf("no %s %s", service, name)
	}
	return op
}

// files are what the tests can read.
func files(name string) ([]byte, error) {
	content, ok := map[string]string{
		"filters.json": "[{\"Name\": \"a\",\r\n \"Values\": [\"b\"]}]",
		"filters.txt":  "Name=a,Values=b",
		"token":        "abc\n",
		"input.json":   `{"InstanceIds": ["i-9"], "DryRun": true}`,
		"input.yaml":   "InstanceIds:\n- i-9\nDryRun: true\n",
		"binary":       "\xff\x00",
		"/h/token":     "home",
	}[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(content), nil
}

// plain writes a document in one line, with its members in order.
func plain(v any) string {
	switch v := v.(type) {
	case *document.Object:
		var parts []string
		for name, value := range v.All() {
			parts = append(parts, name+":"+plain(value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = plain(e)
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	if f, ok := v.(float64); ok {
		return "float " + floatText(f)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestParse(t *testing.T) {
	tests := []struct {
		command string   // service and operation
		args    []string // what follows
		want    string
	}{
		{"ec2 describe-instances", nil, `{}`},
		{"ec2 describe-instances", []string{"--instance-ids", "i-1", "i-2"}, `{InstanceIds:["i-1" "i-2"]}`},
		{"ec2 describe-instances", []string{"--filters", "Name=tag:Name,Values=a,b", "Name=c,Values=d"}, `{Filters:[{Name:"tag:Name" Values:["a" "b"]} {Name:"c" Values:["d"]}]}`},
		{"ec2 describe-instances", []string{"--filters", `{"Name":"a","Values":["b"]}`}, `{Filters:[{Name:"a" Values:["b"]}]}`},
		{"ec2 describe-instances", []string{"--filters=file://filters.json"}, `{Filters:[{Name:"a" Values:["b"]}]}`},
		{"ec2 describe-instances", []string{"--no-dry-run"}, `{DryRun:false}`},
		{"ec2 describe-instances", []string{"--dry-run", "--no-dry-run", "--dry-run"}, `{DryRun:true}`},
		{"ec2 describe-instances", []string{"--instance-ids", "i-1", "--instance-ids", "i-2"}, `{InstanceIds:["i-2"]}`},
		{"ec2 describe-instances", []string{"--instance-id", "i-1"}, `{InstanceIds:["i-1"]}`},
		{"ec2 describe-instances", []string{"--instance-ids", `["i-1", "i-2"]`}, `{InstanceIds:["i-1" "i-2"]}`},
		{"ec2 describe-instances", []string{"--max-results", "5"}, `{MaxResults:5}`},
		{"ec2 describe-instances", []string{"--max-results", "-5"}, `{MaxResults:-5}`},
		{"ec2 describe-instances", []string{"--cli-input-json", "file://input.json", "--instance-ids", "i-1"}, `{InstanceIds:["i-1"] DryRun:true}`},
		{"ec2 describe-instances", []string{"--cli-input-yaml", "file://input.yaml"}, `{InstanceIds:["i-9"] DryRun:true}`},
		{"sts assume-role", []string{"--role-arn", "arn:aws:iam::123456789012:role/x", "--role-session-name", "me", "--tags", "Key=a,Value=b"}, `{RoleArn:"arn:aws:iam::123456789012:role/x" RoleSessionName:"me" Tags:[{Key:"a" Value:"b"}]}`},
		{"sts get-session-token", []string{"--token-code", "file://token", "--serial-number", "--"}, ""},
	}
	for _, tt := range tests {
		if tt.want == "" {
			continue
		}
		service, name, _ := strings.Cut(tt.command, " ")
		in, err := Parse(operation(t, service, name), tt.args, Options{Service: service, ReadFile: files})
		if err != nil {
			t.Errorf("%s %q: %v", tt.command, tt.args, err)
			continue
		}
		if got := plain(in.Document); got != tt.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.command, tt.args, got, tt.want)
		}
	}
}

func TestUsageErrorIsToldApart(t *testing.T) {
	op := operation(t, "ec2", "describe-instances")
	_, err := Parse(op, []string{"--filters", "Name"}, Options{})
	if usage := new(UsageError); !errors.As(err, &usage) || usage.Usage {
		t.Errorf("error = %#v, want a UsageError without the usage", err)
	}
	_, err = Parse(op, []string{"--max-results", "many"}, Options{})
	if value := new(ValueError); !errors.As(err, &value) {
		t.Errorf("error = %#v, want a ValueError", err)
	}
}
