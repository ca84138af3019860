package jmespath

import (
	"errors"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// Python's jmespath 1.0.1 prints these messages.
func TestSyntaxErrors(t *testing.T) {
	tests := []struct{ expr, want string }{
		{"foo[", "Invalid jmespath expression: Incomplete expression:\n\"foo[\"\n     ^"},
		{"Reservations[[", "Expecting: star, got: lbracket: Parse error at column 13, token \"[\" (LBRACKET), for expression:\n\"Reservations[[\"\n              ^"},
		{"", "Invalid JMESPath expression: cannot be empty."},
		{"  ", "Invalid jmespath expression: Incomplete expression:\n\"  \"\n   ^"},
		{"foo.", "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: eof: Parse error at column 4, token \"\" (EOF), for expression:\n\"foo.\"\n     ^"},
		{"foo..bar", "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: dot: Parse error at column 4, token \".\" (DOT), for expression:\n\"foo..bar\"\n     ^"},
		{".foo", "invalid token: Parse error at column 0, token \".\" (DOT), for expression:\n\".foo\"\n ^"},
		{"foo bar", "Unexpected token: bar: Parse error at column 4, token \"bar\" (UNQUOTED_IDENTIFIER), for expression:\n\"foo bar\"\n     ^"},
		{"foo]", "Unexpected token: ]: Parse error at column 3, token \"]\" (RBRACKET), for expression:\n\"foo]\"\n    ^"},
		{"foo)", "Unexpected token: ): Parse error at column 3, token \")\" (RPAREN), for expression:\n\"foo)\"\n    ^"},
		{"foo}", "Unexpected token: }: Parse error at column 3, token \"}\" (RBRACE), for expression:\n\"foo}\"\n    ^"},
		{"(foo", "Invalid jmespath expression: Incomplete expression:\n\"(foo\"\n     ^"},
		{"foo[0", "Invalid jmespath expression: Incomplete expression:\n\"foo[0\"\n      ^"},
		{"foo[a]", "Expecting: star, got: unquoted_identifier: Parse error at column 4, token \"a\" (UNQUOTED_IDENTIFIER), for expression:\n\"foo[a]\"\n     ^"},
		{"foo[0:1:2:3]", "syntax error: Parse error at column 9, token \":\" (COLON), for expression:\n\"foo[0:1:2:3]\"\n          ^"},
		{"foo[0:a]", "syntax error: Parse error at column 6, token \"a\" (UNQUOTED_IDENTIFIER), for expression:\n\"foo[0:a]\"\n       ^"},
		{"foo[:", "syntax error: Parse error at column 5, token \"\" (EOF), for expression:\n\"foo[:\"\n      ^"},
		{"foo[1 2]", "Expecting: rbracket, got: number: Parse error at column 6, token \"2\" (NUMBER), for expression:\n\"foo[1 2]\"\n       ^"},
		{"foo[*", "Invalid jmespath expression: Incomplete expression:\n\"foo[*\"\n      ^"},
		{"[*", "Invalid jmespath expression: Incomplete expression:\n\"[*\"\n   ^"},
		{"[0", "Invalid jmespath expression: Incomplete expression:\n\"[0\"\n   ^"},
		{"[a,]", "invalid token: Parse error at column 3, token \"]\" (RBRACKET), for expression:\n\"[a,]\"\n    ^"},
		{"[a b]", "Expecting: comma, got: unquoted_identifier: Parse error at column 3, token \"b\" (UNQUOTED_IDENTIFIER), for expression:\n\"[a b]\"\n    ^"},
		{"{", "Invalid jmespath expression: Incomplete expression:\n\"{\"\n  ^"},
		{"{}", "Expecting: ['quoted_identifier', 'unquoted_identifier'], got: rbrace: Parse error at column 1, token \"}\" (RBRACE), for expression:\n\"{}\"\n  ^"},
		{"{a}", "Expecting: colon, got: rbrace: Parse error at column 2, token \"}\" (RBRACE), for expression:\n\"{a}\"\n   ^"},
		{"{a:", "Invalid jmespath expression: Incomplete expression:\n\"{a:\"\n    ^"},
		{"{a: b", "Invalid jmespath expression: Incomplete expression:\n\"{a: b\"\n      ^"},
		{"{a: b,}", "Expecting: ['quoted_identifier', 'unquoted_identifier'], got: rbrace: Parse error at column 6, token \"}\" (RBRACE), for expression:\n\"{a: b,}\"\n       ^"},
		{"{a: b]", "Expecting: ['quoted_identifier', 'unquoted_identifier'], got: rbracket: Parse error at column 5, token \"]\" (RBRACKET), for expression:\n\"{a: b]\"\n      ^"},
		{"{1: a}", "Expecting: ['quoted_identifier', 'unquoted_identifier'], got: number: Parse error at column 1, token \"1\" (NUMBER), for expression:\n\"{1: a}\"\n  ^"},
		{"foo.1", "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: number: Parse error at column 4, token \"1\" (NUMBER), for expression:\n\"foo.1\"\n     ^"},
		{"foo.'x'", "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: literal: Parse error at column 4, token \"x\" (LITERAL), for expression:\n\"foo.'x'\"\n     ^"},
		{"foo.[", "Invalid jmespath expression: Incomplete expression:\n\"foo.[\"\n      ^"},
		{"foo.{", "Invalid jmespath expression: Incomplete expression:\n\"foo.{\"\n      ^"},
		{"foo.@", "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: current: Parse error at column 4, token \"@\" (CURRENT), for expression:\n\"foo.@\"\n     ^"},
		{"foo(", "Invalid jmespath expression: Incomplete expression:\n\"foo(\"\n     ^"},
		{"foo(a", "Invalid jmespath expression: Incomplete expression:\n\"foo(a\"\n      ^"},
		{"@(a)", "Invalid function name '@': Parse error at column 0, token \"@\" (CURRENT), for expression:\n\"@(a)\"\n ^"},
		{"foo[0](a)", "Invalid function name ']': Parse error at column 5, token \"]\" (RBRACKET), for expression:\n\"foo[0](a)\"\n      ^"},
		{"'f'(a)", "Invalid function name 'f': Parse error at column 0, token \"f\" (LITERAL), for expression:\n\"'f'(a)\"\n ^"},
		{`"foo"(a)`, "Quoted identifier not allowed for function names.: Parse error at column 0, token \"(\" (LPAREN), for expression:\n\"\"foo\"(a)\"\n ^"},
		{`a."foo"(a)`, "Quoted identifier not allowed for function names.: Parse error at column 0, token \"(\" (LPAREN), for expression:\n\"a.\"foo\"(a)\"\n ^"},
		{"`[1,2]`(a)", "Invalid function name '[1, 2]': Parse error at column 0, token \"[1, 2]\" (LITERAL), for expression:\n\"`[1,2]`(a)\"\n ^"},
		{"`true`(a)", "Invalid function name 'True': Parse error at column 0, token \"True\" (LITERAL), for expression:\n\"`true`(a)\"\n ^"},
		{"*foo", "Unexpected token: foo: Parse error at column 1, token \"foo\" (UNQUOTED_IDENTIFIER), for expression:\n\"*foo\"\n  ^"},
		{"foo*", "invalid token: Parse error at column 3, token \"*\" (STAR), for expression:\n\"foo*\"\n    ^"},
		{"foo.*bar", "Unexpected token: bar: Parse error at column 5, token \"bar\" (UNQUOTED_IDENTIFIER), for expression:\n\"foo.*bar\"\n      ^"},
		{"foo[]bar", "Unexpected token: bar: Parse error at column 5, token \"bar\" (UNQUOTED_IDENTIFIER), for expression:\n\"foo[]bar\"\n      ^"},
		{"foo[?a", "Invalid jmespath expression: Incomplete expression:\n\"foo[?a\"\n       ^"},
		{"foo[?]", "invalid token: Parse error at column 5, token \"]\" (RBRACKET), for expression:\n\"foo[?]\"\n      ^"},
		{"foo[?a]b", "Unexpected token: b: Parse error at column 7, token \"b\" (UNQUOTED_IDENTIFIER), for expression:\n\"foo[?a]b\"\n        ^"},
		{"a ||", "Invalid jmespath expression: Incomplete expression:\n\"a ||\"\n     ^"},
		{"a && ", "Invalid jmespath expression: Incomplete expression:\n\"a && \"\n      ^"},
		{"a ==", "Invalid jmespath expression: Incomplete expression:\n\"a ==\"\n     ^"},
		{"a |", "Invalid jmespath expression: Incomplete expression:\n\"a |\"\n    ^"},
		{"| a", "invalid token: Parse error at column 0, token \"|\" (PIPE), for expression:\n\"| a\"\n ^"},
		{"!", "Invalid jmespath expression: Incomplete expression:\n\"!\"\n  ^"},
		{"&", "Invalid jmespath expression: Incomplete expression:\n\"&\"\n  ^"},
		{"a = b", "Bad jmespath expression: Unknown token '=':\na = b\n  ^"},
		{"a =", "Bad jmespath expression: Unknown token '=':\na =\n  ^"},
		{"-", "Bad jmespath expression: Unknown token '-':\n-\n^"},
		{"a-b", "Bad jmespath expression: Unknown token '-':\na-b\n ^"},
		{"#", "Bad jmespath expression: Unknown token #:\n#\n^"},
		{"é", "Bad jmespath expression: Unknown token é:\né\n^"},
		{"foo\u0007", "Bad jmespath expression: Unknown token \u0007:\nfoo\u0007\n   ^"},
		{"'abc", "Bad jmespath expression: Unclosed ' delimiter:\n'abc\n^"},
		{`"abc`, "Bad jmespath expression: Unclosed \" delimiter:\n\"abc\n^"},
		{"`abc", "Bad jmespath expression: Unclosed ` delimiter:\n`abc\n^"},
		{"`a\\", "Bad jmespath expression: Unclosed ` delimiter:\n`a\\\n^"},
		{`'\`, "Bad jmespath expression: Unclosed ' delimiter:\n'\\\n^"},
		{`"a\x"`, "Bad jmespath expression: Invalid \\escape:\n\"a\\x\"\n^"},
		{`"a\u12"`, "Bad jmespath expression: Invalid \\uXXXX escape:\n\"a\\u12\"\n^"},
		{"\"a\nb\"", "Bad jmespath expression: Invalid control character at:\n\"a\nb\"\n^"},
		{"`tr\"ue`", "Bad jmespath expression: Bad token tr\"ue:\n`tr\"ue`\n^"},
		{"`\"a`", "Bad jmespath expression: Bad token \"a:\n`\"a`\n^"},
		{"`a\\x`", "Bad jmespath expression: Bad token a\\x:\n`a\\x`\n^"},
		{"a, b", "Unexpected token: ,: Parse error at column 1, token \",\" (COMMA), for expression:\n\"a, b\"\n  ^"},
		{"a: b", "Unexpected token: :: Parse error at column 1, token \":\" (COLON), for expression:\n\"a: b\"\n  ^"},
		{"1", "invalid token: Parse error at column 0, token \"1\" (NUMBER), for expression:\n\"1\"\n ^"},
		{"-7", "invalid token: Parse error at column 0, token \"-7\" (NUMBER), for expression:\n\"-7\"\n ^"},
		{"[0][", "Invalid jmespath expression: Incomplete expression:\n\"[0][\"\n     ^"},
		{"a[007 1]", "Expecting: rbracket, got: number: Parse error at column 6, token \"1\" (NUMBER), for expression:\n\"a[007 1]\"\n       ^"},
		{"é[", "Bad jmespath expression: Unknown token é:\né[\n^"},
		{"'é' 'x'", "Unexpected token: x: Parse error at column 4, token \"x\" (LITERAL), for expression:\n\"'é' 'x'\"\n     ^"},
		{"`{\"a\": [1, null, 'x']}` x", "Bad jmespath expression: Bad token {\"a\": [1, null, 'x']}:\n`{\"a\": [1, null, 'x']}` x\n^"},
		{"`{\"a\": [1.0, null, true, \"it's\"]}` x", "Unexpected token: x: Parse error at column 35, token \"x\" (UNQUOTED_IDENTIFIER), for expression:\n\"`{\"a\": [1.0, null, true, \"it's\"]}` x\"\n                                    ^"},
		{"😀", "Bad jmespath expression: Unknown token 😀:\n😀\n^"},
		{"a😀", "Bad jmespath expression: Unknown token 😀:\na😀\n ^"},
		{"[?a==b", "Invalid jmespath expression: Incomplete expression:\n\"[?a==b\"\n       ^"},
		{"a[?b==`1`].", "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: eof: Parse error at column 11, token \"\" (EOF), for expression:\n\"a[?b==`1`].\"\n            ^"},
		{"!(a", "Invalid jmespath expression: Incomplete expression:\n\"!(a\"\n    ^"},
		{"a[0]b", "Unexpected token: b: Parse error at column 4, token \"b\" (UNQUOTED_IDENTIFIER), for expression:\n\"a[0]b\"\n     ^"},
		{"a{", "invalid token: Parse error at column 1, token \"{\" (LBRACE), for expression:\n\"a{\"\n  ^"},
		{"a!", "invalid token: Parse error at column 1, token \"!\" (NOT), for expression:\n\"a!\"\n  ^"},
		{"a@", "Unexpected token: @: Parse error at column 1, token \"@\" (CURRENT), for expression:\n\"a@\"\n  ^"},
		{"a`1`", "Unexpected token: 1: Parse error at column 1, token \"1\" (LITERAL), for expression:\n\"a`1`\"\n  ^"},
		{"foo[99999999999999999999 1]", "Expecting: rbracket, got: number: Parse error at column 25, token \"1\" (NUMBER), for expression:\n\"foo[99999999999999999999 1]\"\n                          ^"},
	}
	for _, tt := range tests {
		_, err := Compile(tt.expr)
		if _, ok := errors.AsType[*SyntaxError](err); !ok || err.Error() != tt.want {
			t.Errorf("%q\n got %T %v\nwant %s", tt.expr, err, err, tt.want)
		}
	}
}

// Python's jmespath 1.0.1 or Python 3.13 prints these messages.
func TestEvalErrors(t *testing.T) {
	tests := []struct{ expr, doc, want string }{
		{"nope(@)", "1", "Unknown function: nope()"},
		{"a | nope(b)", `{"a":null}`, "Unknown function: nope()"},
		{"abs()", "1", "Expected 1 argument for function abs(), received 0"},
		{"abs(@, @)", "1", "Expected 1 argument for function abs(), received 2"},
		{"join(@)", "1", "Expected 2 arguments for function join(), received 1"},
		{"not_null()", "1", "Expected at least 1 argument for function not_null(), received 0"},
		{"merge()", "1", "Expected at least 1 argument for function merge(), received 0"},
		{"abs(nope(@))", "1", "Unknown function: nope()"},
		{"abs(@)", `"x"`, `In function abs(), invalid type for value: x, expected one of: ['number'], received: "string"`},
		{"abs(@)", `{"a":[1,"it's",null,true,1.0,"\n\u00e9\u200b\u0007\ud83d\ude00"],"b":{}}`, `In function abs(), invalid type for value: {'a': [1, "it's", None, True, 1.0, '\né\u200b\x07😀'], 'b': {}}, expected one of: ['number'], received: "object"`},
		{"abs(@)", "[]", `In function abs(), invalid type for value: [], expected one of: ['number'], received: "array"`},
		{"abs(@)", "null", `In function abs(), invalid type for value: None, expected one of: ['number'], received: "null"`},
		{"abs(@)", "true", `In function abs(), invalid type for value: True, expected one of: ['number'], received: "boolean"`},
		{"avg(@)", `[1,"x"]`, `In function avg(), invalid type for value: x, expected one of: ['array-number'], received: "str"`},
		{"avg(@)", "[1,true]", `In function avg(), invalid type for value: True, expected one of: ['array-number'], received: "bool"`},
		{"sum(@)", "[1,null]", `In function sum(), invalid type for value: None, expected one of: ['array-number'], received: "NoneType"`},
		{"sum(@)", `"x"`, `In function sum(), invalid type for value: x, expected one of: ['array-number'], received: "string"`},
		{"join(@, @)", `","`, `In function join(), invalid type for value: ,, expected one of: ['array-string'], received: "string"`},
		{"join(',', @)", `["a",1]`, `In function join(), invalid type for value: 1, expected one of: ['array-string'], received: "int"`},
		{"join(',', @)", `["a",{"b":[1]}]`, `In function join(), invalid type for value: {'b': [1]}, expected one of: ['array-string'], received: "dict"`},
		{"max(@)", `[1,"a"]`, `In function max(), invalid type for value: a, expected one of: ['array-number', 'array-string'], received: "str"`},
		{"max(@)", `["a",1]`, `In function max(), invalid type for value: 1, expected one of: ['array-number', 'array-string'], received: "int"`},
		{"max(@)", "[true]", `In function max(), invalid type for value: True, expected one of: ['array-number', 'array-string'], received: "bool"`},
		{"max(@)", "[[1]]", `In function max(), invalid type for value: [1], expected one of: ['array-number', 'array-string'], received: "list"`},
		{"sort(@)", `[{"a":1},1]`, `In function sort(), invalid type for value: {'a': 1}, expected one of: ['array-string', 'array-number'], received: "dict"`},
		{"sort(@)", `{"a":1}`, `In function sort(), invalid type for value: {'a': 1}, expected one of: ['array-string', 'array-number'], received: "object"`},
		{"contains(@, 'a')", "1", `In function contains(), invalid type for value: 1, expected one of: ['array', 'string'], received: "number"`},
		{"contains('a', @)", "1", "'in <string>' requires string as left operand, not int"},
		{"contains('a', @)", "null", "'in <string>' requires string as left operand, not NoneType"},
		{"length(@)", "1", `In function length(), invalid type for value: 1, expected one of: ['string', 'array', 'object'], received: "number"`},
		{"reverse(@)", "{}", `In function reverse(), invalid type for value: {}, expected one of: ['array', 'string'], received: "object"`},
		{"keys(@)", "[1]", `In function keys(), invalid type for value: [1], expected one of: ['object'], received: "array"`},
		{"values(@)", `"x"`, `In function values(), invalid type for value: x, expected one of: ['object'], received: "string"`},
		{"starts_with(@, 'a')", "1", `In function starts_with(), invalid type for value: 1, expected one of: ['string'], received: "number"`},
		{"ends_with('a', @)", "1.5", `In function ends_with(), invalid type for value: 1.5, expected one of: ['string'], received: "number"`},
		{"map(@, @)", "[1]", `In function map(), invalid type for value: [1], expected one of: ['expref'], received: "array"`},
		{"map(&a, @)", `{"a":1}`, `In function map(), invalid type for value: {'a': 1}, expected one of: ['array'], received: "object"`},
		{"sort_by(@, &a)", `[{"a":true}]`, `In function sort_by(), invalid type for value: {'a': True}, expected one of: ['string', 'number'], received: "boolean"`},
		{"sort_by(@, &a)", `[{"a":1},{"a":"x"}]`, `In function sort_by(), invalid type for value: x, expected one of: ['number'], received: "string"`},
		{"sort_by(@, 'a')", "[1]", `In function sort_by(), invalid type for value: a, expected one of: ['expref'], received: "string"`},
		{"min_by(@, &a)", `[{"a":1},{}]`, `In function min_by(), invalid type for value: None, expected one of: ['number', 'string'], received: "null"`},
		{"max_by(@, &a)", `[{"a":1},{"a":"x"}]`, "'>' not supported between instances of 'str' and 'int'"},
		{"min_by(@, &a)", `[{"a":1.5},{"a":"x"}]`, "'<' not supported between instances of 'str' and 'float'"},
		{"`1` < 'a'", "1", "'<' not supported between instances of 'int' and 'str'"},
		{"'a' >= `1.5`", "1", "'>=' not supported between instances of 'str' and 'float'"},
		{"[::0]", "[1]", "slice step cannot be zero"},
		{"merge(@)", "1", `In function merge(), invalid type for value: 1, expected one of: ['object'], received: "number"`},
		{"merge(`{}`, @)", "1", "'int' object is not iterable"},
		{"merge(`{}`, @)", "null", "'NoneType' object is not iterable"},
		{"merge(`{}`, @)", "[1]", "cannot convert dictionary update sequence element #0 to a sequence"},
		{"merge(`{}`, @)", `["abc"]`, "dictionary update sequence element #0 has length 3; 2 is required"},
		{"merge(`{}`, @)", "[[[1],2]]", "unhashable type: 'list'"},
		{"ceil(`Infinity`)", "1", "cannot convert float infinity to integer"},
		{"floor(`NaN`)", "1", "cannot convert float NaN to integer"},
	}
	for _, tt := range tests {
		v, err := search(tt.expr, parse(t, tt.doc))
		if _, ok := errors.AsType[*EvalError](err); !ok || err.Error() != tt.want {
			t.Errorf("%s of %s\n got %v, %T %v\nwant %s", tt.expr, tt.doc, pytext.Str(v), err, err, tt.want)
		}
	}
}

// Search does not report a mistake in a part of the expression that it does not evaluate.
func TestErrorsInUnevaluatedParts(t *testing.T) {
	for _, expr := range []string{"[].nope(@)", "[*].abs('x')", "`1` || nope(@)", "[?nope(@)]", "map(&nope(@), @)"} {
		if v, err := search(expr, []any{}); err != nil {
			t.Errorf("%s = %v, error %v, want no error", expr, v, err)
		}
	}
}

// Python returns an object that it cannot print.
func TestReferenceAsResult(t *testing.T) {
	for _, expr := range []string{"&a", "[&a]", "{a: [&a]}", "to_array(&a)", "to_string(&a)", "to_number(&a)", "@ | &a"} {
		if v, err := search(expr, int64(1)); !errors.Is(err, errReference) {
			t.Errorf("%s = %v, %v, want %v", expr, v, err, errReference)
		}
	}
}
