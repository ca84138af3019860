package kubeconfig

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// splice changes only the lines of the entries. ok is false if the lines have an unusual form. The
// caller checks the values of the result.
func (c Cluster) splice(content []byte) (result []byte, ok bool) {
	for _, p := range c.parts() {
		if content, ok = addEntry(content, p); !ok {
			return nil, false
		}
	}
	return setCurrent(content, c.Context)
}

// A page is a kubeconfig and its lines. The lines have their endings.
type page struct {
	root  *yaml.Node
	lines []string
	crlf  bool
}

func read(content []byte) (*page, bool) {
	root, err := parse(content)
	if err != nil || root == nil || root.Style&yaml.FlowStyle != 0 {
		return nil, false
	}
	p := &page{root: root, crlf: bytes.Contains(content, []byte("\r\n"))}
	for line := range strings.Lines(string(withFinalNewline(slices.Clone(content)))) {
		p.lines = append(p.lines, line)
	}
	for i := 0; i < len(root.Content); i += 2 {
		if root.Content[i].Column != 1 {
			return nil, false
		}
	}
	return p, true
}

// ending returns text with the line endings of the file.
func (p *page) ending(text string) string {
	if p.crlf {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// replace returns the content with other text for the lines from start to end, without end.
func (p *page) replace(start, end int, text string) []byte {
	return []byte(strings.Join(p.lines[:start], "") + p.ending(text) + strings.Join(p.lines[end:], ""))
}

// find returns the index of the line with a key, the index of the line after its value, and the
// value. Comments and empty lines at the end of the value do not count. value is nil if the key is
// missing.
func (p *page) find(key string) (start, end int, value *yaml.Node) {
	for i := 0; i < len(p.root.Content); i += 2 {
		if p.root.Content[i].Value != key {
			continue
		}
		start, end = p.root.Content[i].Line-1, len(p.lines)
		if i+2 < len(p.root.Content) {
			end = p.root.Content[i+2].Line - 1
		}
		return start, p.last(start, end), p.root.Content[i+1]
	}
	return len(p.lines), len(p.lines), nil
}

// last returns the index after the last line between start and end that is neither empty nor a
// comment nor the end of the document.
func (p *page) last(start, end int) int {
	for end > start+1 {
		line := strings.TrimSpace(p.lines[end-1])
		if line != "" && !strings.HasPrefix(line, "#") && line != "..." {
			break
		}
		end--
	}
	return end
}

// addEntry adds an entry to a list, or replaces the entry with the same name.
func addEntry(content []byte, part part) ([]byte, bool) {
	p, ok := read(content)
	if !ok {
		return nil, false
	}
	start, end, list := p.find(part.key)
	switch {
	case list == nil:
		text, ok := entryText(part.entry(nil), 0)
		at := p.last(0, len(p.lines))
		return p.replace(at, at, part.key+":\n"+text), ok
	case isEmpty(list):
		text, ok := entryText(part.entry(nil), 0)
		head := part.key + ":"
		if list.LineComment != "" {
			head += " " + list.LineComment
		}
		return p.replace(start, end, head+"\n"+text), ok && end == start+1
	case list.Style&yaml.FlowStyle != 0 || list.Line-1 == start:
		return nil, false
	}
	indent := list.Column - 1
	i, found := entryNamed(list, part.name)
	if !found {
		text, ok := entryText(part.entry(nil), indent)
		return p.replace(end, end, text), ok
	}
	old := list.Content[i]
	start = old.Line - 1
	if i+1 < len(list.Content) {
		end = p.last(start, list.Content[i+1].Line-1)
	}
	if old.Style&yaml.FlowStyle != 0 || !strings.HasPrefix(strings.TrimLeft(p.lines[start], " "), "- ") {
		return nil, false
	}
	text, ok := entryText(withoutOuterComments(part.entry(old)), indent)
	return p.replace(start, end, text), ok
}

// withoutOuterComments removes the comments before and after an entry, because their lines remain.
func withoutOuterComments(n *yaml.Node) *yaml.Node {
	made := *n
	made.HeadComment, made.FootComment = "", ""
	made.Content = slices.Clone(n.Content)
	for i := range made.Content {
		part := *made.Content[i]
		if i == 0 {
			part.HeadComment = ""
		}
		if i >= len(made.Content)-2 {
			part.FootComment = ""
		}
		made.Content[i] = &part
	}
	return &made
}

// entryText returns the lines of an entry of a list.
func entryText(entry *yaml.Node, indent int) (string, bool) {
	b, err := encode(&yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{entry}})
	if err != nil {
		return "", false
	}
	var text strings.Builder
	for line := range strings.Lines(string(b)) {
		text.WriteString(strings.Repeat(" ", indent) + line)
	}
	return text.String(), true
}

// setCurrent sets the current context.
func setCurrent(content []byte, name string) ([]byte, bool) {
	p, ok := read(content)
	if !ok {
		return nil, false
	}
	quoted, err := encode(text(name))
	if err != nil {
		return nil, false
	}
	line := currentKey + ": " + strings.TrimSuffix(string(quoted), "\n")
	start, end, v := p.find(currentKey)
	if v == nil {
		at := p.last(0, len(p.lines))
		return p.replace(at, at, line+"\n"), true
	}
	if v.Kind != yaml.ScalarNode || end != start+1 {
		return nil, false
	}
	if v.LineComment != "" {
		line += " " + v.LineComment
	}
	return p.replace(start, end, line+"\n"), true
}
