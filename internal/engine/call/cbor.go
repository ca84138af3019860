// The protocol RPC v2 CBOR. See https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, and RFC 8949
// for CBOR.

package call

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/lanyard-cli/lanyard/internal/engine/cbor"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// cbor writes the input in the protocol RPC v2 CBOR.
func (r *request) cbor(svc *model.Service, op *model.Operation, input *document.Object) error {
	r.path = "/service/" + svc.TargetPrefix + "/operation/" + op.Name
	r.header.Set("Smithy-Protocol", "rpc-v2-cbor")
	r.header.Set("Accept", "application/cbor")
	if op.Input == nil {
		return nil
	}
	r.header.Set("Content-Type", "application/cbor")
	w := cborWriter{operation: op.Name}
	err := w.value(op.Input, "", input)
	r.body = w.b
	return err
}

type cborWriter struct {
	b         []byte
	operation string
}

// head writes the beginning of an item.
func (w *cborWriter) head(major byte, n uint64) { w.b = cbor.AppendHead(w.b, major, n) }

func (w *cborWriter) text(s string) {
	w.head(cbor.Text, uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *cborWriter) integer(n int64) {
	if n < 0 {
		w.head(cbor.Negative, uint64(-1-n))
		return
	}
	w.head(cbor.Unsigned, uint64(n))
}

func (w *cborWriter) value(m *model.Member, name string, v any) error {
	s := m.Shape
	switch v := v.(type) {
	case *document.Object:
		return w.object(s, name, v)
	case []any:
		if s.Kind != model.List {
			break
		}
		w.head(cbor.List, uint64(len(v)))
		for _, e := range v {
			if err := w.value(s.Element, name, e); err != nil {
				return err
			}
		}
		return nil
	case bool:
		if s.Kind != model.Boolean {
			break
		}
		w.head(cbor.Simple, map[bool]uint64{false: 20, true: 21}[v])
		return nil
	}
	text, err := scalar(w.operation, name, s, v, unixTime)
	if err != nil {
		return err
	}
	switch s.Kind {
	case model.Integer, model.Long, model.Timestamp:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return wrongType(w.operation, name, s.Kind, v)
		}
		if s.Kind == model.Timestamp {
			w.head(cbor.Tag, 1)
		}
		w.integer(n)
	case model.Float, model.Double:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return wrongType(w.operation, name, s.Kind, v)
		}
		if s.Kind == model.Float {
			w.b = binary.BigEndian.AppendUint32(append(w.b, cbor.Simple<<5|26), math.Float32bits(float32(f)))
		} else {
			w.b = binary.BigEndian.AppendUint64(append(w.b, cbor.Simple<<5|27), math.Float64bits(f))
		}
	case model.Blob:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return &InputError{w.operation, "Invalid base64: parameter " + name}
		}
		w.head(cbor.Bytes, uint64(len(b)))
		w.b = append(w.b, b...)
	default:
		w.text(text)
	}
	return nil
}

func (w *cborWriter) object(s *model.Shape, name string, o *document.Object) error {
	if s.Kind != model.Structure && s.Kind != model.Map || s.Document {
		return wrongType(w.operation, name, s.Kind, o)
	}
	w.head(cbor.Map, uint64(o.Len()))
	for key, v := range o.All() {
		m := s.Value
		if s.Kind == model.Structure {
			if m = s.Member(key); m == nil {
				return &InputError{w.operation, "unknown parameter " + key}
			}
			w.text(m.Wire())
		} else {
			w.text(key)
		}
		if err := w.value(m, key, v); err != nil {
			return err
		}
	}
	return nil
}
