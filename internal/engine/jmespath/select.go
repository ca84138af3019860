package jmespath

import "fmt"

// dot reads what follows on a dot.
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

// selectList reads a, b] of [a, b].
func (p *parser) selectList() (*node, error) {
	list := newNode(kindSelectList)
	for {
		element, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		list.add(element)
		if p.peek().typ == tokenRightBrack {
			p.next()
			return list, nil
		}
		if err := p.expect(tokenComma); err != nil {
			return nil, err
		}
	}
}

// selectHash reads a: b, c: d} of {a: b, c: d}. The commas may be missing.
func (p *parser) selectHash() (*node, error) {
	hash := newNode(kindSelectHash)
	for {
		key := p.peek()
		if key.typ != tokenQuoted && key.typ != tokenUnquoted {
			return nil, p.unexpected(pyNames([]string{string(tokenQuoted), string(tokenUnquoted)}))
		}
		p.next()
		if err := p.expect(tokenColon); err != nil {
			return nil, err
		}
		value, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		hash.add(value)
		hash.names = append(hash.names, key.text)
		switch p.peek().typ {
		case tokenComma:
			p.next()
		case tokenRightBrace:
			p.next()
			return hash, nil
		}
	}
}

// call reads the arguments of a function. The commas may be missing, and one may
// follow on the last argument.
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
