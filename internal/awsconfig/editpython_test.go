package awsconfig_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"testing"
)

// A pyFile is a file on its way to testdata/outline.py; []byte travels as
// base64.
type pyFile struct {
	Credentials bool   `json:"credentials"`
	Content     []byte `json:"content"`
}

// TestPython holds the checker against the parser that the AWS CLI uses: on every
// file of the corpus, and on what every change makes of them.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 to ask:", err)
	}
	if err := exec.Command(python, "-c", "import sys; sys.exit(sys.version_info < (3, 10))").Run(); err != nil {
		t.Skip("python3 is older than 3.10, where a ] ends a header; the AWS CLI brings a newer one:", err)
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
			t.Errorf("%s: %q is for the checker\n%v, for Python\n%v", name, file.Content, got, want)
		}
	}
	t.Logf("%d files", len(files))
}

// checked returns what the checker makes of a file, in the form of the script.
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
