package arg

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

var (
	oracleCases = flag.Int("oracle.cases", 100, "number of random command lines to compare with the AWS CLI")
	oracleSeed  = flag.Uint64("oracle.seed", 1, "seed of the random command lines")
	oracleMore  = flag.Int("oracle.services", 0, "number of random services to compare besides the usual services")
)

// python is the interpreter that can import Debian's AWS CLI, version 2.
const python = "/usr/bin/python3"

// An oracleCase is a command line. An answer is the result of a case.
type (
	oracleCase struct {
		service string
		words   []string
		noPages bool
		raw     bool
	}
	answer struct {
		Document, Paging, Skeleton, Error, Broken, Type, Absent string
		Paginate                                                bool
		Code                                                    int
	}
)

// TestAsTheAWSCLI parses random valid and invalid command lines with the AWS CLI and with this
// package, and compares the results.
func TestAsTheAWSCLI(t *testing.T) {
	g := &generator{Rand: rand.New(rand.NewPCG(*oracleSeed, 0)), dir: t.TempDir(), services: compared()}
	g.addServices(*oracleMore)
	g.writeFiles(t)
	cases := make([]oracleCase, *oracleCases)
	for i := range cases {
		cases[i] = g.next(t)
	}
	compareWithOracle(t, g.dir, g.services, cases)
}

// compareWithOracle compares the answers of this package and of the AWS CLI. home is the folder of the
// user.
func compareWithOracle(t *testing.T, home string, services []string, cases []oracleCase) {
	t.Helper()
	out, err := exec.Command(python, "-c", "import awscli; print(awscli.__version__)").Output()
	if version := strings.TrimSpace(string(out)); err != nil || !strings.HasPrefix(version, "2.") {
		t.Skipf("%s cannot import the AWS CLI, version 2 (%q, %v)", python, version, err)
	}
	models := filepath.Join(home, "models")
	for _, name := range services {
		dumpModel(t, models, name)
	}
	var stdin bytes.Buffer
	for _, c := range cases {
		b, err := json.Marshal([]any{c.service, c.words, c.noPages, c.raw})
		if err != nil {
			t.Fatal(err)
		}
		stdin.Write(append(b, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "oracle.py"), models)
	cmd.Env = append(os.Environ(), "HOME="+home)
	cmd.Stdin = &stdin
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("oracle.py: %v\n%s", err, complaints.Bytes())
	}
	lines := bufio.NewScanner(bytes.NewReader(stdout))
	lines.Buffer(nil, 16<<20)
	good, wrong := 0, 0
	for i := range cases {
		if !lines.Scan() {
			t.Fatalf("%d answers, want %d\n%s", i, len(cases), complaints.Bytes())
		}
		var want answer
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if want.Absent != "" {
			continue
		}
		if want.Error == "" {
			good++
		}
		if got := ours(t, cases[i]); !same(want, got) && wrong < 15 {
			wrong++
			t.Errorf("%s %q pages=%v raw=%v:\naws  %+v\nours %+v", cases[i].service, cases[i].words, !cases[i].noPages, cases[i].raw, want, got)
		}
	}
	t.Logf("%d command lines, %d of them right", len(cases), good)
}

// unionKeys matches the end of a message about a tagged union: the names of its members.
var unionKeys = regexp.MustCompile(`one of the following keys[^\n]*`)

// same reports whether two answers are equal. It ignores differences between versions of the AWS
// CLI.
func same(want, got answer) bool {
	want.Type = ""
	want.Paging = strings.Replace(want.Paging, `StartingToken:""`, "", 1) // an empty token means no token
	const choice = "argument --generate-cli-skeleton: "
	switch {
	case strings.HasPrefix(want.Error, choice) && strings.HasPrefix(got.Error, choice):
		return true // later versions print another message
	case strings.Contains(want.Error, "received: '@'"):
		return true // later versions accept "@="
	}
	want.Error = strings.Replace(want.Error, "for input:\n ", "for input:\n", 1) // of later versions
	want.Error = unionKeys.ReplaceAllStringFunc(want.Error, func(line string) string {
		return strings.ReplaceAll(line, ". ", ", ") // of later versions
	})
	return want == got
}

// ours returns the answer of this package.
func ours(t *testing.T, c oracleCase) answer {
	o := Options{Service: c.service, NoPaginate: c.noPages, ReadFile: os.ReadFile, LookupEnv: func(string) (string, bool) { return "", false }}
	if c.raw {
		o.BinaryFormat = "raw-in-base64-out"
	}
	op := operation(t, c.service, c.words[0])
	in, err := Parse(op, c.words[1:], o)
	usage := new(UsageError)
	switch {
	case errors.As(err, &usage):
		return answer{Error: usage.Message, Code: 252}
	case err != nil:
		return answer{Error: err.Error(), Code: 255}
	case in.Skeleton == "input":
		return answer{Skeleton: plain(InputSkeleton(op))}
	}
	paging := "{"
	add := func(name string, v any) {
		if paging != "{" {
			paging += " "
		}
		paging += name + ":" + plain(v)
	}
	if n := in.Paging.MaxItems; n != nil {
		add("MaxItems", *n)
	}
	if n := in.Paging.PageSize; n != nil {
		add("PageSize", *n)
	}
	if token := in.Paging.StartingToken; token != "" {
		add("StartingToken", token)
	}
	return answer{Document: plain(in.Document), Paging: paging + "}", Paginate: in.Paginate}
}

// dumpModel writes a table as a botocore model.
func dumpModel(t *testing.T, dir, service string) {
	s, err := model.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	shapes := map[string]json.RawMessage{
		"String":           json.RawMessage(`{"type":"string"}`), // the AWS CLI adds options of this shape to docdb
		"OutputStream":     json.RawMessage(`{"type":"blob"}`),
		"OutputWithStream": json.RawMessage(`{"type":"structure","members":{"body":{"shape":"OutputStream"}},"payload":"body"}`),
	}
	operations := make(map[string]any)
	pagination := make(map[string]any)
	names := s.Operations()
	if service == "sts" {
		for _, op := range everything() {
			names = append(names, op.CLIName)
		}
	}
	for _, name := range names {
		op := operation(t, service, name)
		o := map[string]any{"name": op.Name, "http": map[string]string{"method": op.Method, "requestUri": op.URI}}
		if op.Input != nil {
			o["input"] = map[string]string{"shape": dumpShape(shapes, op.Input.Shape)}
		}
		if op.OutputStream() != nil { // the AWS CLI adds the argument outfile
			o["output"] = map[string]string{"shape": "OutputWithStream"}
		}
		operations[op.Name] = o
		if paginated(op) {
			p := map[string]any{"input_token": op.Paginator.Input, "output_token": op.Paginator.Output, "result_key": op.Paginator.Result}
			if op.Paginator.Limit != "" {
				p["limit_key"] = op.Paginator.Limit
			}
			pagination[op.Name] = p
		}
	}
	protocol := map[model.Protocol]string{model.RESTJSON: "rest-json", model.RESTXML: "rest-xml", model.JSON: "json"}[s.Protocol]
	if protocol == "" {
		protocol = string(s.Protocol)
	}
	model := map[string]any{
		"metadata": map[string]any{
			"apiVersion": s.APIVersion, "protocol": protocol, "endpointPrefix": s.EndpointPrefix, "serviceId": s.ID, "signatureVersion": "v4",
			"signingName": s.SigningName, "jsonVersion": s.JSONVersion, "targetPrefix": s.TargetPrefix, "serviceFullName": s.ID,
		},
		"operations": operations, "shapes": shapes,
	}
	if other := map[string]string{"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}[service]; other != "" {
		service = other
	}
	folder := filepath.Join(dir, service, s.APIVersion)
	writeJSON(t, filepath.Join(folder, "service-2.json"), model)
	writeJSON(t, filepath.Join(folder, "paginators-1.json"), map[string]any{"pagination": pagination})
}

func writeJSON(t *testing.T, path string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// dumpShape adds a shape and the shapes below it, and returns its name. Members keep their order.
func dumpShape(shapes map[string]json.RawMessage, s *model.Shape) string {
	name := s.Name
	if s.Kind > model.Map {
		name = fmt.Sprintf("%sMin%d%q", s.Kind, s.Min, s.Values())
	}
	if _, done := shapes[name]; done {
		return name
	}
	shapes[name] = nil
	text := fmt.Sprintf(`{"type":%q`, s.Kind)
	if s.Min != 0 {
		text += fmt.Sprintf(`,"min":%d`, s.Min)
	}
	if values, err := json.Marshal(s.Values()); err == nil && len(s.Values()) > 0 {
		text += `,"enum":` + string(values)
	}
	for trait, set := range map[string]bool{"union": s.Union, "document": s.Document} {
		if set {
			text += `,"` + trait + `":true`
		}
	}
	switch s.Kind {
	case model.Structure:
		var members, required []string
		for _, m := range s.Members {
			token := ""
			if m.Idempotency {
				token = `,"idempotencyToken":true`
			}
			if m.Location != model.Body {
				token += fmt.Sprintf(`,"location":%q,"locationName":%q`, map[model.Location]string{
					model.URI: "uri", model.QueryString: "querystring", model.Header: "header", model.Headers: "headers",
				}[m.Location], m.Wire())
			}
			if m.Name == s.Payload {
				token += fmt.Sprintf(`,"locationName":%q`, m.Wire())
			}
			if m.Streaming {
				token += `,"streaming":true`
			}
			members = append(members, fmt.Sprintf(`%q:{"shape":%q%s}`, m.Name, dumpShape(shapes, m.Shape), token))
			if m.Required {
				required = append(required, fmt.Sprintf("%q", m.Name))
			}
		}
		if s.Payload != "" {
			text += fmt.Sprintf(`,"payload":%q`, s.Payload)
		}
		text += `,"members":{` + strings.Join(members, ",") + `},"required":[` + strings.Join(required, ",") + `]`
	case model.List:
		text += fmt.Sprintf(`,"member":{"shape":%q}`, dumpShape(shapes, s.Element.Shape))
	case model.Map:
		text += fmt.Sprintf(`,"key":{"shape":%q},"value":{"shape":%q}`, dumpShape(shapes, s.Key.Shape), dumpShape(shapes, s.Value.Shape))
	}
	shapes[name] = json.RawMessage(text + "}")
	return name
}
