package call

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// A node is an element of an XML reply, without namespaces.
type node struct {
	name     string
	attrs    []xml.Attr
	text     string // before the first child
	pieces   []byte // of the text, while it is read
	children []*node
}

// maxDepth is how deeply replies may be nested; the deepest models have a dozen
// levels.
const maxDepth = 200

// maxNodes is how many elements a reply may have. Ten thousand EC2 instances have a
// million. Each takes a hundred times its size on the wire.
const maxNodes = 2 << 20

// parseXML reads a document. Its errors show nothing of it.
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
			return nil, errors.New("its XML ends early")
		case err != nil:
			return nil, errors.New("its XML is broken")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local, attrs: t.Attr}
			nodes++
			switch {
			case nodes > maxNodes:
				return nil, errors.New("its XML has too many elements")
			case len(open) == maxDepth:
				return nil, errors.New("its XML is nested too deeply")
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			case root != nil:
				return nil, errors.New("something follows its XML")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			last := open[len(open)-1] // the decoder sees that they match
			last.text, last.pieces = string(last.pieces), nil
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && len(open[len(open)-1].children) == 0 {
				last := open[len(open)-1]
				last.pieces = append(last.pieces, t...)
			} else if len(open) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("it is no XML")
			}
		}
	}
}

func endsEarly(err error) bool {
	var syntax *xml.SyntaxError
	return errors.As(err, &syntax) && syntax.Msg == "unexpected EOF"
}

// child returns the first child of that name; nil is none.
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

// all returns the children of that name.
func (n *node) all(name string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.name == name {
			list = append(list, c)
		}
	}
	return list
}

// value returns the text of a child; "" is none.
func (n *node) value(name string) string {
	if c := n.child(name); c != nil {
		return strings.TrimSpace(c.text)
	}
	return ""
}

// attribute returns an attribute by its name, with the prefix that the model gives
// it, as in "xsi:type".
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
