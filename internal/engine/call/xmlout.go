package call

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// xmlStructure reads the members of a structure that stand in the body into o.
func (p *parser) xmlStructure(s *model.Shape, n *node, o *document.Object) error {
	for _, m := range s.Members {
		if m.Location != model.Body {
			continue
		}
		name := m.Wire()
		if m.Flattened && m.Shape.Kind == model.List && m.Shape.Element.LocationName != "" {
			name = m.Shape.Element.LocationName
		}
		found := n.all(name)
		if len(found) == 0 {
			if m.XMLAttribute {
				if text, ok := n.attribute(name); ok {
					o.Set(m.Name, text)
				}
			}
			continue
		}
		v, err := p.xmlValue(m, found)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		o.Set(m.Name, v)
	}
	return nil
}

// xmlValue reads a member from the elements of its name, of which there are
// several if it is flattened.
func (p *parser) xmlValue(m *model.Member, found []*node) (any, error) {
	n := found[0]
	switch m.Shape.Kind {
	case model.Structure:
		o := new(document.Object)
		return o, p.xmlStructure(m.Shape, n, o)
	case model.List:
		if !m.Flattened {
			found = n.children
		}
		list := make([]any, 0, len(found))
		for i, e := range found {
			v, err := p.xmlValue(m.Shape.Element, []*node{e})
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list = append(list, v)
		}
		return list, nil
	case model.Map:
		if !m.Flattened {
			found = n.children
		}
		return p.xmlMap(m.Shape, found)
	}
	return p.scalar(m, n.text)
}

func (p *parser) xmlMap(s *model.Shape, entries []*node) (any, error) {
	o := new(document.Object)
	for _, e := range entries {
		key, value := e.child(wireOr(s.Key, "key")), e.child(wireOr(s.Value, "value"))
		if key == nil || value == nil {
			return nil, fmt.Errorf("an entry without key or value")
		}
		v, err := p.xmlValue(s.Value, []*node{value})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key.text, err)
		}
		o.Set(key.text, v)
	}
	return o, nil
}

// scalar reads a value from its text, in XML or in a header.
func (p *parser) scalar(m *model.Member, text string) (any, error) {
	switch m.Shape.Kind {
	case model.Integer, model.Long:
		v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return document.ParseJSON([]byte(strings.TrimLeft(strings.TrimSpace(text), "+")))
		}
		if err != nil {
			return nil, fmt.Errorf("not an integer")
		}
		return v, nil
	case model.Float, model.Double:
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return nil, fmt.Errorf("not a number")
		}
		return v, nil
	case model.Boolean:
		return strings.EqualFold(text, "true"), nil
	case model.Timestamp:
		return p.time(text)
	}
	return text, nil
}
