package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// unchecked lists functions that open a path without a check. If the path is a pipe, these
// functions wait for a writer. If it is a device, they may read without end.
var unchecked = map[string]bool{"Open": true, "ReadFile": true}

// openers lists the files that may call these functions, with the reason.
var openers = map[string]string{
	"internal/datafile/datafile.go":      "it has the checks",
	"internal/atomicfile/system_unix.go": "it opens a folder to flush it",
	"internal/engine/gen/left.go":        "it is not part of the program",
	"internal/engine/gen/manifest.go":    "it is not part of the program",
	"internal/engine/gen/model.go":       "it is not part of the program",
	"internal/engine/gen/options.go":     "it is not part of the program",
	"internal/engine/gen/words.go":       "it is not part of the program",
	"emulator/orgfile/read.go":           "it has its own checks",
	"emulator/awsproxy/proxy.go":         "it reads the system's certificates",
}

func TestFilesAreOpenedWithACheck(t *testing.T) {
	for _, top := range []string{"../../cmd", "../../internal", "../../emulator"} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash("../../")))
			if openers[name] != "" {
				return nil
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "os" && unchecked[sel.Sel.Name] {
					t.Errorf("%s: os.%s also opens pipes and devices: use internal/datafile", fset.Position(sel.Pos()), sel.Sel.Name)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
