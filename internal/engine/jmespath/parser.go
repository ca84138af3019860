// The parser: from tokens to a tree of nodes. bracket.go parses brackets and braces.

package jmespath

import "fmt"

// A parser parses an expression by the binding powers of its tokens (top down operator
// precedence, Vaughan R. Pratt). It has the bugs of the Python library, because expressions
// depend on them.
type parser struct {
	expr   string
	tokens []token
	pos    int
	depth  int
	loose  bool // the expression contains an expression reference
}

func (p *parser) parse() (*node, error) {
	root, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.typ != tokenEOF {
		return nil, parseError(p.expr, t, "Unexpected token: "+t.shown())
	}
	return root, nil
}

// peek returns the next token. The parser never consumes the last token, tokenEOF.
func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) next() token {
	t := p.peek()
	if t.typ != tokenEOF {
		p.pos++
	}
	return t
}

// peekSecond returns the type of the token after the next token.
func (p *parser) peekSecond() tokenType {
	if p.pos+1 < len(p.tokens) {
		return p.tokens[p.pos+1].typ
	}
	return tokenEOF
}

// expect consumes a token of type typ. Any other token is an error.
func (p *parser) expect(typ tokenType) error {
	t := p.peek()
	if t.typ != typ {
		return p.unexpected(string(typ))
	}
	p.next()
	return nil
}

// unexpected returns the error for the next token. expected is the type of token that should be
// there.
func (p *parser) unexpected(expected string) error {
	t := p.peek()
	if t.typ == tokenEOF {
		return incomplete(p.expr, t.start)
	}
	return parseError(p.expr, t, fmt.Sprintf("Expecting: %s, got: %s", expected, t.typ))
}

// expression parses tokens while they bind more strongly than power.
func (p *parser) expression(power int) (*node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, errDepth
	}
	left, err := p.prefix(p.next())
	for err == nil && power < p.peek().typ.power() {
		left, err = p.infix(left)
		if err == nil && left.height > maxDepth {
			err = errDepth
		}
	}
	return left, err
}

// prefix parses an expression that begins with the token t.
func (p *parser) prefix(t token) (*node, error) {
	switch t.typ {
	case tokenLiteral:
		return &node{kind: kindLiteral, value: t.value}, nil
	case tokenUnquoted:
		return &node{kind: kindField, name: t.text}, nil
	case tokenQuoted:
		if paren := p.peek(); paren.typ == tokenLeftParen {
			paren.start = 0 // Python shows the caret at position 0
			return nil, parseError(p.expr, paren, "Quoted identifier not allowed for function names.")
		}
		return &node{kind: kindField, name: t.text}, nil
	case tokenCurrent:
		return newNode(kindCurrent), nil
	case tokenStar:
		if p.peek().typ == tokenRightBrack {
			return newNode(kindValueProjection, newNode(kindCurrent), newNode(kindCurrent)), nil
		}
		return p.project(kindValueProjection, newNode(kindCurrent), powerStar)
	case tokenFlatten:
		return p.project(kindProjection, newNode(kindFlatten, newNode(kindCurrent)), powerFlatten)
	case tokenFilter:
		return p.filter(newNode(kindCurrent))
	case tokenLeftBrack:
		return p.leadingBracket()
	case tokenLeftBrace:
		return p.selectHash()
	case tokenLeftParen:
		inner, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		return inner, p.expect(tokenRightParen)
	case tokenNot:
		return p.unary(kindNot, powerNot)
	case tokenExpref:
		p.loose = true
		return p.unary(kindReference, 0)
	case tokenEOF:
		return nil, incomplete(p.expr, t.start)
	}
	return nil, parseError(p.expr, t, "invalid token")
}

func (p *parser) unary(k kind, power int) (*node, error) {
	operand, err := p.expression(power)
	if err != nil {
		return nil, err
	}
	return newNode(k, operand), nil
}

// infix parses an operator after left, beginning with the next token.
func (p *parser) infix(left *node) (*node, error) {
	t := p.next()
	switch t.typ {
	case tokenDot:
		return p.dot(left)
	case tokenPipe:
		return p.binary(kindPipe, left, powerPipe)
	case tokenOr:
		return p.binary(kindOr, left, powerOr)
	case tokenAnd:
		return p.binary(kindAnd, left, powerAnd)
	case tokenEq, tokenNe, tokenGt, tokenGte, tokenLt, tokenLte:
		n, err := p.binary(kindComparator, left, powerCompare)
		if err != nil {
			return nil, err
		}
		n.name = t.text
		return n, nil
	case tokenFlatten:
		return p.project(kindProjection, newNode(kindFlatten, left), powerFlatten)
	case tokenFilter:
		return p.filter(left)
	case tokenLeftBrack:
		return p.bracket(left)
	case tokenLeftParen:
		return p.call(left)
	}
	return nil, parseError(p.expr, t, "invalid token")
}

func (p *parser) binary(k kind, left *node, power int) (*node, error) {
	right, err := p.expression(power)
	if err != nil {
		return nil, err
	}
	return newNode(k, left, right), nil
}

// dot parses the rest of an expression after a dot.
func (p *parser) dot(left *node) (*node, error) {
	if p.peek().typ == tokenStar {
		p.next()
		return p.project(kindValueProjection, left, powerDot)
	}
	right, err := p.afterDot(powerDot)
	if err != nil {
		return nil, err
	}
	if left.kind == kindChain {
		left.add(right)
		return left, nil
	}
	return newNode(kindChain, left, right), nil
}

func (p *parser) afterDot(power int) (*node, error) {
	t := p.peek()
	switch t.typ {
	case tokenQuoted, tokenUnquoted, tokenStar:
		return p.expression(power)
	case tokenLeftBrack:
		p.next()
		return p.selectList()
	case tokenLeftBrace:
		p.next()
		return p.selectHash()
	}
	wanted := pyNames([]string{string(tokenQuoted), string(tokenUnquoted), string(tokenLeftBrack), string(tokenLeftBrace)})
	return nil, parseError(p.expr, t, fmt.Sprintf("Expecting: %s, got: %s", wanted, t.typ))
}

// call parses the arguments of a function. Commas may be missing, and a comma may follow the last
// argument.
func (p *parser) call(left *node) (*node, error) {
	if left.kind != kindField {
		name := p.tokens[p.pos-2]
		return nil, parseError(p.expr, name, fmt.Sprintf("Invalid function name '%s'", name.shown()))
	}
	n := newNode(kindFunction)
	n.name = left.name
	n.function, _ = builtin(left.name)
	for p.peek().typ != tokenRightParen {
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if p.peek().typ == tokenComma {
			p.next()
		}
		n.add(arg)
	}
	p.next()
	return n, nil
}
