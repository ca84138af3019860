package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
)

// ParseJSON reads one JSON value and keeps the order of members. If a name occurs twice, the
// member has the last value at the first position.
//
// A number with a fraction or an exponent is a float64. An integer that is too large for an int64
// is a *big.Int.
func ParseJSON(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	v, err := decode(dec, 0)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is text after the JSON value")
	}
	return v, nil
}

// maxDepth limits the nesting of values, as in encoding/json, so that a reply cannot
// exhaust the stack.
const maxDepth = 10000

func decode(dec *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("the JSON value is nested too deeply")
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := tok.(type) {
	case json.Number:
		return number(string(t))
	case json.Delim:
		if t == '[' {
			return decodeList(dec, depth+1)
		}
		return decodeObject(dec, depth+1)
	}
	return tok, nil
}

func decodeList(dec *json.Decoder, depth int) (any, error) {
	list := NewList(0)
	for dec.More() {
		v, err := decode(dec, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.Token()
	return list, err
}

func decodeObject(dec *json.Decoder, depth int) (any, error) {
	o := new(Object)
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := decode(dec, depth)
		if err != nil {
			return nil, err
		}
		o.Set(name.(string), v) // the decoder allows only strings as names
	}
	_, err := dec.Token()
	return o, err
}

// MaxDigits is the largest number of digits in an integer, as in Python. The time to read an
// integer grows with the square of its length.
const MaxDigits = 4300

func number(s string) (any, error) {
	if !strings.ContainsAny(s, ".eE") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		if n, ok := new(big.Int).SetString(s[:min(len(s), MaxDigits+1)], 10); ok && len(s) <= MaxDigits {
			return n, nil
		}
		return nil, fmt.Errorf("integer of %d digits: the limit is %d", len(s), MaxDigits)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fmt.Errorf("number %s: %w", s, err)
	}
	return f, nil
}
