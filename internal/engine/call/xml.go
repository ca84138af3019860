// XML in requests and replies.

package call

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// xmlBody returns a structure as an XML document.
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

type xmlWriter struct {
	b      bytes.Buffer
	opened int // the length of the text after the last opening tag
}

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
		w.attribute(part.Wire(), text)
	}
	w.endTag()
	for name, v := range o.All() { // like the AWS CLI, in the order of the input
		part := m.Shape.Member(name)
		if part == nil || part.XMLAttribute || part.Location != model.Body {
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
		w.b.WriteString("<" + entry)
		w.endTag()
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

// wireOr returns the wire name of a part of a list or map, or the default name.
func wireOr(m *model.Member, name string) string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return name
}

func (w *xmlWriter) open(name string, m *model.Member) {
	w.b.WriteString("<" + name)
	w.namespace(m)
	w.endTag()
}

func (w *xmlWriter) endTag() {
	w.b.WriteByte('>')
	w.opened = w.b.Len()
}

// close writes a closing tag. For an element without content, it writes the short form that
// ElementTree writes. The bytes matter for checksums.
func (w *xmlWriter) close(name string) {
	if w.b.Len() > w.opened {
		w.b.WriteString("</" + name + ">")
		return
	}
	w.b.Truncate(w.opened - 1)
	w.b.WriteString(" />")
}

func (w *xmlWriter) namespace(m *model.Member) {
	if m.XMLNamespace == "" {
		return
	}
	name := "xmlns"
	if m.XMLPrefix != "" {
		name += ":" + m.XMLPrefix
	}
	w.attribute(name, m.XMLNamespace)
}

// text writes a text with the escapes of Python's ElementTree, which the AWS CLI uses.
func (w *xmlWriter) text(s string) {
	_, _ = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").WriteString(&w.b, s) // a Buffer returns no errors
}

// attribute writes an attribute with the escapes of Python's ElementTree.
func (w *xmlWriter) attribute(name, v string) {
	escapes := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;", "\n", "&#10;", "\t", "&#09;")
	w.b.WriteString(" " + name + `="` + escapes.Replace(v) + `"`)
}

// xmlStructure reads the members of a structure in the body into o.
func (p *parser) xmlStructure(s *model.Shape, n *node, o *document.Object) error {
	if s.Union {
		var set []string
		for _, c := range n.children {
			if !slices.Contains(set, c.name) {
				set = append(set, c.name)
			}
		}
		if unknown, err := unknownMember(s, set); unknown != nil || err != nil {
			o.Set(unknownUnion, unknown)
			return err
		}
	}
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

// xmlValue reads a member from the elements with its name. There can be several elements if the
// member is flattened.
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
		list := document.NewList(len(found))
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
			return nil, errors.New("map entry without key or value")
		}
		v, err := p.xmlValue(s.Value, []*node{value})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key.text, err)
		}
		o.Set(key.text, v)
	}
	return o, nil
}

// A node is an element of an XML reply, without namespaces.
type node struct {
	name     string
	attrs    []xml.Attr
	text     string // the text before the first child
	pieces   []byte // the text, while the parser reads the element
	children []*node
}

// maxDepth limits the nesting of replies. The deepest models have about twelve levels.
const maxDepth = 200

// maxNodes limits the number of elements in a reply. A reply with ten thousand EC2 instances has
// a million elements. An element takes about a hundred times as much memory as in the reply.
const maxNodes = 2 << 20

// parseXML reads an XML document. Its errors do not quote the document.
func parseXML(b []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	var root *node
	var open []*node
	for nodes := 0; ; {
		tok, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && root != nil && len(open) == 0:
			return root, nil
		case errors.Is(err, io.EOF) || endsEarly(err):
			return nil, errors.New("truncated XML")
		case err != nil:
			return nil, errors.New("invalid XML")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local, attrs: t.Attr}
			nodes++
			switch {
			case nodes > maxNodes:
				return nil, errors.New("XML with too many elements")
			case len(open) == maxDepth:
				return nil, errors.New("XML nested too deeply")
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			case root != nil:
				return nil, errors.New("text after the end of the XML")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			last := open[len(open)-1] // the decoder checks that the tags match
			last.text, last.pieces = string(last.pieces), nil
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && len(open[len(open)-1].children) == 0 {
				last := open[len(open)-1]
				last.pieces = append(last.pieces, t...)
			} else if len(open) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("no XML")
			}
		}
	}
}

func endsEarly(err error) bool {
	var syntax *xml.SyntaxError
	return errors.As(err, &syntax) && syntax.Msg == "unexpected EOF"
}

// child returns the first child with a name, or nil.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// all returns the children with a name.
func (n *node) all(name string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.name == name {
			list = append(list, c)
		}
	}
	return list
}

// value returns the text of a child, or "".
func (n *node) value(name string) string {
	if c := n.child(name); c != nil {
		return strings.TrimSpace(c.text)
	}
	return ""
}

// attribute returns an attribute by its name in the model, which may have a prefix, such as
// "xsi:type".
func (n *node) attribute(name string) (string, bool) {
	_, local, ok := strings.Cut(name, ":")
	if !ok {
		local = name
	}
	for _, a := range n.attrs {
		if a.Name.Local == local {
			return a.Value, true
		}
	}
	return "", false
}
