// Package jmespath implements JMESPath, the language of the AWS CLI's --query, for values of
// package document.
//
// The specification is https://jmespath.org/specification.html. The AWS CLI's Python library
// (version 1.0.1) differs from it in places. This package behaves like the library, because
// scripts depend on its behaviour. For example, strings have an order, the commas between the
// arguments of a function may be missing, and errors have the same texts.
//
// Results keep the order of members. The members of a multi-select hash have the order of the
// expression, the members of other objects the order of the document. Integers have any size, as
// in Python.
package jmespath

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// An Expr is a compiled expression. It is safe for concurrent use.
type Expr struct {
	text  string
	root  *node
	loose bool // the expression contains an expression reference, so Search must check results for references
}

// Compile parses an expression. The error is a [*SyntaxError]. [Expr.Search] checks the
// names and arguments of functions.
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

// Search applies the expression to a value with the types of package document. The error is an
// [*EvalError]. Search does not change the value, but the result may share parts with the value.
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

// A SyntaxError reports an expression that cannot be compiled. Its text is the Python library's.
// The text has several lines; the last line has a caret below the mistake.
type SyntaxError struct {
	text string
}

func (e *SyntaxError) Error() string { return e.text }

// An EvalError reports an expression that cannot be applied to a value. The reason is an unknown
// function, a wrong number of arguments, or a value of the wrong type. Its text comes from the
// Python library or from Python.
type EvalError struct {
	text string
}

func (e *EvalError) Error() string { return e.text }

func evalErrorf(format string, args ...any) error {
	return &EvalError{fmt.Sprintf(format, args...)}
}

// errReference is the error for an &expr instead of a value. Python continues with an object
// that it cannot print.
var errReference = &EvalError{"an expression reference (&) is not a value"}

// errDepth has Python's text, which the AWS CLI prints like any other error.
var errDepth = &SyntaxError{"maximum recursion depth exceeded"}

// typeError returns the error for an argument of the wrong type. types lists the allowed types.
func typeError(function string, value any, received string, types []string) error {
	return evalErrorf(`In function %s(), invalid type for value: %s, expected one of: %s, received: "%s"`,
		function, pytext.Str(value), pyNames(types), received)
}

// pyNames returns a list of strings in Python's syntax.
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

// parseError and incomplete add one to the column of the caret, because the message shows a
// quotation mark before the expression.
func parseError(expr string, t token, message string) error {
	return &SyntaxError{fmt.Sprintf("%s: Parse error at column %d, token \"%s\" (%s), for expression:\n\"%s\"\n%s",
		message, t.start, t.shown(), strings.ToUpper(string(t.typ)), expr, caret(t.start+1))}
}

func incomplete(expr string, end int) error {
	return &SyntaxError{fmt.Sprintf("Invalid jmespath expression: Incomplete expression:\n\"%s\"\n%s", expr, caret(end+1))}
}

func caret(pos int) string { return strings.Repeat(" ", pos) + "^" }
