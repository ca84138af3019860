package arg

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// operation loads an operation. It fails the test if the tables do not have the operation.
func operation(t testing.TB, service, name string) *model.Operation {
	t.Helper()
	s, err := model.Load(service)
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
		t.Fatalf("%s has no operation %s", service, name)
	}
	return op
}

// files returns the content of a test file.
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

// home looks up the environment of the tests.
func home(name string) (value string, ok bool) {
	value, ok = map[string]string{"HOME": "/h", "NAME": "token"}[name]
	return value, ok
}

// plain returns a document as one line, with its members in order.
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
		return "float " + pytext.Repr(f)
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
		args    []string // the words after the command
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
		{"ec2 describe-instances", []string{"--cli-input-yaml", "MaxResults: 010\nNextToken: yes\nFilters: [{Name: '1', Values: [~a, \"b\\n\"]}]"}, `{MaxResults:10 NextToken:"yes" Filters:[{Name:"1" Values:["~a" "b\n"]}]}`},
		{"sts assume-role", []string{"--role-arn", "arn:aws:iam::123456789012:role/x", "--role-session-name", "me", "--tags", "Key=a,Value=b"}, `{RoleArn:"arn:aws:iam::123456789012:role/x" RoleSessionName:"me" Tags:[{Key:"a" Value:"b"}]}`},
		{"ec2 describe-instances", []string{"--next-token", ""}, `{NextToken:""}`},
		{"ec2 describe-instances", []string{"--next-token", "- x"}, `{NextToken:"- x"}`},
		{"ec2 describe-instances", []string{"--next-token=-x"}, `{NextToken:"-x"}`},
		{"ec2 describe-instances", []string{"--next-token", "file://token"}, `{NextToken:"abc\n"}`},
		{"ec2 describe-instances", []string{"--next-token", "file://~/token"}, `{NextToken:"home"}`},
		{"ec2 describe-instances", []string{"--next-token", "file://$HOME/${NAME}"}, `{NextToken:"home"}`},
		{"ec2 describe-instances", []string{"--filters"}, `{Filters:[]}`},
		{"ec2 describe-instances", []string{"--filters", `Name="a,b",Values=c\,d,'e f',  g  `}, `{Filters:[{Name:"a,b" Values:["c,d" "e f" "g"]}]}`},
		{"ec2 describe-instances", []string{"--filters", `Name='it\'s \\ \n',Values=[a, b]`}, `{Filters:[{Name:"it's \\ \\n" Values:["a" "b"]}]}`},
		{"ec2 describe-instances", []string{"--filters", `Name='a\',Values=`}, `{Filters:[{Name:"a\\" Values:[""]}]}`},
		{"ec2 describe-instances", []string{"--filters", `Name@=file://token,Values@=[file://token,x]`}, `{Filters:[{Name:"abc\n" Values:["abc\n" "x"]}]}`},
		{"ec2 describe-instances", []string{"--filters", `Name=file://token`}, `{Filters:[{Name:"file://token"}]}`},
		{"sts put-everything", []string{"--scalars", "Text=a,Number= 1_0,Part=.5,Flag=TRUE,Time=0"}, `{Scalars:{Text:"a" Number:10 Part:float 0.5 Flag:true Time:"1970-01-01T00:00:00Z"}}`},
		{"sts put-everything", []string{"--deep", "Scalars={Text=a},Table={k1=1,k2=2},Deeper={Numbers=[1,2],Deeper={}}"}, `{Deep:{Scalars:{Text:"a"} Table:{k1:1 k2:2} Deeper:{Numbers:[1 2] Deeper:{}}}}`},
		{"sts put-everything", []string{"--structures", "Text=a", "Text=b"}, `{Structures:[{Text:"a"} {Text:"b"}]}`},
		{"sts put-everything", []string{"--texts", "k1=a,k2=b=c"}, `{Texts:{k1:"a" k2:"b=c"}}`},
		{"sts put-everything", []string{"--texts", `{"k2":"b","k1":"a"}`}, `{Texts:{k2:"b" k1:"a"}}`},
		{"sts put-everything", []string{"--behaviour", "stop"}, `{Behaviour:{Value:"stop"}}`},
		{"sts put-everything", []string{"--flags", "true", "no", "False", ""}, `{Flags:[true true false false]}`},
		{"sts put-everything", []string{"--data", "fileb://binary"}, `{Data:"/wA="}`},
		{"sts put-everything", []string{"--data", "YQ==", "--blobs", "Y Q==", "YWI="}, `{Data:"YQ==" Blobs:["YQ==" "YWI="]}`},
		{"sts put-everything", []string{"--time", "2026-01-02 03:04:05.5+01:00"}, `{Time:"2026-01-02T02:04:05.5Z"}`},
		{"sts list-everything", []string{"--sure"}, `{Sure:true}`},
	}
	for _, tt := range tests {
		service, name, _ := strings.Cut(tt.command, " ")
		in, err := Parse(operation(t, service, name), tt.args, Options{Service: service, ReadFile: files, LookupEnv: home})
		if err != nil {
			t.Errorf("%s %q: error %v, want none", tt.command, tt.args, err)
			continue
		}
		if got := plain(in.Document); got != tt.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.command, tt.args, got, tt.want)
		}
	}
}

// With raw-in-base64-out, a blob on the command line is not base64.
func TestRawBlobs(t *testing.T) {
	in, err := Parse(operation(t, "sts", "put-everything"), []string{"--data", "a!"}, Options{BinaryFormat: "raw-in-base64-out"})
	if err != nil {
		t.Fatal(err)
	}
	if got := plain(in.Document); got != `{Data:"YSE="}` {
		t.Errorf("document = %s, want the base64 of the text", got)
	}
}

func TestHelp(t *testing.T) {
	op := operation(t, "sts", "get-session-token")
	for args, want := range map[string]bool{"help": true, "--token-code 123456 help": true, "--token-code helped": false} {
		in, err := Parse(op, strings.Fields(args), Options{})
		if err != nil || in.Help != want {
			t.Errorf("%s: help = %+v, %v, want %v", args, in, err, want)
		}
	}
}

// The time to read a list does not grow with the square of its length.
func TestLongLists(t *testing.T) {
	const n = 200_000
	op := operation(t, "ec2", "describe-instances")
	args := []string{"--instance-ids"}
	for range n {
		args = append(args, "i-1")
	}
	args = append(args, "--filters", "Name=x,Values="+strings.Repeat("a,", n)+"a")
	in, err := Parse(op, args, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if ids, _ := in.Document.Get("InstanceIds"); len(ids.([]any)) != n {
		t.Errorf("%d ids, want %d", len(ids.([]any)), n)
	}
	for _, hard := range []string{
		"Name=" + strings.Repeat("a,b=", n), "Name=x,Values=" + strings.Repeat(`\"`, n), strings.Repeat("k=v,", n), "Name=" + strings.Repeat("[", n),
		strings.Repeat(",", n), "Name=x," + strings.Repeat(`'a',`, n) + "b=c",
	} {
		if _, err := Parse(op, []string{"--filters", hard}, Options{}); err == nil {
			t.Errorf("%.20s…: no error, want an error", hard)
		}
	}
}
