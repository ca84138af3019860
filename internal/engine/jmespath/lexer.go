// The lexer: from text to tokens.

package jmespath

import (
	"math"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// A lexer splits an expression into tokens. It counts positions in characters, because messages
// have a caret at a position.
type lexer struct {
	expr   string
	chars  []rune
	pos    int
	tokens []token
}

// tokenize returns all tokens. The last token is tokenEOF.
func tokenize(expr string) ([]token, error) {
	l := &lexer{expr: expr, chars: []rune(expr)}
	for l.pos < len(l.chars) {
		if err := l.token(); err != nil {
			return nil, err
		}
	}
	l.add(tokenEOF, 0)
	return l.tokens, nil
}

// end stands for the end of the expression, after its last character. No expression contains -1.
const end rune = -1

func (l *lexer) at(i int) rune {
	if i < len(l.chars) {
		return l.chars[i]
	}
	return end
}

// add adds a token of the next n characters.
func (l *lexer) add(typ tokenType, n int) {
	l.tokens = append(l.tokens, token{typ: typ, text: string(l.chars[l.pos : l.pos+n]), start: l.pos})
	l.pos += n
}

// token reads one token or one space.
func (l *lexer) token() error {
	c, next := l.chars[l.pos], l.at(l.pos+1)
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		l.pos++
	case c == '_' || isLetter(c):
		l.add(tokenUnquoted, l.span(func(c rune) bool { return c == '_' || isLetter(c) || isDigit(c) }))
	case isDigit(c), c == '-' && isDigit(next):
		l.number()
	case c == '-', c == '=' && next != '=':
		return lexError(l.expr, l.pos, "Unknown token '"+string(c)+"'")
	case c == '"':
		return l.quoted()
	case c == '\'':
		return l.raw()
	case c == '`':
		return l.literal()
	default:
		for n := min(2, len(l.chars)-l.pos); n > 0; n-- {
			if typ, ok := operator(string(l.chars[l.pos : l.pos+n])); ok {
				l.add(typ, n)
				return nil
			}
		}
		return lexError(l.expr, l.pos, "Unknown token "+string(c))
	}
	return nil
}

// operator returns the token type of one or two characters.
func operator(s string) (tokenType, bool) {
	switch s {
	case ".":
		return tokenDot, true
	case "*":
		return tokenStar, true
	case "]":
		return tokenRightBrack, true
	case ",":
		return tokenComma, true
	case ":":
		return tokenColon, true
	case "@":
		return tokenCurrent, true
	case "(":
		return tokenLeftParen, true
	case ")":
		return tokenRightParen, true
	case "{":
		return tokenLeftBrace, true
	case "}":
		return tokenRightBrace, true
	case "[":
		return tokenLeftBrack, true
	case "[]":
		return tokenFlatten, true
	case "[?":
		return tokenFilter, true
	case "|":
		return tokenPipe, true
	case "||":
		return tokenOr, true
	case "&":
		return tokenExpref, true
	case "&&":
		return tokenAnd, true
	case "<":
		return tokenLt, true
	case "<=":
		return tokenLte, true
	case ">":
		return tokenGt, true
	case ">=":
		return tokenGte, true
	case "!":
		return tokenNot, true
	case "!=":
		return tokenNe, true
	case "==":
		return tokenEq, true
	}
	return "", false
}

// span returns the number of characters that accept returns true for. It skips the first character
// without a check.
func (l *lexer) span(accept func(rune) bool) int {
	n := 1
	for accept(l.at(l.pos + n)) {
		n++
	}
	return n
}

// number reads an integer. A number above the largest int64 becomes the largest int64, because no
// list has so many elements.
func (l *lexer) number() {
	l.add(tokenNumber, l.span(isDigit))
	t := &l.tokens[len(l.tokens)-1]
	digits, negative := strings.CutPrefix(t.text, "-")
	t.text = strings.TrimLeft(digits, "0")
	if t.text == "" {
		t.text, negative = "0", false
	}
	if negative {
		t.text = "-" + t.text
	}
	n, err := strconv.ParseInt(t.text, 10, 64)
	switch {
	case err == nil:
	case negative:
		n = math.MinInt64
	default:
		n = math.MaxInt64
	}
	t.value = n
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c rune) bool  { return c >= '0' && c <= '9' }

// A token is a part of an expression, such as a name or an operator.
type token struct {
	typ   tokenType
	text  string // the text that messages show; "" for a literal
	value any    // the value of a literal, or the int64 of a number
	start int    // the position of the first character, from 0
}

func (t token) shown() string {
	if t.typ == tokenLiteral {
		return pytext.Str(t.value)
	}
	return t.text
}

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

// power returns how strongly a token binds to the expression before it. 0 means that it does not
// bind.
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
	powerProjection // a token with less power ends a projection
	powerStar
	powerFilter
	powerDot
	powerNot
	powerBrace
	powerBracket
	powerParen
)
