package rulefile_test

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/rulefile"
	"github.com/lanyard-cli/lanyard/internal/settings"
)

// FuzzHasRules compares HasRules with the YAML parser. HasRules must never miss rules, a team's file,
// or a key that can be a typo of guard or team.
func FuzzHasRules(f *testing.F) {
	for _, content := range []string{
		"audit:\n  required: true\nguard: []\n", "profiles: {team: x}\n", "profiles:\n  name: x\n  include:\n  - account: x\n  taem: x\n",
		"audit: {}\r\ninventory:\r\n  source: x\r\n", "# x\n---\nprofiles:\n    name: x\n    settings:\n      - set: {a: b}\n...\n",
		"audit: {}\rgaurd: []\n", "audit: {}\u0085gaurd: []\n", "audit: {}\u2028gaurd: []\n", "audit: {}\u2029gaurd: []\n",
		"audit:gaurd: []\n", "profiles:\n  name:taem: x\n", "profiles:\n  name: x\r  taem: x\n", "profiles:taem:\n",
		"profiles: &a\n  name: x\n  ? taem\n  : x\n", "audit: |\n profiles:\n name\nprofiles: *a\n", "profiles: !!map\n  name: x\n",
		"profiles:\n- name: x\n", "profiles:\n  ? name\n  : x\n", "profiles:\n  name: >\n  taem: x\n", "profiles:\n  name: 'x\n\n\n  y'\n  taem: x\n",
		"profiles:\n  # x\n      name: x\n      taem: x\n", "profiles:\n  name: x\n  include: [\n  {account: x},\n  ]\n", "\ufeffaudit: {}\ngaurd: x\n",
		"profiles:\n   - &a x\n", "profiles:\n  rename:\n  - name: x\n    a: b\n  taem: x\n", "profiles:\n  - x\n  - taem: y\n", "\"audit\": {}\n'gaurd': x\n", "\u2000", "profiles:\n  name: x\n  \u2000taem: y\n",
		"profiles:\n name:\n \rtaem: x\n", " ---", "audit: \n-gaurd: x\n", "profiles:\n  name: x\n  -taem: x\n",
	} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if rulefile.HasRules(content) {
			return
		}
		top, err := settings.Document("x", content)
		if err != nil || top == nil {
			return // an invalid file has no rules
		}
		var profiles *yaml.Node
		if !plain(top, func(key string, value *yaml.Node) bool {
			if key == "profiles" {
				profiles = value
			}
			return slices.Contains([]string{"audit", "inventory", "profiles"}, key)
		}) {
			t.Fatalf("HasRules is false for the top level of %q", content)
		}
		if profiles != nil && !plain(profiles, func(key string, _ *yaml.Node) bool {
			return slices.Contains([]string{"name", "process", "include", "exclude", "rename", "settings"}, key)
		}) {
			t.Fatalf("HasRules is false for the profiles of %q", content)
		}
	})
}

// plain reports whether a node is null, or a mapping for whose keys known returns true.
func plain(n *yaml.Node, known func(key string, value *yaml.Node) bool) bool {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return true
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if !known(n.Content[i].Value, n.Content[i+1]) {
			return false
		}
	}
	return n.Kind == yaml.MappingNode
}
