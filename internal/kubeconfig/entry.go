package kubeconfig

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// apply adds the entries to the mapping of a kubeconfig.
func (c Cluster) apply(root *yaml.Node) {
	for _, part := range c.parts() {
		list := value(root, part.key)
		if isEmpty(list) {
			list = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
			set(root, part.key, list)
		}
		if i, found := entryNamed(list, part.name); found {
			list.Content[i] = part.entry(list.Content[i])
		} else {
			list.Content = append(list.Content, part.entry(nil))
		}
	}
	set(root, currentKey, text(c.Context))
}

// A part is one of the three entries of a cluster.
type part struct {
	key, name string
	entry     func(old *yaml.Node) *yaml.Node // returns the new entry; old may be nil
}

func (c Cluster) parts() []part {
	return []part{{clustersKey, c.Name, c.cluster}, {contextsKey, c.Context, c.context}, {usersKey, c.User, c.user}}
}

// cluster returns the entry of the cluster, with the unknown keys of the old entry. It removes
// settings that contradict the certificate.
func (c Cluster) cluster(old *yaml.Node) *yaml.Node {
	inner := clone(value(old, "cluster"))
	remove(inner, "certificate-authority", "insecure-skip-tls-verify")
	set(inner, "certificate-authority-data", text(c.CA))
	set(inner, "server", text(c.Server))
	if c.ProxyURL == "" {
		remove(inner, "proxy-url")
	} else {
		set(inner, "proxy-url", text(c.ProxyURL))
	}
	return entry(old, "cluster", inner, c.Name, false)
}

// context returns the entry of the context, with the unknown keys of the old entry.
func (c Cluster) context(old *yaml.Node) *yaml.Node {
	inner := clone(value(old, "context"))
	set(inner, "cluster", text(c.Name))
	set(inner, "user", text(c.User))
	return entry(old, "context", inner, c.Context, false)
}

// user returns the entry of the user. It replaces other ways to sign in, and keeps unknown keys of the
// program, such as interactiveMode.
func (c Cluster) user(old *yaml.Node) *yaml.Node {
	program := clone(value(value(old, "user"), "exec"))
	set(program, "apiVersion", text(apiVersion))
	args := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, a := range c.Args {
		args.Content = append(args.Content, text(a))
	}
	set(program, "args", args)
	set(program, "command", text(c.Program))
	if len(c.Env) == 0 {
		remove(program, "env")
	} else {
		env := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, v := range c.Env {
			variable := mapping()
			set(variable, "name", text(v[0]))
			set(variable, "value", text(v[1]))
			env.Content = append(env.Content, variable)
		}
		set(program, "env", env)
	}
	inner := mapping()
	set(inner, "exec", program)
	return entry(old, "user", inner, c.User, true)
}

// entry returns an entry of a list, with the unknown keys of the old entry. nameFirst is the AWS
// CLI's order of a new entry.
func entry(old *yaml.Node, key string, inner *yaml.Node, name string, nameFirst bool) *yaml.Node {
	e := clone(old)
	if nameFirst && old == nil {
		set(e, "name", text(name))
	}
	set(e, key, inner)
	set(e, "name", text(name))
	return e
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

// clone returns a copy of a mapping in block style. For anything else, it returns an empty mapping.
func clone(n *yaml.Node) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return mapping()
	}
	made := *n
	made.Content = slices.Clone(n.Content)
	return &made
}

// set sets a key of a mapping, and keeps the comments at its value. A new key comes last.
func set(m *yaml.Node, key string, v *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			v.HeadComment, v.LineComment, v.FootComment = m.Content[i+1].HeadComment, m.Content[i+1].LineComment, m.Content[i+1].FootComment
			m.Content[i+1] = v
			return
		}
	}
	m.Content = append(m.Content, text(key), v)
}

// remove removes keys of a mapping.
func remove(m *yaml.Node, keys ...string) {
	for i := 0; i+1 < len(m.Content); {
		if slices.Contains(keys, m.Content[i].Value) {
			m.Content = slices.Delete(m.Content, i, i+2)
			continue
		}
		i += 2
	}
}

// text returns a node for a string. Like the AWS CLI, it uses single quotes if quotes are necessary.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if b, err := yaml.Marshal(s); err == nil && strings.HasPrefix(string(b), `"`) && !strings.ContainsAny(s, "\x00\a\b\t\n\v\f\r\x1b") {
		n.Style = yaml.SingleQuotedStyle
	}
	return n
}
