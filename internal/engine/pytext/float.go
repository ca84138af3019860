package pytext

import (
	"bytes"
	"math"
	"strconv"
)

// appendFloat appends repr(f): the shortest digits that give the same number. Numbers whose
// absolute value is below 1e-4 (except 0) or at least 1e16 have an exponent.
func appendFloat(b []byte, f float64) []byte {
	return appendNumber(b, f, "nan", "inf")
}

// appendJSONFloat appends json.dumps(f), which writes NaN, Infinity and -Infinity.
func appendJSONFloat(b []byte, f float64) []byte {
	return appendNumber(b, f, "NaN", "Infinity")
}

func appendNumber(b []byte, f float64, nan, infinity string) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, nan...)
	case math.IsInf(f, 1):
		return append(b, infinity...)
	case math.IsInf(f, -1):
		return append(append(b, '-'), infinity...)
	}
	if size := math.Abs(f); size != 0 && size < 1e-4 || size >= 1e16 {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if bytes.IndexByte(b[start:], '.') < 0 {
		b = append(b, ".0"...)
	}
	return b
}
