// The error messages in the source, for docs/messages.md.

package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
)

// A message is an error or a warning of the source. In its texts, words in capitals stand for the
// variable parts.
type message struct {
	file string // in which the message is made
	text string
	code string // the exit code or "warning"; "" if the error that wraps the message chooses the code
	hint string // its lines are separated by newlines; "" if there is no hint
}

// messagesOf returns the messages that the Go files below a folder make: the errors about the
// command line and the configuration, negative answers, warnings, all errors with a hint, the error
// types, and the errors that begin with a capital letter, which are the AWS CLI's messages. It
// leaves out tests, and the causes that follow a message after a colon.
func messagesOf(root fs.FS, dir string) ([]message, error) {
	files := token.NewFileSet()
	parsed := map[string]*ast.File{}
	err := fs.WalkDir(root, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || toolOfTests(name) {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed[name], err = parser.ParseFile(files, name, data, parser.SkipObjectResolution)
		return err
	})
	if err != nil {
		return nil, err
	}
	s := scanner{reader: reader{constants: map[string]string{}}, types: map[string]*errorType{}, functions: map[string]*ast.FuncDecl{}}
	for _, f := range parsed {
		s.readConstants(f)
	}
	for _, f := range parsed {
		s.readTypes(f)
	}
	for name, f := range parsed {
		s.file, s.pkg = name, f.Name.Name
		for _, d := range f.Decls {
			s.decl = d
			ast.Inspect(d, s.visit)
		}
	}
	return unique(s.found), nil
}

// toolOfTests reports whether a file is only a part of tests or of generators, or has the findings of
// doctor, which are no errors.
func toolOfTests(name string) bool {
	for _, folder := range []string{"doctor", "engine/equal", "engine/gen", "layout", "leaktest", "proctest", "stormtest"} {
		if strings.HasPrefix(name, "internal/"+folder+"/") {
			return true
		}
	}
	return false
}

// unique returns the messages in the order of their texts, without repeated ones. Of equal texts, it
// keeps those with a hint.
func unique(all []message) []message {
	slices.SortFunc(all, func(a, b message) int {
		return cmp.Or(cmp.Compare(fold(a.text), fold(b.text)), cmp.Compare(a.text, b.text),
			-cmp.Compare(a.code, b.code), -cmp.Compare(a.hint, b.hint), cmp.Compare(a.file, b.file))
	})
	return slices.CompactFunc(all, func(next, kept message) bool {
		return next.text == kept.text && (next.code == kept.code || next.code == "") && (next.hint == kept.hint || next.hint == "")
	})
}

// fold returns the text by which messages are sorted: without the signs before the first letter.
func fold(s string) string {
	return strings.ToLower(strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// An errorType is a type with a method Error.
type errorType struct {
	texts  []string // of the method's return statements; a field is {NAME}
	fields []string // in the order of the struct
	code   string   // of the method ExitStatus, if it returns a constant
}

// A scanner collects the messages of files.
type scanner struct {
	reader
	types     map[string]*errorType    // by PACKAGE.NAME
	functions map[string]*ast.FuncDecl // by PACKAGE.NAME, with methods
	file      string
	found     []message
}

// typeOf returns the type with this name, and creates it.
func (s *scanner) typeOf(name string) *errorType {
	key := s.pkg + "." + name
	if s.types[key] == nil {
		s.types[key] = new(errorType)
	}
	return s.types[key]
}

// readTypes reads the error types of a file.
func (s *scanner) readTypes(f *ast.File) {
	s.pkg = f.Name.Name
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				t, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				fields, ok := t.Type.(*ast.StructType)
				for i := 0; ok && i < len(fields.Fields.List); i++ {
					for _, name := range fields.Fields.List[i].Names {
						s.typeOf(t.Name.Name).fields = append(s.typeOf(t.Name.Name).fields, name.Name)
					}
				}
			}
		case *ast.FuncDecl:
			s.functions[s.pkg+"."+d.Name.Name] = d
			if d.Recv == nil || len(d.Recv.List[0].Names) == 0 || d.Body == nil {
				continue
			}
			t := s.typeOf(nameOf(d.Recv.List[0].Type))
			s.self, s.decl = d.Recv.List[0].Names[0].Name, d
			switch d.Name.Name {
			case "Error":
				t.texts = s.returned(d.Body)
			case "ExitStatus":
				if texts := s.returned(d.Body); len(texts) == 1 {
					t.code = digits(texts[0])
				}
			}
			s.self = ""
		}
	}
}

// returned returns the texts of the return statements of a function.
func (s *scanner) returned(body *ast.BlockStmt) []string {
	var texts []string
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			texts = append(texts, s.template(r.Results[0]))
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
	return texts
}

// visit collects the message of a node.
func (s *scanner) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Recv != nil && n.Name.Name == "Error" {
			t := s.typeOf(nameOf(n.Recv.List[0].Type))
			for _, text := range t.texts {
				s.add(message{text: fieldsOpen(text), code: t.code})
			}
			return false
		}
	case *ast.CallExpr:
		m := s.made(n, 0)
		switch name := nameOf(n.Fun); {
		case name == "WithHint" && len(n.Args) >= 2:
			m = s.made(n.Args[0], 0)
			m.hint = s.hint(n.Args[1:])
			s.add(m)
		case name == "Warn" && len(n.Args) == 2:
			s.add(message{text: s.template(n.Args[0]), code: "warning", hint: s.hint(n.Args[1:])})
		case m.code != "" || capital(m.text):
			s.add(m)
		}
	case *ast.CompositeLit:
		if m := s.made(n, 0); m.code != "" || m.hint != "" || capital(m.text) {
			s.add(m)
		}
	}
	return true
}

// add adds a message that has words of its own, on one line and without "An error occurred (…): ".
func (s *scanner) add(m message) {
	m.text = strings.Join(strings.Fields(m.text), " ")
	if begin, rest, ok := strings.Cut(m.text, "): "); ok && strings.HasPrefix(begin, "An error occurred (") && !strings.Contains(begin, ")") {
		m.text = rest
	}
	if said(m.text) && !slices.Contains([]string{"exit code N", "help on lanyard COMMAND", "Commit or Abort was already called"}, m.text) {
		m.file = s.file
		s.found = append(s.found, m)
	}
}

// made returns the message of an expression that makes an error. depth limits the variables that it
// follows.
func (s *scanner) made(e ast.Expr, depth int) message {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		return s.made(e.X, depth)
	case *ast.CompositeLit:
		return s.composite(e, depth)
	case *ast.Ident:
		if depth < 4 {
			return s.assigned(e, depth)
		}
	case *ast.CallExpr:
		if len(e.Args) == 0 {
			return message{}
		}
		switch name, of := nameOf(e.Fun), qualifier(e.Fun); {
		case name == "Usagef":
			return message{text: s.format(e.Args), code: "252"}
		case name == "Failuref":
			return message{text: s.format(e.Args), code: "1"}
		case name == "New" && of == "errors", name == "Errorf" && of == "fmt":
			return message{text: s.format(e.Args)}
		case name == "WithHint", name == "Join" && of == "errors":
			return s.made(e.Args[0], depth)
		}
	}
	return message{}
}

// hint returns a hint from the arguments of a format. If the hint is a variable or the result of a
// function, it returns the hints that the variable or the function can have, separated by "or: " at
// the beginning of a line.
func (s *scanner) hint(args []ast.Expr) string {
	if format, _ := literal(args[0]); len(args) == 2 && format == "%s" {
		args = args[1:]
	}
	if len(args) > 1 {
		return s.format(args)
	}
	var texts []string
	switch e := args[0].(type) {
	case *ast.Ident:
		ast.Inspect(s.decl, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			for i := 0; ok && i < len(a.Lhs) && i < len(a.Rhs); i++ {
				if nameOf(a.Lhs[i]) == e.Name {
					texts = append(texts, s.template(a.Rhs[i]))
				}
			}
			return true
		})
	case *ast.CallExpr:
		of := qualifier(e.Fun)
		f := s.functions[of+"."+nameOf(e.Fun)]
		if f == nil {
			of, f = s.pkg, s.functions[s.pkg+"."+nameOf(e.Fun)]
		}
		if f != nil && f.Body != nil {
			pkg, decl := s.pkg, s.decl
			s.pkg, s.decl = of, f
			texts = s.returned(f.Body)
			s.pkg, s.decl = pkg, decl
		}
	}
	texts = slices.DeleteFunc(texts, func(t string) bool { return !said(t) })
	if len(texts) == 0 || len(texts) > 5 {
		return s.template(args[0])
	}
	return strings.Join(slices.Compact(texts), "\nor: ")
}

// composite returns the message of a literal such as &profile.Error{Msg: …, Hint: …}.
func (s *scanner) composite(c *ast.CompositeLit, depth int) message {
	name := nameOf(c.Type)
	if name == "Warning" || name == "Problem" {
		m := message{code: "warning"}
		for _, elt := range c.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok && nameOf(kv.Key) == "Text" {
				m.text = s.template(kv.Value)
			} else if ok && nameOf(kv.Key) == "Hint" {
				m.hint = s.hint([]ast.Expr{kv.Value})
			}
		}
		return m
	}
	of := qualifier(c.Type)
	if of == "" {
		of = s.pkg
	}
	t := s.types[of+"."+name]
	if t == nil || len(t.texts) != 1 {
		return message{}
	}
	m := message{text: t.texts[0], code: t.code}
	own := false // a field has words
	for i, elt := range c.Elts {
		field, value := "", elt
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			field, value = nameOf(kv.Key), kv.Value
		} else if i < len(t.fields) {
			field = t.fields[i]
		}
		text := s.template(value)
		if inner := s.made(value, depth+1); inner.text != "" {
			text = inner.text
		}
		switch {
		case field == "Hint":
			m.hint = s.hint([]ast.Expr{value})
		case field == "Code" && digits(text) != "":
			m.code = digits(text)
		}
		own = own || said(text) && strings.Contains(m.text, "{"+field+"}")
		m.text = strings.ReplaceAll(m.text, "{"+field+"}", text)
	}
	if !own && m.hint == "" {
		return message{}
	}
	m.text = fieldsOpen(m.text)
	return m
}

// assigned returns the message of the last error that the function assigns to a variable.
func (s *scanner) assigned(id *ast.Ident, depth int) message {
	var m message
	ast.Inspect(s.decl, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		for i := 0; ok && a.End() < id.Pos() && i < len(a.Lhs) && i < len(a.Rhs); i++ {
			if nameOf(a.Lhs[i]) == id.Name {
				if got := s.made(a.Rhs[i], depth+1); got.text != "" {
					m = got
				}
			}
		}
		return true
	})
	return m
}
