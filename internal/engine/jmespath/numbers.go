// Functions of numbers, with the same precision as in Python.

package jmespath

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

func abs(args []any) (any, error) {
	switch n := args[0].(type) {
	case int64:
		if n == math.MinInt64 {
			return new(big.Int).Neg(big.NewInt(n)), nil
		}
		return max(n, -n), nil
	case *big.Int:
		return fit(new(big.Int).Abs(n)), nil
	case float64:
		return math.Abs(n), nil
	}
	return nil, nil
}

func ceil(args []any) (any, error)  { return whole(args[0], math.Ceil) }
func floor(args []any) (any, error) { return whole(args[0], math.Floor) }

// whole rounds a number to an integer.
func whole(v any, round func(float64) float64) (any, error) {
	f, ok := v.(float64)
	switch {
	case !ok:
		return v, nil
	case math.IsNaN(f):
		return nil, evalErrorf("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return nil, evalErrorf("cannot convert float infinity to integer")
	}
	n, _ := big.NewFloat(round(f)).Int(nil)
	return fit(n), nil
}

func avg(args []any) (any, error) {
	list, _ := args[0].([]any)
	if len(list) == 0 {
		return nil, nil
	}
	return float(total(list)) / float64(len(list)), nil
}

func sum(args []any) (any, error) {
	list, _ := args[0].([]any)
	return total(list), nil
}

// total returns the sum of a list. From the first float64 on, it compensates for rounding
// (Neumaier's sum), like Python since 3.12. So the sum of ten times 0.1 is 1.0.
func total(list []any) any {
	n := new(big.Int)
	for i, v := range list {
		m, ok := integer(v)
		if !ok {
			return floatTotal(float(n)+float(v), list[i+1:])
		}
		n.Add(n, m)
	}
	return fit(n)
}

func floatTotal(s float64, list []any) any {
	lost := 0.0
	for _, v := range list {
		f, ok := v.(float64)
		if !ok {
			s += float(v)
			continue
		}
		t := s + f
		if math.Abs(s) >= math.Abs(f) {
			lost += (s - t) + f
		} else {
			lost += (f - t) + s
		}
		s = t
	}
	if math.IsNaN(lost) || math.IsInf(lost, 0) {
		return s
	}
	return s + lost
}

func float(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	}
	f, _ := v.(float64)
	return f
}

// integer returns the value as a *big.Int if it is an integer.
func integer(v any) (n *big.Int, ok bool) {
	switch v := v.(type) {
	case int64:
		return big.NewInt(v), true
	case *big.Int:
		return v, true
	}
	return nil, false
}

// fit returns n as an int64, or as a *big.Int if n is too large.
func fit(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

func toNumber(args []any) (any, error) {
	switch v := args[0].(type) {
	case int64, *big.Int, float64:
		return v, nil
	case string:
		return parseNumber(v), nil
	case *reference:
		return nil, errReference
	}
	return nil, nil
}

// parseNumber reads a number like Python's int, or otherwise like Python's float. It returns nil
// for other texts.
func parseNumber(s string) any {
	s, ok := joinDigits(strings.TrimFunc(s, isSpace))
	if !ok {
		return nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if n, ok := new(big.Int).SetString(s, 10); ok && len(s) <= document.MaxDigits {
		return n
	}
	unsigned := strings.TrimLeft(s, "+-")
	if len(s)-len(unsigned) > 1 {
		return nil
	}
	if strings.EqualFold(unsigned, "nan") {
		return math.NaN() // strconv does not accept a sign before "nan"
	}
	if strings.ContainsAny(s, "xXpP") {
		return nil // Python does not read hexadecimal numbers
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil
	}
	return f
}

// joinDigits removes underscores between two digits. ok is false if an underscore is elsewhere.
func joinDigits(s string) (string, bool) {
	for i := range len(s) {
		if s[i] == '_' && (i == 0 || i == len(s)-1 || !isDigit(rune(s[i-1])) || !isDigit(rune(s[i+1]))) {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), true
}
