package call

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// headers reads the members that stand in headers or are the status.
func (p *parser) headers(shape *model.Shape, r *reply, o *document.Object) error {
	for _, m := range shape.Members {
		switch m.Location {
		case model.StatusCode:
			o.Set(m.Name, int64(r.status))
		case model.Header:
			text, ok := header(r.header, m.Wire())
			if !ok {
				continue
			}
			v, err := p.headerValue(m, text)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			o.Set(m.Name, v)
		case model.Headers:
			o.Set(m.Name, prefixed(r.header, m.LocationName))
		}
	}
	return nil
}

func (p *parser) headerValue(m *model.Member, text string) (any, error) {
	switch {
	case m.JSONValue:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("not base64")
		}
		return parseJSON(b)
	case m.Shape.Kind == model.List:
		list := []any{}
		for part := range strings.SplitSeq(text, ",") {
			v, err := p.scalar(m.Shape.Element, strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return p.scalar(m, text)
}

// prefixed returns the headers whose names begin with the prefix.
func prefixed(h http.Header, prefix string) *document.Object {
	o := new(document.Object)
	for _, name := range sortedNames(h) {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			o.Set(name[len(prefix):], h.Get(name))
		}
	}
	return o
}

// header returns the value of a header, several joined, and whether there is one.
func header(h http.Header, name string) (string, bool) {
	values := h.Values(name)
	if len(values) == 0 {
		return "", false
	}
	return strings.Join(values, ", "), true
}
