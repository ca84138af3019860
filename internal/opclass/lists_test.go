package opclass

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

var (
	modelsFlag = flag.String("models", "", "compare the lists with the models in this `folder`, the data folder of botocore")
	update     = flag.Bool("update", false, "write the lists again; more.txt needs -models")
)

// An apiModel is the part of a service-2.json that the lists need.
type apiModel struct {
	Metadata struct {
		Protocol  string
		Protocols []string
	}
	Operations map[string]struct {
		HTTP struct {
			Method     string
			RequestURI string `json:"requestUri"`
		}
		Input      struct{ Shape string }
		AuthType   string
		Deprecated bool
		Readonly   bool
		Endpoint   struct{ HostPrefix string }
	}
	Shapes map[string]apiShape
}

type apiShape struct {
	Type        string
	Required    []string
	EventStream bool
	Members     map[string]struct {
		Shape, Location, LocationName string
		EventStream                   bool
	}
}

// readModels returns the models by the name of the service in the AWS CLI.
func readModels(t *testing.T) map[string]apiModel {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(*modelsFlag, "*", "*", "service-2.json"))
	if err != nil || len(dirs) < 300 {
		t.Fatalf("%d models in %s, error %v; want 300 or more", len(dirs), *modelsFlag, err)
	}
	slices.Sort(dirs) // the latest version wins
	all := map[string]apiModel{}
	for _, path := range dirs {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m apiModel
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		name := filepath.Base(filepath.Dir(filepath.Dir(path)))
		if n, ok := map[string]string{"s3": "s3api", "codedeploy": "deploy", "config": "configservice", "agenttoolkit": "agent-toolkit"}[name]; ok {
			name = n
		}
		all[name] = m
	}
	return all
}

// writeMore returns the text of more.txt.
func writeMore(t *testing.T, all map[string]apiModel) string {
	t.Helper()
	var out strings.Builder
	out.WriteString(`# What the tables of package model lack: further protocols of services, and operations that are not
# built in. Written by "go test ./internal/opclass -run TestMore -models FOLDER -update".
#
#	protocols SERVICE PROTOCOL,…
#	operation SERVICE NAME METHOD URI [host=PREFIX] [unsigned] [events] [old] [query=NAME,…] [needs=NAME,…]

`)
	for _, service := range sortedKeys(all) {
		m := all[service]
		s, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		var further []string
		for _, p := range m.Metadata.Protocols {
			if p == "smithy-rpc-v2-cbor" {
				p = "cbor"
			}
			if p != string(s.Protocol) {
				further = append(further, p)
			}
		}
		if further != nil {
			fmt.Fprintf(&out, "protocols %s %s\n", service, strings.Join(further, ","))
		}
		for _, name := range sortedKeys(m.Operations) {
			if op, ok := s.Operation(model.CLIName(name)); ok && op.Name == name {
				continue
			}
			op := m.Operations[name]
			fmt.Fprintf(&out, "operation %s %s %s %s", service, name, op.HTTP.Method, op.HTTP.RequestURI)
			if op.Endpoint.HostPrefix != "" {
				fmt.Fprintf(&out, " host=%s", op.Endpoint.HostPrefix)
			}
			if op.AuthType == "none" {
				out.WriteString(" unsigned")
			}
			input := m.Shapes[op.Input.Shape]
			var query, needs []string
			for _, member := range sortedKeys(input.Members) {
				ref := input.Members[member]
				if ref.EventStream || m.Shapes[ref.Shape].EventStream {
					out.WriteString(" events")
				}
				wire := ref.LocationName
				if wire == "" {
					wire = member
				}
				switch ref.Location {
				case "querystring":
					if m.Shapes[ref.Shape].Type == "map" {
						wire = "*"
					}
					query = append(query, wire)
				case "header":
					wire = "header:" + wire
				default:
					continue
				}
				if slices.Contains(input.Required, member) && wire != "*" {
					needs = append(needs, wire)
				}
			}
			if op.Deprecated {
				out.WriteString(" old")
			}
			if query != nil {
				fmt.Fprintf(&out, " query=%s", strings.Join(query, ","))
			}
			if needs != nil {
				fmt.Fprintf(&out, " needs=%s", strings.Join(needs, ","))
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// TestMore compares the operations with those of the models: none is missing.
func TestMore(t *testing.T) {
	if *modelsFlag == "" {
		t.Skip("needs -models FOLDER")
	}
	all := readModels(t)
	if *update {
		if err := os.WriteFile("more.txt", []byte(writeMore(t, all)), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("wrote more.txt; run the test again without -update")
	}
	count := 0
	for service, m := range all {
		s, err := model.Load(service)
		if err != nil {
			t.Error(err)
			continue
		}
		list, err := Operations(s)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]Operation{}
		for _, o := range list {
			have[o.Name] = o
		}
		for name, op := range m.Operations {
			count++
			got, ok := have[name]
			if !ok || got.Method != op.HTTP.Method || got.URI != op.HTTP.RequestURI || got.HostPrefix != op.Endpoint.HostPrefix || got.Unsigned != (op.AuthType == "none") {
				t.Errorf("%s %s is %+v, %v; want the model's %+v", service, name, got, ok, op)
			}
		}
		for _, p := range m.Metadata.Protocols {
			if p == "smithy-rpc-v2-cbor" {
				p = "cbor"
			}
			if !slices.Contains(Protocols(s), p) {
				t.Errorf("%s lacks the protocol %s", service, p)
			}
		}
	}
	t.Logf("%d operations of %d services", count, len(all))
}

// operationsOfAll calls f for each operation.
func operationsOfAll(t *testing.T, f func(Operation)) {
	t.Helper()
	n := 0
	for _, name := range allNames() {
		s, err := model.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		list, err := Operations(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			n++
			f(o)
		}
	}
	if n < 18000 {
		t.Fatalf("%d operations, want 18000 or more", n)
	}
}

// TestOpinions prints the operations for which the name, the method and the exceptions disagree. The
// list is committed, so that a new operation of this kind does not get its class unnoticed.
func TestOpinions(t *testing.T) {
	var out bytes.Buffer
	counts := map[Class]int{}
	unknown := map[string]bool{}
	for line := range exceptions() {
		unknown[line] = true
	}
	operationsOfAll(t, func(o Operation) {
		counts[o.Class]++
		delete(unknown, o.Service+" "+o.Name)
		var opinions []string
		named := byName(o.Name)
		if o.Class != named {
			opinions = append(opinions, "exception")
		} else if _, ok := exceptions()[o.Service+" "+o.Name]; ok {
			t.Errorf("exceptions.txt: %s %s has the class of its name", o.Service, o.Name)
		}
		switch o.Method {
		case "GET", "HEAD":
			if named == Write {
				opinions = append(opinions, o.Method)
			}
		case "PUT", "DELETE", "PATCH":
			if named == Read {
				opinions = append(opinions, o.Method)
			}
		}
		if opinions != nil {
			fmt.Fprintf(&out, "%s %s name=%s class=%s %s\n", o.Service, o.Name, named, o.Class, strings.Join(opinions, ","))
		}
	})
	for line := range unknown {
		t.Errorf("exceptions.txt: no operation %s", line)
	}
	t.Logf("classes: %v", counts)
	compareFile(t, "testdata/opinions.txt", out.Bytes())
}

// TestTraits compares the classes with the trait readonly of the models. The list is committed.
func TestTraits(t *testing.T) {
	if *modelsFlag == "" {
		t.Skip("needs -models FOLDER")
	}
	var out bytes.Buffer
	all := readModels(t)
	for _, service := range sortedKeys(all) {
		for _, name := range sortedKeys(all[service].Operations) {
			if c := Of(service, name); all[service].Operations[name].Readonly && c == Write {
				fmt.Fprintf(&out, "%s %s class=%s trait=readonly\n", service, name, c)
			}
		}
	}
	compareFile(t, "testdata/traits.txt", out.Bytes())
}

func compareFile(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is out of date: look at the operations and write it again with -update. The test says:\n%s", path, got)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
