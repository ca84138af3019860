package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/settings"
)

// Parse parses the list guard of a file. path is for messages. A nil node has no rules. An error is
// a *[settings.Error].
func Parse(path string, node *yaml.Node, team bool) (Rules, error) {
	p := parser{path}
	if node == nil {
		return Rules{}, nil
	}
	node = resolved(node)
	if node.Kind != yaml.SequenceNode {
		return Rules{}, p.fail(node, "guard must be a list of rules")
	}
	var r Rules
	for _, item := range node.Content {
		rule, err := p.rule(item)
		if err != nil {
			return Rules{}, err
		}
		rule.Team = team
		r.list = append(r.list, rule)
	}
	return r, nil
}

// teamKeys are the keys of a team's file. Package profilesync reads all but guard.
var teamKeys = []string{"name", "process", "include", "exclude", "rename", "settings", "guard"}

// ParseTeam parses the list guard in the content of a team's file. The content must be complete: an
// empty file and an unknown key are errors, because the rules may be missing.
func ParseTeam(path string, content []byte) (Rules, error) {
	top, err := settings.Document(path, content)
	if err != nil {
		return Rules{}, err
	}
	if top == nil || resolved(top).Tag == "!!null" {
		return Rules{}, &settings.Error{Path: path, Msg: "the file is empty"}
	}
	p := parser{path}
	var rules Rules
	err = p.mapping(top, "the file", teamKeys, func(key string, v *yaml.Node) (err error) {
		if key == "guard" {
			rules, err = Parse(path, v, true)
		}
		return err
	})
	return rules, err
}

type parser struct{ path string }

func (p parser) fail(n *yaml.Node, format string, args ...any) error {
	return &settings.Error{Path: p.path, Line: n.Line, Msg: fmt.Sprintf(format, args...)}
}

var (
	ruleKeys = []string{"profile", "account", "account_name", "role", "command", "when", "action", "downgrade"}
	whenKeys = []string{"terminal", "ci", "agent", "hours", "days", "zone"}
)

func (p parser) rule(item *yaml.Node) (Rule, error) {
	r := Rule{Path: p.path, Line: item.Line}
	err := p.mapping(item, "a rule of guard", ruleKeys, func(key string, v *yaml.Node) (err error) {
		switch key {
		case "profile":
			r.Profile, err = p.texts(key, v)
		case "account":
			r.Account, err = p.accounts(key, v)
		case "account_name":
			r.AccountName, err = p.texts(key, v)
		case "role":
			r.Role, err = p.texts(key, v)
		case "command":
			r.Command, err = p.texts(key, v)
		case "downgrade":
			r.Downgrade, err = p.texts(key, v)
		case "when":
			r.When, err = p.when(v)
		case "action":
			var text string
			if text, err = p.text(key, v); err == nil && !slices.Contains(actions, Action(text)) {
				err = p.fail(v, "action %q is not known; the actions are: %s", text, joined(actions))
			}
			r.Action = Action(text)
		}
		return err
	})
	switch {
	case err != nil:
		return r, err
	case r.Action == "" && len(r.Downgrade) > 0:
		r.Action = Downgrade
	case r.Action == "":
		return r, p.fail(item, "the rule has no action; the actions are: %s", joined(actions))
	case r.Action == Downgrade && len(r.Downgrade) == 0:
		return r, p.fail(item, "the action downgrade needs the key downgrade, with the permission sets to use instead")
	case r.Action != Downgrade && len(r.Downgrade) > 0:
		return r, p.fail(item, "the key downgrade cannot be used with the action %s", r.Action)
	}
	for _, name := range r.Downgrade {
		if strings.ContainsAny(name, "*?") {
			return r, p.fail(item, "downgrade %q: a permission set has no * and no ?", name)
		}
	}
	return r, nil
}

func joined(list []Action) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = string(a)
	}
	return strings.Join(texts, ", ")
}

func (p parser) when(n *yaml.Node) (When, error) {
	var w When
	err := p.mapping(n, "when", whenKeys, func(key string, v *yaml.Node) (err error) {
		switch key {
		case "terminal":
			w.Terminal, err = p.boolean(key, v)
		case "ci":
			w.CI, err = p.boolean(key, v)
		case "agent":
			w.Agent, err = p.boolean(key, v)
		case "hours":
			var text string
			if text, err = p.text(key, v); err == nil {
				var h Hours
				if h, err = parseHours(text); err != nil {
					err = p.fail(v, "hours: %v", err)
				}
				w.Hours = &h
			}
		case "days":
			var list []string
			list, err = p.texts(key, v)
			for _, text := range list {
				days, dayErr := parseDays(text)
				if dayErr != nil {
					return p.fail(v, "days: %v", dayErr)
				}
				w.Days = append(w.Days, days...)
			}
		case "zone":
			var text string
			if text, err = p.text(key, v); err == nil {
				if w.Zone, err = time.LoadLocation(text); err != nil {
					err = p.fail(v, "zone: %v", err)
				}
			}
		}
		return err
	})
	switch {
	case err != nil:
		return w, err
	case w.empty() && w.Zone != nil:
		return w, p.fail(n, "zone needs hours or days")
	case w.empty():
		return w, p.fail(n, "when has no conditions; the conditions are: %s", strings.Join(whenKeys, ", "))
	}
	return w, nil
}

func (p parser) boolean(key string, v *yaml.Node) (*bool, error) {
	v = resolved(v)
	var on bool
	if v.Tag != "!!bool" || v.Decode(&on) != nil {
		return nil, p.fail(v, "%s must be true or false", key)
	}
	return &on, nil
}

// texts returns a text or a list of texts. The list must not be empty, because an empty list of
// globs would match everything.
func (p parser) texts(key string, v *yaml.Node) ([]string, error) {
	v = resolved(v)
	items := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		items = v.Content
	}
	if len(items) == 0 {
		return nil, p.fail(v, "the list of %s is empty", key)
	}
	var list []string
	for _, item := range items {
		text, err := p.text(key, item)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}

// accounts returns patterns for account ids. A pattern that no id matches is an error, because its
// rule would never apply. The dashes that the console prints in ids have no meaning.
func (p parser) accounts(key string, v *yaml.Node) ([]string, error) {
	list, err := p.texts(key, v)
	for i, text := range list {
		plain := strings.ReplaceAll(text, "-", "")
		if strings.Trim(plain, "0123456789*?") != "" || !strings.ContainsAny(plain, "*?") && len(plain) != 12 {
			return nil, p.fail(v, "account %q is not an account id of 12 digits, or a pattern for ids; names of accounts belong into account_name", text)
		}
		list[i] = plain
	}
	return list, err
}

func (p parser) text(key string, v *yaml.Node) (string, error) {
	v = resolved(v)
	if v.Kind != yaml.ScalarNode || v.Tag == "!!null" || strings.TrimSpace(v.Value) == "" {
		return "", p.fail(v, "%s must be a text", key)
	}
	return v.Value, nil
}

// mapping calls each for every key of a mapping. An unknown or repeated key is an error.
func (p parser) mapping(n *yaml.Node, of string, keys []string, each func(key string, v *yaml.Node) error) error {
	n = resolved(n)
	if n.Kind != yaml.MappingNode {
		return p.fail(n, "%s must have keys and values", of)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(keys, k.Value):
			return p.fail(k, "unknown key %q; %s can have: %s", k.Value, of, strings.Join(keys, ", "))
		case seen[k.Value]:
			return p.fail(k, "the key %q is repeated", k.Value)
		}
		seen[k.Value] = true
		if err := each(k.Value, v); err != nil {
			return err
		}
	}
	return nil
}

// resolved returns the node that an alias of YAML stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
