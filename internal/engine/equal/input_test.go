package equal

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// An inputMaker makes an input of an operation.
type inputMaker struct {
	*rand.Rand

	arns   bool           // use ARNs for buckets, tables and the like
	all    bool           // set all members, not only the required members
	within []*model.Shape // the structures that contain the current value
}

// input returns an input with the required members, or with all members.
func (g *inputMaker) input(op *model.Operation) *document.Object {
	if op.Input == nil {
		return new(document.Object)
	}
	o := new(document.Object)
	for _, m := range op.Input.Shape.Members {
		if strings.Contains(op.HostPrefix, "{"+m.Name+"}") {
			o.Set(m.Name, "a-part.of-a-host")
			continue
		}
		if strings.HasSuffix(m.Name, "SSECustomerKeyMD5") && g.IntN(2) == 0 {
			continue // botocore and package call compute this hash
		}
		if v, ok := g.endpointValue(op, m); ok && (m.Required || g.all) {
			o.Set(m.Name, v)
			continue
		}
		if g.all && m.Name == op.Checksum {
			o.Set(m.Name, []string{"CRC32", "SHA1", "SHA256", "SHA512", "CRC64NVME"}[g.IntN(5)]) // botocore needs another library for the rest
			continue
		}
		if (m.Required && !m.Idempotency || g.all) && !m.Away {
			o.Set(m.Name, g.member(m))
		}
	}
	return o
}

// texts are the values of strings. Some characters are special in paths, queries, forms, XML or
// JSON.
var texts = []string{"a", "eu-west-1", "x y+z", "é€😀", "a&b<c>\"d'", "https://h/p?q=1", "*~-._", "a/b", "100%", "k=v;w,u"}

func (g *inputMaker) member(m *model.Member) any {
	if m.Name == "Bucket" && m.Shape.Kind == model.String {
		return "my-bucket"
	}
	if m.JSONValue {
		o := new(document.Object)
		o.Set("a", int64(1))
		return o
	}
	v := g.value(m.Shape)
	if text, ok := v.(string); ok && m.Shape.Kind == model.String && m.Location != model.Body && len(m.Shape.Values()) == 0 {
		// A header cannot have all characters, and a part of a host name only few.
		return strings.Repeat("a", max(1, m.Shape.Min)) + strings.Trim(text, "é€😀\"'<> ,")
	}
	return v
}

func (g *inputMaker) value(s *model.Shape) any {
	switch s.Kind {
	case model.Structure:
		return g.structure(s)
	case model.List:
		list := []any{}
		for range max(s.Min, 1+g.IntN(2)) {
			if g.deep(s.Element.Shape) && s.Min == 0 {
				break
			}
			list = append(list, g.member(s.Element))
		}
		return list
	case model.Map:
		o := new(document.Object)
		if g.deep(s.Value.Shape) {
			return o
		}
		keys := s.Key.Shape.Values()
		if len(keys) == 0 {
			keys = []string{strings.Repeat("k", max(1, s.Key.Shape.Min))}
		}
		o.Set(keys[0], g.member(s.Value))
		return o
	case model.Integer, model.Long:
		return int64(max(s.Min, 1) + g.IntN(3))
	case model.Float, model.Double:
		return float64(s.Min) + 9.5
	case model.Boolean:
		return g.IntN(2) == 0
	case model.Timestamp:
		return "2026-01-02T03:04:05Z"
	case model.Blob:
		return base64.StdEncoding.EncodeToString([]byte("blob" + strings.Repeat("b", s.Min)))
	}
	if values := s.Values(); len(values) > 0 {
		return values[g.IntN(len(values))]
	}
	text := texts[g.IntN(len(texts))]
	return text + strings.Repeat("a", max(0, s.Min-len([]rune(text))))
}

// deep reports whether a value of the shape would contain itself.
func (g *inputMaker) deep(s *model.Shape) bool {
	for _, outer := range g.within {
		if outer == s {
			return true
		}
	}
	switch s.Kind {
	case model.List:
		return g.deep(s.Element.Shape)
	case model.Map:
		return g.deep(s.Value.Shape)
	}
	return false
}

func (g *inputMaker) structure(s *model.Shape) any {
	o := new(document.Object)
	if s.Document {
		o.Set("any", []any{int64(1), "x", true})
		return o
	}
	g.within = append(g.within, s)
	defer func() { g.within = g.within[:len(g.within)-1] }()
	members := s.Members
	if s.Union { // exactly one member
		i := g.IntN(len(members))
		for range members {
			if !g.deep(members[i].Shape) {
				break
			}
			i = (i + 1) % len(members)
		}
		o.Set(members[i].Name, g.member(members[i]))
		return o
	}
	for _, m := range members {
		if m.Required || g.all && !g.deep(m.Shape) {
			o.Set(m.Name, g.member(m))
		}
	}
	return o
}
