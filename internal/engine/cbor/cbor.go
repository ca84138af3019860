// Package cbor writes and reads CBOR (RFC 8949), as far as Smithy uses it.
package cbor

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// The major types of CBOR.
const (
	Unsigned = iota
	Negative // -1 minus the number
	Bytes
	Text
	List
	Map
	Tag
	Simple
)

// AppendHead appends the beginning of an item: its major type, and its number or length.
func AppendHead(b []byte, major byte, n uint64) []byte {
	switch major <<= 5; {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

// ToJSON returns an item in CBOR as JSON, so that the code for JSON can read it. Bytes become base64, and a time
// (tag 1) becomes its number. No bytes become no bytes.
func ToJSON(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, nil
	}
	c := reader{rest: body}
	v, err := c.item(0)
	if err == nil && len(c.rest) > 0 {
		err = errInvalid
	}
	if err != nil {
		return nil, err
	}
	return pytext.AppendJSON(nil, v), nil
}

// errInvalid reports a body that is not one item of CBOR, or an item that Smithy does not allow.
var errInvalid = errors.New("CBOR that is not valid")

// maxDepth limits the nesting of items.
const maxDepth = 1000

// indefinite stands for the length of an item that a stop code ends.
const indefinite = 31

type reader struct{ rest []byte }

func (c *reader) take(n uint64) ([]byte, error) {
	if n > uint64(len(c.rest)) {
		return nil, errInvalid
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b, nil
}

// ends reports whether a stop code follows, and skips it.
func (c *reader) ends() bool {
	if len(c.rest) == 0 || c.rest[0] != 0xff {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// number reads the number of an item. info has the last five bits of the item's first byte.
func (c *reader) number(info byte) (uint64, error) {
	if info < 24 {
		return uint64(info), nil
	}
	if info > 27 {
		return 0, errInvalid
	}
	b, err := c.take(1 << (info - 24))
	n := uint64(0)
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return n, err
}

func (c *reader) item(depth int) (any, error) {
	first, err := c.take(1)
	if err != nil || depth > maxDepth {
		return nil, errInvalid
	}
	major, info := first[0]>>5, first[0]&31
	switch major {
	case Bytes, Text:
		b, err := c.chunks(major, info)
		if major == Text {
			return string(b), err
		}
		return base64.StdEncoding.EncodeToString(b), err
	case List:
		list := []any{}
		err := c.each(info, func() error {
			v, err := c.item(depth + 1)
			list = append(list, v)
			return err
		})
		return list, err
	case Map:
		o := new(document.Object)
		err := c.each(info, func() error {
			k, err := c.item(depth + 1)
			key, ok := k.(string)
			if err != nil || !ok {
				return errInvalid
			}
			v, err := c.item(depth + 1)
			o.Set(key, v)
			return err
		})
		return o, err
	case Simple:
		return c.simple(info)
	}
	n, err := c.number(info)
	switch {
	case err != nil:
		return nil, err
	case major == Tag && n == 1:
		return c.item(depth + 1)
	case major == Tag:
		return nil, fmt.Errorf("CBOR tag not supported: %d", n)
	case major == Unsigned && n <= math.MaxInt64:
		return int64(n), nil
	case major == Unsigned:
		return new(big.Int).SetUint64(n), nil
	case n <= math.MaxInt64:
		return -1 - int64(n), nil
	}
	return new(big.Int).Sub(big.NewInt(-1), new(big.Int).SetUint64(n)), nil
}

// each calls f for each element of a list or each member of a map.
func (c *reader) each(info byte, f func() error) error {
	if info == indefinite {
		for !c.ends() {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}
	n, err := c.number(info)
	for ; n > 0 && err == nil; n-- {
		err = f()
	}
	return err
}

// chunks reads the bytes of a text or of bytes.
func (c *reader) chunks(major, info byte) ([]byte, error) {
	if info != indefinite {
		n, err := c.number(info)
		if err != nil {
			return nil, err
		}
		return c.take(n)
	}
	var all []byte
	for !c.ends() {
		first, err := c.take(1)
		if err != nil || first[0]>>5 != major || first[0]&31 == indefinite {
			return nil, errInvalid
		}
		part, err := c.chunks(major, first[0]&31)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// simple reads a boolean, null or a floating-point number.
func (c *reader) simple(info byte) (any, error) {
	switch info {
	case 20, 21:
		return info == 21, nil
	case 22, 23:
		return nil, nil
	case 25:
		b, err := c.take(2)
		if err != nil {
			return nil, err
		}
		return half(binary.BigEndian.Uint16(b)), nil
	case 26:
		b, err := c.take(4)
		if err != nil {
			return nil, err
		}
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b))), nil
	case 27:
		b, err := c.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	}
	return nil, errInvalid
}

// half returns the value of a floating-point number with 16 bits; see RFC 8949, appendix D.
func half(bits uint16) float64 {
	exponent, mantissa := int(bits>>10&31), float64(bits&1023)
	var v float64
	switch {
	case exponent == 0:
		v = math.Ldexp(mantissa, -24)
	case exponent < 31:
		v = math.Ldexp(mantissa+1024, exponent-25)
	case mantissa == 0:
		v = math.Inf(1)
	default:
		v = math.NaN()
	}
	if bits>>15 == 1 {
		return -v
	}
	return v
}
