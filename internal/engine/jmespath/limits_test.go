package jmespath

import (
	"errors"
	"strings"
	"testing"
)

// Compile rejects expressions that are nested too deeply. It accepts long expressions.
func TestNesting(t *testing.T) {
	const many = 20_000
	tests := []struct {
		name, expr string
		want       error
	}{
		{"parentheses", strings.Repeat("(", many), errDepth},
		{"lists", strings.Repeat("[a,", many), errDepth},
		{"hashes", strings.Repeat("{a:", many), errDepth},
		{"not", strings.Repeat("!", many), errDepth},
		{"references", strings.Repeat("& ", many), errDepth},
		{"filters", strings.Repeat("[?", many), errDepth},
		{"calls", strings.Repeat("abs(", many), errDepth},
		{"pipes", "a" + strings.Repeat("|a", many), errDepth},
		{"or", "a" + strings.Repeat("||a", many), errDepth},
		{"flatten", strings.Repeat("[]", many), errDepth},
		{"wildcards", "a" + strings.Repeat(".*", many), errDepth},
		{"projections", strings.Repeat("[*]", many), errDepth},
		{"comparators", "a" + strings.Repeat("==a", many), errDepth},
		{"literal", "`" + strings.Repeat("[", many) + "`", errDepth},
		{"parentheses around pipes", strings.Repeat("(", 900) + "a" + strings.Repeat(strings.Repeat("|a", 900)+")", 900), errDepth},
		{"members", "a" + strings.Repeat(".a", many), nil},
		{"indexes", "a" + strings.Repeat("[0]", many), nil},
		{"a wide list", "[a" + strings.Repeat(",a", many) + "]", nil},
		{"brackets in a string", "`\"" + strings.Repeat("[", many) + "\\\"[\"`", nil},
		{"900 parentheses", strings.Repeat("(", 900) + "a" + strings.Repeat(")", 900), nil},
		{"900 pipes", "a" + strings.Repeat("|a", 900), nil},
	}
	for _, tt := range tests {
		v, err := search(tt.expr, nil)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, v != nil, err, tt.want)
		}
	}
}
