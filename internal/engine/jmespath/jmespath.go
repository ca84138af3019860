// Package jmespath is the language of the AWS CLI's --query over the values of
// package document.
//
// The language is that of https://jmespath.org/specification.html. Where the
// specification leaves room, or where the Python library that the AWS CLI uses
// differs from it, this package does as that library does (version 1.0.1): scripts
// were written against it. So strings can be ordered, arguments of a function need
// no comma between them, and a mistake is reported in the same words. Results keep
// the order of members: that of the expression in a multi-select hash, that of the
// document elsewhere.
//
// Numbers are those of package document: an integer has any size, as in Python.
package jmespath

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// An Expr is a compiled expression. It can be used by many goroutines at once.
type Expr struct {
	text  string
	root  *node
	loose bool // has an expression reference, so that a result has to be looked through
}

// Compile reads an expression. The error is a [*SyntaxError]. [Expr.Search] checks
// the names of functions and their arguments.
func Compile(expr string) (*Expr, error) {
	if expr == "" {
		return nil, &SyntaxError{"Invalid JMESPath expression: cannot be empty."}
	}
	tokens, err := tokenize(expr)
	if err != nil {
		return nil, err
	}
	p := &parser{expr: expr, tokens: tokens}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Expr{text: expr, root: root, loose: p.loose}, nil
}

// Search returns what the expression selects from a value, of the types of package
// document, or an [*EvalError]. The result shares its parts with the value, which
// stays as it is.
func (e *Expr) Search(v any) (any, error) {
	result, err := e.root.eval(v)
	if err != nil {
		return nil, err
	}
	if e.loose && holdsReference(result) {
		return nil, errReference
	}
	return result, nil
}

// String returns the text of the expression.
func (e *Expr) String() string { return e.text }

// A SyntaxError reports an expression that cannot be compiled. Its text is the
// Python library's: several lines, and on the last one a caret below the place.
type SyntaxError struct {
	text string
}

func (e *SyntaxError) Error() string { return e.text }

// An EvalError reports an expression that cannot be applied to a value: an unknown
// function, a wrong number of arguments, a value of the wrong type. Its text is the
// Python library's, or Python's own.
type EvalError struct {
	text string
}

func (e *EvalError) Error() string { return e.text }

func evalErrorf(format string, args ...any) error {
	return &EvalError{fmt.Sprintf(format, args...)}
}

// errReference is for &expr where a value is needed. Python goes on with an object
// that cannot be printed.
var errReference = &EvalError{"an expression reference (&) is not a value"}

// errDepth is what Python says; the AWS CLI prints it as any other mistake.
var errDepth = &SyntaxError{"maximum recursion depth exceeded"}

// typeError is about an argument: types are those that the function takes.
func typeError(function string, value any, received string, types []string) error {
	return evalErrorf(`In function %s(), invalid type for value: %s, expected one of: %s, received: "%s"`,
		function, pytext.Str(value), pyNames(types), received)
}

// pyNames is a list of strings as Python shows it.
func pyNames(names []string) string {
	list := make([]any, len(names))
	for i, n := range names {
		list[i] = n
	}
	return pytext.Repr(list)
}

func lexError(expr string, pos int, message string) error {
	return &SyntaxError{fmt.Sprintf("Bad jmespath expression: %s:\n%s\n%s", message, expr, caret(pos))}
}

// parseError and incomplete count the quotation mark before the expression.
func parseError(expr string, t token, message string) error {
	return &SyntaxError{fmt.Sprintf("%s: Parse error at column %d, token \"%s\" (%s), for expression:\n\"%s\"\n%s",
		message, t.start, t.shown(), strings.ToUpper(string(t.typ)), expr, caret(t.start+1))}
}

func incomplete(expr string, end int) error {
	return &SyntaxError{fmt.Sprintf("Invalid jmespath expression: Incomplete expression:\n\"%s\"\n%s", expr, caret(end+1))}
}

func caret(pos int) string { return strings.Repeat(" ", pos) + "^" }
