package jmespath

import "github.com/lanyard-cli/lanyard/internal/engine/pytext"

// A tokenType is the name of a token in messages.
type tokenType string

const (
	tokenEOF        tokenType = "eof"
	tokenUnquoted   tokenType = "unquoted_identifier"
	tokenQuoted     tokenType = "quoted_identifier"
	tokenLiteral    tokenType = "literal"
	tokenRightBrack tokenType = "rbracket"
	tokenRightParen tokenType = "rparen"
	tokenComma      tokenType = "comma"
	tokenRightBrace tokenType = "rbrace"
	tokenNumber     tokenType = "number"
	tokenCurrent    tokenType = "current"
	tokenExpref     tokenType = "expref"
	tokenColon      tokenType = "colon"
	tokenPipe       tokenType = "pipe"
	tokenOr         tokenType = "or"
	tokenAnd        tokenType = "and"
	tokenEq         tokenType = "eq"
	tokenNe         tokenType = "ne"
	tokenGt         tokenType = "gt"
	tokenGte        tokenType = "gte"
	tokenLt         tokenType = "lt"
	tokenLte        tokenType = "lte"
	tokenFlatten    tokenType = "flatten"
	tokenStar       tokenType = "star"
	tokenFilter     tokenType = "filter"
	tokenDot        tokenType = "dot"
	tokenNot        tokenType = "not"
	tokenLeftBrace  tokenType = "lbrace"
	tokenLeftBrack  tokenType = "lbracket"
	tokenLeftParen  tokenType = "lparen"
)

// A token is a word of an expression.
type token struct {
	typ   tokenType
	text  string // as messages show it; not of a literal
	value any    // of a literal; the int64 of a number
	start int    // the place of its first character, from 0
}

func (t token) shown() string {
	if t.typ == tokenLiteral {
		return pytext.Str(t.value)
	}
	return t.text
}

// power is how strongly a token binds to what stands before it; 0 binds nothing.
func (t tokenType) power() int {
	switch t {
	case tokenPipe:
		return powerPipe
	case tokenOr:
		return powerOr
	case tokenAnd:
		return powerAnd
	case tokenEq, tokenNe, tokenGt, tokenGte, tokenLt, tokenLte:
		return powerCompare
	case tokenFlatten:
		return powerFlatten
	case tokenStar:
		return powerStar
	case tokenFilter:
		return powerFilter
	case tokenDot:
		return powerDot
	case tokenNot:
		return powerNot
	case tokenLeftBrace:
		return powerBrace
	case tokenLeftBrack:
		return powerBracket
	case tokenLeftParen:
		return powerParen
	}
	return 0
}

const (
	powerPipe = iota + 1
	powerOr
	powerAnd
	powerCompare
	powerFlatten
	powerProjection // a token below it ends a projection
	powerStar
	powerFilter
	powerDot
	powerNot
	powerBrace
	powerBracket
	powerParen
)
