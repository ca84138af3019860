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

// An Expr is a compiled expression. It can be used by many goroutines at once.
type Expr struct {
	text  string
	root  *node
	loose bool // has an expression reference, so that a result has to be looked through
}

// Compile reads an expression. What is wrong with it is a [*SyntaxError], save for
// the names of functions and their arguments, which [Expr.Search] looks at.
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
