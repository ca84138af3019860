// Brackets and braces: indexes, slices, filters, projections, multi-select.

package jmespath

// leadingBracket reads the rest of a bracket at the beginning of an expression.
func (p *parser) leadingBracket() (*node, error) {
	switch t := p.peek(); {
	case t.typ == tokenNumber || t.typ == tokenColon:
		right, err := p.indexOrSlice()
		if err != nil {
			return nil, err
		}
		return p.indexed(newNode(kindCurrent), right)
	case t.typ == tokenStar && p.peekSecond() == tokenRightBrack:
		p.next()
		p.next()
		return p.project(kindProjection, newNode(kindCurrent), powerStar)
	}
	return p.selectList()
}

// bracket reads the rest of a bracket that follows left.
func (p *parser) bracket(left *node) (*node, error) {
	if typ := p.peek().typ; typ == tokenNumber || typ == tokenColon {
		right, err := p.indexOrSlice()
		if err != nil {
			return nil, err
		}
		if left.kind == kindIndexChain {
			// A slice after an index, a[0][1:2], is not a projection.
			left.add(right)
			return left, nil
		}
		return p.indexed(left, right)
	}
	if err := p.expect(tokenStar); err != nil {
		return nil, err
	}
	if err := p.expect(tokenRightBrack); err != nil {
		return nil, err
	}
	return p.project(kindProjection, left, powerStar)
}

// indexed applies an index or a slice to left. A slice starts a projection.
func (p *parser) indexed(left, right *node) (*node, error) {
	n := newNode(kindIndexChain, left, right)
	if right.kind != kindSlice {
		return n, nil
	}
	return p.project(kindProjection, n, powerStar)
}

// indexOrSlice reads "0]" of "[0]", or "0:1]" of "[0:1]".
func (p *parser) indexOrSlice() (*node, error) {
	if p.peek().typ == tokenColon || p.peekSecond() == tokenColon {
		return p.slice()
	}
	n := newNode(kindIndex)
	n.index, _ = p.next().value.(int64)
	return n, p.expect(tokenRightBrack)
}

func (p *parser) slice() (*node, error) {
	n := newNode(kindSlice)
	for part := 0; p.peek().typ != tokenRightBrack; {
		t := p.peek()
		switch {
		case t.typ == tokenColon && part < len(n.bounds)-1:
			part++
		case t.typ == tokenNumber:
			bound, _ := t.value.(int64)
			n.bounds[part] = &bound
		default:
			return nil, parseError(p.expr, t, "syntax error")
		}
		p.next()
	}
	p.next()
	return n, nil
}

// filter reads the condition after "[?", and the expression that is applied to the elements.
func (p *parser) filter(left *node) (*node, error) {
	condition, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect(tokenRightBrack); err != nil {
		return nil, err
	}
	each := newNode(kindCurrent)
	if p.peek().typ != tokenFlatten {
		if each, err = p.each(powerFilter); err != nil {
			return nil, err
		}
	}
	return newNode(kindFilter, left, each, condition), nil
}

// project reads the expression that is applied to each element or value of left.
func (p *parser) project(k kind, left *node, power int) (*node, error) {
	each, err := p.each(power)
	if err != nil {
		return nil, err
	}
	return newNode(k, left, each), nil
}

func (p *parser) each(power int) (*node, error) {
	t := p.peek()
	switch {
	case t.typ.power() < powerProjection:
		return newNode(kindCurrent), nil
	case t.typ == tokenLeftBrack || t.typ == tokenFilter:
		return p.expression(power)
	case t.typ == tokenDot:
		p.next()
		return p.afterDot(power)
	}
	return nil, parseError(p.expr, t, "syntax error")
}

// selectList reads "a, b]" of "[a, b]".
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

// selectHash reads "a: b, c: d}" of "{a: b, c: d}". The commas may be missing.
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
