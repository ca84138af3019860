package awsconfig_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"testing"
)

// A pyFile is a file for testdata/outline.py, in JSON. []byte is encoded as base64.
type pyFile struct {
	Credentials bool   `json:"credentials"`
	Content     []byte `json:"content"`
}

// TestPython compares the checker with the parser that the AWS CLI uses, for every file of
// the corpus and for the result of every change.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed:", err)
	}
	if err := exec.Command(python, "-c", "import sys; sys.exit(sys.version_info < (3, 10))").Run(); err != nil {
		t.Skip("python3 is older than 3.10, where the first ] ends a header; the AWS CLI uses a newer Python:", err)
	}
	files := map[string]pyFile{}
	for name, content := range corpus(t) {
		credentials := isCredentials(name)
		files[name] = pyFile{credentials, []byte(content)}
		r, err := read(content)
		if err != nil || len(content) > 30_000 {
			continue
		}
		for i, ch := range changesOf(r, credentials) {
			if after, ok := edit(t, content, credentials, ch); ok && after != content {
				files[fmt.Sprintf("%s after %d: %+v", name, i, ch)] = pyFile{credentials, []byte(after)}
			}
		}
	}
	in, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/outline.py")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	for name, file := range files {
		if got, want := checked(file), read[name]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q\nchecker: %v\nPython:  %v", name, file.Content, got, want)
		}
	}
	t.Logf("%d files", len(files))
}

// checked returns the result of the checker in the format of the script.
func checked(file pyFile) any {
	r, err := read(string(file.Content))
	if err != nil {
		return nil
	}
	type list = []any
	settings := func(s *pySection, inherited ...*pyOption) any {
		all := list{}
		for _, o := range append(s.options[:len(s.options):len(s.options)], inherited...) {
			pairs, _ := o.nested()
			nested := list{}
			for _, p := range pairs {
				nested = append(nested, list{p[0], p[1]})
			}
			if pairs != nil {
				all = append(all, list{o.key, nested})
			} else {
				all = append(all, list{o.key, o.value()})
			}
		}
		return all
	}
	sections, counting := list{list{"DEFAULT", settings(r.defaults)}}, list{}
	at := map[string]int{}
	for _, s := range r.sections {
		var inherited []*pyOption
		for _, o := range r.defaults.options {
			if s.option(o.key) == nil {
				inherited = append(inherited, o)
			}
		}
		what := meaning(s.header, file.Credentials)
		if what == "" {
			sections = append(sections, list{"?" + s.header, settings(s, inherited...)})
			continue
		}
		entry := list{what, settings(s, inherited...)}
		sections = append(sections, entry)
		if i, ok := at[what]; ok {
			counting[i] = entry
			continue
		}
		at[what], counting = len(counting), append(counting, entry)
	}
	return map[string]any{"sections": sections, "counting": counting}
}
