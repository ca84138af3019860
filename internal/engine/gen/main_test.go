package main

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

var (
	modelsFlag  = flag.String("models", "", "generate the tables again from this `folder` of models, and compare them")
	optionsFlag = flag.String("options", "", "compare the options of all operations with this `file`")
	update      = flag.Bool("update", false, "write the golden file")
)

// committed is the folder of package model.
const committed = "../model"

// The committed tables are what the generator has written: no edit by hand of them or of the lists of
// operations to leave out remains unnoticed. With the flag -models, TestGenerateAgain proves more.
func TestManifest(t *testing.T) {
	files := committedFiles(t)
	lists, err := listDigest(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("manifest.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(string(b), "\n")
	if diff := cmp.Diff(lists+filesDigest(files), got); diff != "" {
		t.Errorf("the tables do not belong to the lists; run make tables (-want +manifest.txt)\n%s", diff)
	}
}

// committedFiles reads the generated files of package model.
func committedFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	paths, err := filepath.Glob(committed + "/tables/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, committed+"/services.go") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(filepath.ToSlash(path), committed+"/")] = b
	}
	return files
}

// TestGenerateAgain fails if the generator would write other tables.
func TestGenerateAgain(t *testing.T) {
	if *modelsFlag == "" {
		t.Skip("no models; run: go test ./internal/engine/gen -models FOLDER")
	}
	want, err := generate(*modelsFlag, ".")
	if err != nil {
		t.Fatal(err)
	}
	got := committedFiles(t)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Error(diff)
	}
	for name := range want {
		if string(want[name]) != string(got[name]) {
			t.Errorf("%s is out of date; run make tables", name)
		}
	}
}

// The fixture has an operation for each reason to leave an operation out, and all traits that the
// generator reads. The packed table gives the same operations as the text.
func TestFixture(t *testing.T) {
	left, err := readLists("testdata")
	if err != nil {
		t.Fatal(err)
	}
	book, err := readAddresses("testdata/models")
	if err != nil {
		t.Fatal(err)
	}
	made, err := tableOf("testdata/models", "fixture", book, left)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(made.text())
	for _, name := range slices.Sorted(maps.Keys(made.without)) {
		fmt.Fprintf(&b, "without\t%s\t%v\n", name, made.without[name])
	}
	if *update {
		if err := os.WriteFile("testdata/fixture.txt", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/fixture.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

// A new trait in any part of a model leaves the operation out of the tables.
func TestUnknownTraits(t *testing.T) {
	for _, where := range []string{"metadata", "operation", "http", "input", "output", "error", "structure", "member", "scalar", "element"} {
		m := fixture(t)
		op := object(m.operations, "PlainCall")
		errs, _ := op.Get("errors")
		part := map[string]*document.Object{
			"metadata": m.metadata, "operation": op, "http": object(op, "http"), "input": object(op, "input"), "output": object(op, "output"),
			"error": objects(errs)[0], "structure": object(m.shapes, "Tree"), "member": object(object(object(m.shapes, "Tree"), "members"), "Left"),
			"scalar": object(m.shapes, "Secret"), "element": object(object(m.shapes, "Names"), "member"),
		}[where]
		part.Set("brandNew", true)
		made, err := newTable("fixture", m, new(addresses))
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		if got := fmt.Sprint(made.without["PlainCall"]); got != "trait brandNew" {
			t.Errorf("a new trait of %s: the reason is %s, want trait brandNew", where, got)
		}
	}
	m := fixture(t)
	made, err := newTable("fixture", m, new(addresses))
	if err != nil || made.without["PlainCall"] != nil {
		t.Errorf("without a new trait: %v, %v", err, made.without["PlainCall"])
	}
}

func fixture(t *testing.T) *awsModel {
	t.Helper()
	m, err := readModel("testdata/models", "fixture")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMistakes(t *testing.T) {
	if _, err := generate("testdata/none", "testdata"); err == nil {
		t.Error("generate accepts a folder that does not exist")
	}
	if _, err := readModel("testdata/models", "none"); err == nil {
		t.Error("readModel accepts a service without a model")
	}
	m := fixture(t)
	object(object(object(m.shapes, "In"), "members"), "Name").Set("shape", "NoSuchShape")
	if _, err := newTable("fixture", m, new(addresses)); err == nil {
		t.Error("newTable accepts a shape that is not in the model")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"words.txt": "fixture NoSuchOperation options\n", "wire.txt": "", optionsName: ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := generate("testdata/models", dir); err == nil || !strings.Contains(err.Error(), "NoSuchOperation") {
		t.Errorf("generate with an unknown operation in words.txt: %v, want an error", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "words.txt"), []byte("fixture\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readLists(dir); err == nil {
		t.Error("readLists accepts a line with one word")
	}
	if err := os.WriteFile(filepath.Join(dir, optionsName), []byte("fixture plain-call rename none other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "words.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := generate("testdata/models", dir); err == nil || !strings.Contains(err.Error(), "rename none") {
		t.Errorf("generate with a rule for an option that does not exist: %v, want an error", err)
	}
	if _, err := readLists(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("readLists of no folder: %v, want %v", err, fs.ErrNotExist)
	}
}

// The committed lists give each operation the options of the AWS CLI's list, or leave it out with a
// reason. With the flag -options, this test compares all operations.
func TestOptionsOfTheAWSCLI(t *testing.T) {
	if *optionsFlag == "" {
		t.Skip("no list; run: go test ./internal/engine/gen -options FILE")
	}
	all, err := readOptions(*optionsFlag)
	if err != nil {
		t.Fatal(err)
	}
	equal, left := 0, make(map[string]int)
	for _, service := range servicesOf(t) {
		svc, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range svc.Operations() {
			op, _ := svc.Operation(name)
			theirs, ok := all[service+" "+name+" "+op.Name]
			switch r := compareOptions(op, theirs); {
			case !ok:
				t.Errorf("%s %s: not a command of the AWS CLI", service, name)
			case r != "":
				t.Errorf("%s %s: the options are not those of the AWS CLI (%s)", service, name, r)
			default:
				equal++
			}
			delete(all, service+" "+name+" "+op.Name)
		}
		for _, m := range svc.Without() {
			for key := range all {
				if strings.HasPrefix(key, service+" ") && strings.HasSuffix(key, " "+m.Name) {
					left[m.Reason]++
					delete(all, key)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		t.Errorf("%s: neither built in nor left out with a reason", key)
	}
	t.Logf("%d commands have the options of the AWS CLI; left out: %v", equal, left)
}

// servicesOf returns the names of all tables.
func servicesOf(t *testing.T) []string {
	var names []string
	for path := range committedFiles(t) {
		if name, ok := strings.CutPrefix(path, "tables/"); ok && name != "partitions" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// The options of the fixture's operations, in the form of the AWS CLI's list. A difference leaves
// the operation out.
func TestCompareOptions(t *testing.T) {
	svc := model.Parse("x", "service\tx\noperation\tGo\tPOST\t/\n\tin\tIn\nstructure\tIn\n\tName\tstring\trequired\n\tDry\tboolean\trequired\n")
	op, _ := svc.Operation("go")
	plain := []awsOption{
		{"name", "string", true, false, ""},
		{"dry", "boolean", true, false, ""},
		{"no-dry", "boolean", false, false, ""},
		{"cli-input-json", "string", false, false, "CliInputJSONArgument"},
		{"cli-input-yaml", "string", false, false, "CliInputYAMLArgument"},
		{"generate-cli-skeleton", "string", false, false, "GenerateCliSkeletonArgument"},
	}
	if r := compareOptions(op, plain); r != "" {
		t.Errorf("equal options: %s, want no reason", r)
	}
	for name, tt := range map[string]struct {
		change func(list []awsOption) []awsOption
		want   reason
	}{
		"another name":     {func(l []awsOption) []awsOption { l[0].name = "nom"; return l }, optionsReason},
		"another type":     {func(l []awsOption) []awsOption { l[0].typ = "integer"; return l }, optionsReason},
		"not required":     {func(l []awsOption) []awsOption { l[0].required = false; return l }, optionsReason},
		"one more":         {func(l []awsOption) []awsOption { return append(l, awsOption{"more", "string", false, false, ""}) }, optionsReason},
		"one more, hidden": {func(l []awsOption) []awsOption { return append(l, awsOption{"more", "string", false, true, ""}) }, optionsReason},
		"one less":         {func(l []awsOption) []awsOption { return l[1:] }, optionsReason},
		"another order":    {func(l []awsOption) []awsOption { l[0], l[1] = l[1], l[0]; return l }, optionsReason},
		"an output file": {func(l []awsOption) []awsOption {
			return append(l, awsOption{"outfile", "string", true, false, "StreamingOutputArgument"})
		}, optionsReason},
		"made in code": {func(l []awsOption) []awsOption { l[1].class = "CustomArgument"; return l }, customReason},
	} {
		if got := compareOptions(op, tt.change(slices.Clone(plain))); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
