package call

import (
	"bytes"
	"encoding/xml"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// xmlBody writes a structure as an XML document.
func xmlBody(svc *model.Service, m *model.Member, o *document.Object) ([]byte, error) {
	w := xmlWriter{}
	root := *m
	if root.XMLNamespace == "" {
		root.XMLNamespace = svc.XMLNamespace
	}
	if root.LocationName == "" {
		root.LocationName = root.Shape.Name
	}
	err := w.value(root.LocationName, &root, o)
	return w.b.Bytes(), err
}

type xmlWriter struct{ b bytes.Buffer }

// value writes an element.
func (w *xmlWriter) value(name string, m *model.Member, v any) error {
	s := m.Shape
	switch v := v.(type) {
	case *document.Object:
		switch s.Kind {
		case model.Structure:
			return w.structure(name, m, v)
		case model.Map:
			return w.mapping(name, m, v)
		}
		return wrongType("", name, s.Kind, v)
	case []any:
		if s.Kind == model.List {
			return w.list(name, m, v)
		}
		return wrongType("", name, s.Kind, v)
	}
	text, err := scalar("", name, s, v, timeFormat(m, isoTime))
	if err != nil {
		return err
	}
	w.open(name, m)
	w.text(text)
	w.close(name)
	return nil
}

func (w *xmlWriter) structure(name string, m *model.Member, o *document.Object) error {
	w.b.WriteString("<" + name)
	w.namespace(m)
	for _, part := range m.Shape.Members {
		v, ok := o.Get(part.Name)
		if !ok || !part.XMLAttribute {
			continue
		}
		text, err := scalar("", part.Name, part.Shape, v, isoTime)
		if err != nil {
			return err
		}
		w.b.WriteString(" " + part.Wire() + `="`)
		w.text(text)
		w.b.WriteByte('"')
	}
	w.b.WriteByte('>')
	for _, part := range m.Shape.Members {
		v, ok := o.Get(part.Name)
		if !ok || part.XMLAttribute || part.Location != model.Body {
			continue
		}
		if err := w.value(part.Wire(), part, v); err != nil {
			return err
		}
	}
	w.close(name)
	return nil
}

func (w *xmlWriter) list(name string, m *model.Member, list []any) error {
	element := m.Shape.Element
	inner := name
	if element.LocationName != "" {
		inner = element.LocationName
	} else if !m.Flattened {
		inner = "member"
	}
	if !m.Flattened {
		w.open(name, m)
	}
	for _, e := range list {
		if err := w.value(inner, element, e); err != nil {
			return err
		}
	}
	if !m.Flattened {
		w.close(name)
	}
	return nil
}

func (w *xmlWriter) mapping(name string, m *model.Member, o *document.Object) error {
	entry := "entry"
	if m.Flattened {
		entry = name
	} else {
		w.open(name, m)
	}
	for key, v := range o.All() {
		w.b.WriteString("<" + entry + ">")
		if err := w.value(wireOr(m.Shape.Key, "key"), m.Shape.Key, key); err != nil {
			return err
		}
		if err := w.value(wireOr(m.Shape.Value, "value"), m.Shape.Value, v); err != nil {
			return err
		}
		w.close(entry)
	}
	if !m.Flattened {
		w.close(name)
	}
	return nil
}

// wireOr is the name on the wire of a part of a list or map.
func wireOr(m *model.Member, name string) string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return name
}

func (w *xmlWriter) open(name string, m *model.Member) {
	w.b.WriteString("<" + name)
	w.namespace(m)
	w.b.WriteByte('>')
}

func (w *xmlWriter) close(name string) { w.b.WriteString("</" + name + ">") }

func (w *xmlWriter) namespace(m *model.Member) {
	if m.XMLNamespace == "" {
		return
	}
	w.b.WriteString(" xmlns")
	if m.XMLPrefix != "" {
		w.b.WriteString(":" + m.XMLPrefix)
	}
	w.b.WriteString(`="`)
	w.text(m.XMLNamespace)
	w.b.WriteByte('"')
}

func (w *xmlWriter) text(s string) {
	_ = xml.EscapeText(&w.b, []byte(s)) // into memory
}
