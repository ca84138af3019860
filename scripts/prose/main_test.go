package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSearch(t *testing.T) {
	root := fstest.MapFS{}
	for name, content := range map[string]string{
		"README.md": "# Title\n\nNobody knows. A cell | that one of ours | and nobodys.\nThe lock is\nnone.\n\nIf there\nare none, that one call returns that\none.\n",
		"a.go": "// Package a waits in\n// vain.\npackage a\n\nconst x = \"whatever\" // those who read\n" +
			"// someone's a sentinel, but plain\nvar nobody = `two\nlines, but for one`\n",
		"a_test.go":                         "package a\n\nconst user = \"nobody\" // whoever\n",
		"s.txtar":                           "# all the same\nexec aws iam get-user --user-name nobody\n\n# asks\n# nobody twice\nexec x\n-- file --\n# nobody\n",
		"data.json":                         `"nobody"`,
		".cache/deep/README.md":             "nobody",
		"interop/js/node_modules/README.md": "nobody",
	} {
		root[name] = &fstest.MapFile{Data: []byte(content)}
	}
	lines, err := search(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range lines {
		place, _, _ := strings.Cut(line, " (")
		got = append(got, place)
	}
	slices.Sort(got)
	want := []string{
		"README.md:3: Nobody",
		"README.md:3: that one of",
		"README.md:4: is none",
		"README.md:8: that one.",
		"a.go:1: in vain",
		"a.go:5: those who",
		"a.go:5: whatever",
		"a.go:8: but for",
		"a_test.go:3: whoever",
		"s.txtar:1: all the same",
		"s.txtar:4: asks nobody",
		"s.txtar:5: nobody",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
