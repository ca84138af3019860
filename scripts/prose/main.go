// Prose finds phrases that make the texts of this project hard to read. It searches the Markdown
// files, the comments of the Go files, the string literals of the program, and the comments of
// the test scripts. For each phrase, it prints a line FILE:LINE: TURN (INSTEAD). It exits with 1
// if it found a phrase.
//
//	go run ./scripts/prose [FOLDER]
package main

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	flag.Parse()
	root := flag.Arg(0)
	if root == "" {
		root = "."
	}
	found, err := search(os.DirFS(root))
	for _, f := range found {
		fmt.Println(f)
	}
	if err == nil && found != nil {
		err = fmt.Errorf("%d turns to rewrite; docs/glossary.md has the words to use", len(found))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "prose:", err)
		os.Exit(1)
	}
}

// skipped lists the folders without prose of ours, the files that quote the phrases, and the
// files that must not change.
var skipped = []string{
	".git", ".cache", "dist", "interop/js/node_modules",
	"internal/cli/testdata/guide.md", // the AWS guide, word for word
	"docs/glossary.md",               // words to use, and words to avoid
	"scripts/prose/turns.go", "scripts/prose/main_test.go",
}

// search returns a line for each phrase in the files of a folder, in the order of the files.
func search(root fs.FS) (found []string, err error) {
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(skipped, path):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		var texts func(name string, data []byte) ([]text, error)
		switch filepath.Ext(path) {
		case ".md":
			texts = whole
		case ".go":
			texts = ofGo
		case ".txtar":
			texts = ofScript
		default:
			return nil
		}
		data, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		all, err := texts(path, data)
		for _, t := range all {
			found = append(found, t.findings(path)...)
		}
		return err
	})
	return found, err
}

// A text is a piece of prose and the number of its first line.
type text struct {
	line int
	body string
}

// findings returns a line for each phrase in the text.
func (t text) findings(path string) (lines []string) {
	for _, turn := range turns {
		for _, at := range turn.pattern.FindAllStringIndex(t.body, -1) {
			if turn.after != nil && turn.after.MatchString(t.body[:at[0]]) {
				continue
			}
			line := t.line + strings.Count(t.body[:at[0]], "\n")
			words := strings.Join(strings.FieldsFunc(t.body[at[0]:at[1]], isGap), " ")
			lines = append(lines, fmt.Sprintf("%s:%d: %s (%s)", path, line, words, turn.instead))
		}
	}
	return lines
}

// whole returns a file as one text.
func whole(_ string, data []byte) ([]text, error) { return []text{{1, string(data)}}, nil }

// ofGo returns the comments of a Go file, and its string literals. It omits the string literals
// of tests, because they contain names and passwords that look like prose.
func ofGo(name string, data []byte) (all []text, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	add := func(node ast.Node) {
		start, end := fset.Position(node.Pos()), fset.Position(node.End())
		all = append(all, text{start.Line, string(data[start.Offset:end.Offset])})
	}
	for _, group := range file.Comments {
		add(group)
	}
	if strings.HasSuffix(name, "_test.go") {
		return all, nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			add(lit)
		}
		return true
	})
	return all, nil
}

// ofScript returns the comments of a test script. It omits the files in the script.
func ofScript(_ string, data []byte) (all []text, err error) {
	if len(data) == 0 {
		return nil, errors.New("empty script")
	}
	var block []string
	number := 0
	flush := func() {
		if block != nil {
			all = append(all, text{number - len(block), strings.Join(block, "\n")})
		}
		block = nil
	}
	for line := range strings.Lines(string(data)) {
		number++
		if strings.HasPrefix(line, "-- ") {
			break
		}
		if strings.HasPrefix(line, "#") {
			block = append(block, strings.TrimSuffix(line, "\n"))
			continue
		}
		flush()
	}
	flush()
	return all, nil
}
