// Comparisons. Some of them follow Python instead of the specification.

package jmespath

import (
	"cmp"
	"math"
	"math/big"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

func (n *node) compare(v any) (any, error) {
	left, err := n.children[0].eval(v)
	if err != nil {
		return nil, err
	}
	right, err := n.children[1].eval(v)
	if err != nil {
		return nil, err
	}
	switch n.name {
	case "==":
		return equals(left, right), nil
	case "!=":
		return !equals(left, right), nil
	}
	if !isNumber(left) && !isString(left) || !isNumber(right) && !isString(right) {
		return nil, nil
	}
	return ordered(n.name, left, right)
}

// ordered compares two strings or two numbers with one of < <= > >=.
func ordered(operator string, left, right any) (bool, error) {
	c, comparable, err := order(operator, left, right)
	if !comparable {
		return false, err
	}
	switch operator {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

// order compares two strings by code points, or two numbers. comparable is false if a number is
// NaN. For other types, order returns Python's error, which contains the operator.
func order(operator string, x, y any) (c int, comparable bool, err error) {
	if isString(x) && isString(y) {
		return strings.Compare(x.(string), y.(string)), true, nil
	}
	if !isNumber(x) || !isNumber(y) {
		return 0, false, evalErrorf("'%s' not supported between instances of '%s' and '%s'", operator, pyType(x), pyType(y))
	}
	xi, xInt := integer(x)
	yi, yInt := integer(y)
	switch {
	case xInt && yInt:
		return xi.Cmp(yi), true, nil
	case isNaN(x) || isNaN(y):
		return 0, false, nil
	case xInt:
		return compareIntFloat(xi, y.(float64)), true, nil
	case yInt:
		return -compareIntFloat(yi, x.(float64)), true, nil
	}
	return cmp.Compare(x.(float64), y.(float64)), true, nil
}

// compareIntFloat compares without rounding, like Python.
func compareIntFloat(i *big.Int, f float64) int {
	return new(big.Float).SetInt(i).Cmp(big.NewFloat(f))
}

// equals implements ==. A boolean does not equal a number.
func equals(x, y any) bool {
	if isNumber(x) && isBool(y) || isBool(x) && isNumber(y) {
		return false
	}
	return pyEqual(x, y)
}

// pyEqual implements Python's ==. true equals 1 and 1.0, also inside lists and objects.
func pyEqual(x, y any) bool {
	if b, ok := x.(bool); ok && isNumber(y) {
		x = number(b)
	}
	if b, ok := y.(bool); ok && isNumber(x) {
		y = number(b)
	}
	switch x := x.(type) {
	case []any:
		y, ok := y.([]any)
		return ok && equalLists(x, y)
	case *document.Object:
		y, ok := y.(*document.Object)
		return ok && equalObjects(x, y)
	}
	switch y.(type) {
	case []any:
		return false
	case int64, *big.Int, float64:
		if isNumber(x) {
			c, comparable, _ := order("==", x, y)
			return comparable && c == 0
		}
	}
	return x == y
}

func equalLists(x, y []any) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !pyEqual(x[i], y[i]) {
			return false
		}
	}
	return true
}

// equalObjects ignores the order of members.
func equalObjects(x, y *document.Object) bool {
	if x.Len() != y.Len() {
		return false
	}
	for name, v := range x.All() {
		w, ok := y.Get(name)
		if !ok || !pyEqual(v, w) {
			return false
		}
	}
	return true
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func isBool(v any) bool { _, ok := v.(bool); return ok }

func isString(v any) bool { _, ok := v.(string); return ok }

func isNumber(v any) bool {
	switch v.(type) {
	case int64, *big.Int, float64:
		return true
	}
	return false
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}
