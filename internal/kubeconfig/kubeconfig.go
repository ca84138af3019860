// Package kubeconfig adds clusters to the kubeconfig of kubectl. It changes only the entries of the
// cluster: the rest of the file keeps every byte. If the file has an unusual form, such as JSON, the
// package writes the whole file again, with the same values and comments.
package kubeconfig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// A Cluster is an entry of a kubeconfig, with the user and the context for it.
type Cluster struct {
	Name     string // of the cluster: "arn:aws:eks:eu-west-1:111122223333:cluster/prod"
	CA       string // the certificate of the cluster, in base64
	Server   string // the URL of the cluster
	ProxyURL string // "" means no proxy

	User    string      // the name of the user
	Program string      // the program that prints a token
	Args    []string    // its arguments
	Env     [][2]string // variables for the program: name and value

	Context string // the name of the context
}

// apiVersion is the version of the interface to the program that prints a token.
const apiVersion = "client.authentication.k8s.io/v1beta1"

// The keys of a kubeconfig that this package changes.
const (
	clustersKey = "clusters"
	contextsKey = "contexts"
	usersKey    = "users"
	currentKey  = "current-context"
)

// template is a new kubeconfig, as the AWS CLI writes it.
const template = "apiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context: ''\nkind: Config\npreferences: {}\nusers: []\n"

// Has reports whether a kubeconfig has a cluster with a name. The error says why the content is not a
// kubeconfig.
func Has(content []byte, name string) (bool, error) {
	root, err := parse(content)
	if err != nil {
		return false, err
	}
	_, found := entryNamed(value(root, clustersKey), name)
	return found, nil
}

// Add returns the content with the entries of a cluster, and selects its context. An entry with the
// same name gets the new values. It keeps keys that this package does not know, such as the namespace
// of a context. An empty content becomes a new kubeconfig.
func (c Cluster) Add(content []byte) ([]byte, error) {
	root, err := parse(content)
	if err != nil {
		return nil, err
	}
	if root == nil {
		content = append(withFinalNewline(content), template...)
	}
	want, err := parse(content)
	if err != nil {
		return nil, err
	}
	c.apply(want)
	if spliced, ok := c.splice(content); ok && same(spliced, want) {
		return spliced, nil
	}
	written, err := encode(want)
	if err == nil && !same(written, want) {
		err = errors.New("the file has a form that cannot be changed")
	}
	return written, err
}

// Entries returns the three entries as YAML: the context, the user and the cluster.
func (c Cluster) Entries() ([]string, error) {
	var list []string
	for _, entry := range []*yaml.Node{c.context(nil), c.user(nil), c.cluster(nil)} {
		text, err := encode(entry)
		if err != nil {
			return nil, err
		}
		list = append(list, string(text))
	}
	return list, nil
}

// parse returns the mapping of a kubeconfig, or nil if the content is empty.
func parse(content []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(content))
	var doc yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file has several documents")
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == nullTag {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: the file is not a mapping", root.Line)
	}
	if err := root.Decode(new(map[string]any)); err != nil { // finds duplicate keys
		return nil, err
	}
	for _, key := range []string{clustersKey, contextsKey, usersKey} {
		list := value(root, key)
		if isEmpty(list) {
			continue
		}
		if list.Kind != yaml.SequenceNode {
			return nil, fmt.Errorf("line %d: %s is not a list", list.Line, key)
		}
		for _, entry := range list.Content {
			if entry.Kind != yaml.MappingNode {
				return nil, fmt.Errorf("line %d: an entry of %s is not a mapping", entry.Line, key)
			}
		}
	}
	return root, nil
}

const nullTag = "!!null"

// isEmpty reports whether a list is missing, null or without entries.
func isEmpty(list *yaml.Node) bool {
	return list == nil || list.Kind == yaml.ScalarNode && list.Tag == nullTag || list.Kind == yaml.SequenceNode && len(list.Content) == 0
}

// value returns the value of a key, or nil.
func value(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// entryNamed returns the index of the entry with a name.
func entryNamed(list *yaml.Node, name string) (int, bool) {
	if list == nil {
		return 0, false
	}
	for i, entry := range list.Content {
		if n := value(entry, "name"); n != nil && n.Kind == yaml.ScalarNode && n.Value == name {
			return i, true
		}
	}
	return 0, false
}

// same reports whether a text has the values of a node.
func same(text []byte, want *yaml.Node) bool {
	got, err := parse(text)
	if err != nil || got == nil {
		return false
	}
	var a, b any
	return got.Decode(&a) == nil && want.Decode(&b) == nil && reflect.DeepEqual(a, b)
}

// encode returns the YAML of a node in the AWS CLI's style.
func encode(n *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(n); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

func withFinalNewline(content []byte) []byte {
	if len(content) > 0 && content[len(content)-1] != '\n' {
		content = append(content, '\n')
	}
	return content
}
