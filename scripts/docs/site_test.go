package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// The site of the repository has a page for each Markdown file of docs/, and no broken link.
func TestSite(t *testing.T) {
	root, dir := os.DirFS("../.."), t.TempDir()
	n, err := writeSite(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	written, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(written) != n {
		t.Errorf("the folder has %d pages (%v), want %d", len(written), err, n)
	}
	sources, err := fs.Glob(root, "docs/*.md")
	if err != nil || len(sources) == 0 {
		t.Fatalf("found %d Markdown files, %v", len(sources), err)
	}
	readme, err := fs.ReadFile(root, "README.md")
	if err != nil {
		t.Fatal(err)
	}
	index := read(t, dir, "search-index.js")
	for _, s := range sources {
		if name := siteName(s); !strings.Contains(index, `"u":"`+name+`"`) {
			t.Errorf("the search does not have %s", name)
		}
		if !strings.Contains(string(readme), "]("+s) {
			t.Errorf("the README has no link to %s", s)
		}
		read(t, dir, siteName(s))
	}
	for file, wants := range map[string][]string{
		"index.html":             {`<a href="exec.html">`, `srcset="images/terminal-dark.svg"`, `<a href="https://github.com/lanyard-cli/lanyard/blob/main/LICENSE">`},
		"signin.html":            {`<a href="signin.html" aria-current="page">`, `id="sign-in-automatically-auto_login"`},
		"lanyard-sso-login.html": {`<dt><code>--use-device-code</code></dt>`},
		"lanyard-sso.html":       {`<dt><a href="lanyard-sso-login.html"><code>login</code></a></dt>`},
		"environment.html":       {`<a href="lanyard-environment.html"><code>lanyard help environment</code></a>`, `<a href="shells.html#start-a-shell-with-credentials"><code>lanyard shell</code></a>`},
		"reference.html":         {`<a href="lanyard-environment.html">`, `<a href="lanyard-eks-get-token.html">`},
	} {
		page := read(t, dir, file)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not have %s", file, want)
			}
		}
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

// A link to a file that does not exist, or to a page outside the navigation, is an error.
func TestBrokenFiles(t *testing.T) {
	groups := []group{{"Begin", []source{{"README.md", "Overview"}, {"docs/a.md", "A"}}}}
	for _, test := range []struct{ name, readme, page, other, want string }{
		{"good", "[a](docs/a.md#b) [l](LICENSE)", "# A\n\n## B\n\n[r](../README.md)", "", ""},
		{"missing file", "[a](docs/b.md)", "# A\n", "", "README.md: the link docs/b.md goes to no file"},
		{"missing file from docs", "ok", "# A\n\n[l](LICENSE)", "", "docs/a.md: the link LICENSE goes to no file"},
		{"no title", "ok", "text\n", "", "docs/a.md: the first line is not a title"},
		{"in no group", "ok", "# A\n", "# O\n", "docs/o.md is in no group"},
	} {
		root := fstest.MapFS{
			"README.md": {Data: []byte("# R\n\n" + test.readme)},
			"docs/a.md": {Data: []byte(test.page)},
			"LICENSE":   {},
		}
		if test.other != "" {
			root["docs/o.md"] = &fstest.MapFile{Data: []byte(test.other)}
		}
		articles, err := ownArticles(root, groups, nil)
		if err == nil {
			var files map[string][]byte
			if files, err = render(groups, articles, []article{{file: "reference.html"}}); err == nil {
				err = checkLinks(files)
			}
		}
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got the error %v, want %q", test.name, err, test.want)
		}
	}
}

func TestCheckLinks(t *testing.T) {
	for _, test := range []struct{ name, page, want string }{
		{"good", `<a href="b.html#two">b</a> <h2 id="x"></h2> <a href="#x">x</a> <a href="https://example.com/#y">y</a>`, ""},
		{"page", `<a href="c.html">c</a>`, "a.html: the link c.html goes to no file of the site"},
		{"heading", `<a href="b.html#three">b</a>`, "a.html: the link b.html#three goes to no heading"},
		{"own heading", `<a href="#three">b</a>`, "a.html: the link #three goes to no heading"},
		{"picture", `<img src="p.svg">`, "a.html: the link p.svg goes to no file of the site"},
		{"script from elsewhere", `<script src="https://example.com/x.js"></script>`, "a.html: the link https://example.com/x.js goes to no file"},
		{"same id twice", `<p id="x"></p><p id="x"></p>`, "a.html: two elements have the id x"},
	} {
		err := checkLinks(map[string][]byte{"a.html": []byte(test.page), "b.html": []byte(`<h2 id="two"></h2>`)})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got the error %v, want %q", test.name, err, test.want)
		}
	}
}

// GitHub makes the same anchors.
func TestAnchors(t *testing.T) {
	ids := new(anchors)
	for _, test := range [][2]string{
		{"Sign in automatically (`auto_login`)", "sign-in-automatically-auto_login"},
		{"`emulator run`: run a program", "emulator-run-run-a-program"},
		{"Limits", "limits"},
		{"Limits", "limits-1"},
		{"Élan & co", "élan--co"},
	} {
		if got := string(ids.Generate([]byte(test[0]), 0)); got != test[1] {
			t.Errorf("the anchor of %q is %q, want %q", test[0], got, test[1])
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := paragraphs("One\nline.\n\nTwo:\n  a  b\n    c\n\nThree\n")
	want := []part{{"One line.", false}, {"Two:", false}, {"a  b\n  c", true}, {"Three", false}}
	if len(got) != len(want) {
		t.Fatalf("paragraphs returned %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("part %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}
