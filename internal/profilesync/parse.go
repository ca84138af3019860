package profilesync

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// A TeamFile says where the rules of a team are.
type TeamFile struct {
	Location string // a path or an https URL; "" means that there is no team's file
	SHA256   string // of its content, in lower case; "" only for a path
	Line     int    // of the key team
}

// Remote reports whether the file must be fetched.
func (t TeamFile) Remote() bool { return strings.HasPrefix(t.Location, "https://") }

// A RulesError reports invalid rules.
type RulesError struct {
	Path string
	Line int    // from 1; 0 if the error has no line
	Key  string // may be ""
	Why  string
	Hint string // may be ""
}

func (e *RulesError) Error() string {
	s := at(e.Path, e.Line) + ": "
	if e.Key != "" {
		s += e.Key + ": "
	}
	return s + e.Why
}

// ExitStatus returns the exit code for a configuration error.
func (e *RulesError) ExitStatus() int { return 253 }

// NextStep returns the hint.
func (e *RulesError) NextStep() string { return e.Hint }

// ParseRules parses the section profiles of the user's settings. The path is for messages. A nil
// node means no rules. An error is a *[RulesError].
func ParseRules(path string, node *yaml.Node) (*Rules, TeamFile, error) {
	r := newRules()
	p := parser{path: path, rules: r, layer: &layer{path: path}}
	if empty(node) {
		return r, TeamFile{}, nil
	}
	if err := p.top(node, true); err != nil {
		return nil, TeamFile{}, err
	}
	r.layers = append(r.layers, p.layer)
	return r, p.team, nil
}

// AddTeam parses the content of a team's file, and puts its rules before the user's rules. The file
// has the keys of the section profiles at its top level, except team and team_sha256. It can also
// have the rules of package guard. An error is a *[RulesError].
func (r *Rules) AddTeam(path string, content []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return &RulesError{Path: path, Why: strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	p := parser{path: path, rules: r, layer: &layer{path: path, team: true}}
	if len(doc.Content) == 1 && !empty(doc.Content[0]) {
		if err := p.top(doc.Content[0], false); err != nil {
			return err
		}
	}
	r.layers = append([]*layer{p.layer}, r.layers...)
	return nil
}

// empty reports whether a section has no content.
func empty(n *yaml.Node) bool {
	return n == nil || n.Kind == 0 || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// A parser parses the rules of one file.
type parser struct {
	path  string
	rules *Rules
	layer *layer
	team  TeamFile
}

func (p *parser) fail(n *yaml.Node, key, format string, args ...any) error {
	return &RulesError{Path: p.path, Line: n.Line, Key: key, Why: fmt.Sprintf(format, args...)}
}

// top parses the keys of the section profiles.
func (p *parser) top(n *yaml.Node, own bool) error {
	keys := []string{"name", "process", "include", "exclude", "rename", "settings"}
	if own {
		keys = append(keys, "team", "team_sha256")
	} else {
		keys = append(keys, "guard") // package guard reads it
	}
	err := p.mapping(n, "", keys, func(key string, v *yaml.Node) (err error) {
		switch key {
		case "name":
			p.layer.name, err = p.template(key, v)
		case "process":
			p.layer.process, err = p.boolean(key, v)
		case "include":
			p.layer.include, err = p.patterns(key, v)
		case "exclude":
			p.layer.exclude, err = p.patterns(key, v)
		case "rename":
			err = p.list(key, v, p.renameRule)
		case "settings":
			err = p.list(key, v, p.settingRule)
		case "team":
			p.team.Location, err = p.text(key, v)
			p.team.Line = v.Line
		case "team_sha256":
			p.team.SHA256, err = p.text(key, v)
			p.team.SHA256 = strings.ToLower(p.team.SHA256)
			if err == nil && !isSHA256(p.team.SHA256) {
				err = p.fail(v, key, "must have 64 hexadecimal digits")
			}
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(p.team.Location, "http://"):
		return &RulesError{Path: p.path, Line: p.team.Line, Key: "team", Why: "an http URL is not allowed", Hint: "use an https URL"}
	case p.team.Remote() && p.team.SHA256 == "":
		return &RulesError{
			Path: p.path, Line: p.team.Line, Key: "team", Why: "an https URL needs team_sha256",
			Hint: "to print the checksum of the file, run: curl -fsS " + shell.POSIX.Word(p.team.Location) + " | sha256sum",
		}
	case p.team.SHA256 != "" && p.team.Location == "":
		return &RulesError{Path: p.path, Line: n.Line, Key: "team_sha256", Why: "there is no team", Hint: "add the key team"}
	}
	return nil
}

func isSHA256(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

func (p *parser) patterns(key string, n *yaml.Node) (list []pattern, err error) {
	err = p.list(key, n, func(item *yaml.Node) error {
		pt := pattern{line: item.Line}
		err := p.mapping(item, key, patternKeys(), func(k string, v *yaml.Node) error { return p.glob(&pt, k, v) })
		if err == nil && len(pt.globs) == 0 {
			err = p.fail(item, key, "an item needs at least one of: %s", strings.Join(patternKeys(), ", "))
		}
		list = append(list, pt)
		return err
	})
	return list, err
}

// glob adds a glob to a pattern.
func (p *parser) glob(pt *pattern, key string, v *yaml.Node) error {
	text, err := p.text(key, v)
	if err != nil {
		return err
	}
	pt.globs = append(pt.globs, fieldGlob{slices.Index(patternKeys(), key), strings.ToLower(text)})
	return nil
}

func (p *parser) renameRule(item *yaml.Node) error {
	rule := renameRule{pattern: pattern{line: item.Line}}
	err := p.mapping(item, "rename", append(patternKeys(), "name"), func(key string, v *yaml.Node) (err error) {
		if key != "name" {
			return p.glob(&rule.pattern, key, v)
		}
		rule.name, err = p.template(key, v)
		return err
	})
	if err == nil && rule.name == "" {
		err = p.fail(item, "rename", "an item needs the key name")
	}
	p.layer.rename = append(p.layer.rename, rule)
	return err
}

func (p *parser) settingRule(item *yaml.Node) error {
	rule := settingRule{pattern: pattern{line: item.Line}}
	add := func(key string, v *yaml.Node) error {
		value, remove, err := p.value(key, v)
		rule.settings = append(rule.settings, ruleSetting{awsconfig.Setting{Key: strings.ToLower(key), Value: value, Line: v.Line}, remove})
		return err
	}
	err := p.mapping(item, "settings", append(patternKeys(), regionKey, outputKey, "set"), func(key string, v *yaml.Node) error {
		switch key {
		case regionKey, outputKey:
			return add(key, v)
		case "set":
			return p.mapping(v, key, nil, func(key string, v *yaml.Node) error {
				if why := refusedKey(strings.ToLower(key)); why != "" {
					return p.fail(v, key, "%s", why)
				}
				return add(key, v)
			})
		}
		return p.glob(&rule.pattern, key, v)
	})
	p.layer.settings = append(p.layer.settings, rule)
	return err
}

var validKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_-]*$`) })

// refusedKey returns why a rule may not set a key, or "". A rule may not choose other credentials
// than the role's, and may not write secrets.
func refusedKey(key string) string {
	switch {
	case !validKey().MatchString(key):
		return "not a key: a key has letters, digits, _ and -"
	case key == "sso_account_name", key == "sso_account_email":
		return ""
	case key == regionKey, key == outputKey:
		return "write it beside set, not in set"
	case strings.HasPrefix(key, "sso_"), strings.HasPrefix(key, "aws_"), strings.HasPrefix(key, "lanyard_"),
		slices.Contains([]string{
			processKey, "role_arn", "source_profile", "credential_source", "web_identity_token_file",
			"web_identity_token_process", "mfa_process", "login_session", "include_profile",
		}, key):
		return "a rule cannot set this key, because it chooses the credentials of the profile"
	}
	return ""
}

// value returns the text of a setting, which may be a template and may be empty. remove is true for
// null.
func (p *parser) value(key string, v *yaml.Node) (text string, remove bool, err error) {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	switch {
	case v.Kind != yaml.ScalarNode:
		return "", false, p.fail(v, key, "must be a text")
	case v.Tag == "!!null":
		return "", true, nil
	case strings.ContainsAny(strings.TrimSpace(v.Value), "\r\n"):
		return "", false, p.fail(v, key, "must be one line")
	}
	return v.Value, false, p.check(key, v)
}

// check returns the error of a template.
func (p *parser) check(key string, v *yaml.Node) error {
	if !strings.Contains(v.Value, "{{") {
		return nil
	}
	if _, err := p.rules.namer.parse(v.Value); err != nil {
		return p.fail(v, key, "%v", err)
	}
	return nil
}

func (p *parser) template(key string, v *yaml.Node) (string, error) {
	text, err := p.text(key, v)
	if err != nil {
		return "", err
	}
	return text, p.check(key, v)
}

func (p *parser) boolean(key string, v *yaml.Node) (*bool, error) {
	on, err := strconv.ParseBool(v.Value)
	if err != nil || v.Tag != "!!bool" {
		return nil, p.fail(v, key, "must be true or false")
	}
	return &on, nil
}

// text returns a text that is not empty.
func (p *parser) text(key string, v *yaml.Node) (string, error) {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	if v.Kind != yaml.ScalarNode || strings.TrimSpace(v.Value) == "" || v.Tag == "!!null" {
		return "", p.fail(v, key, "must be a text")
	}
	return v.Value, nil
}

func (p *parser) list(key string, n *yaml.Node, each func(*yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.SequenceNode {
		return p.fail(n, key, "must be a list")
	}
	for _, item := range n.Content {
		if err := each(item); err != nil {
			return err
		}
	}
	return nil
}

// mapping calls each for every key of a mapping. An unknown or duplicate key is an error. nil keys
// mean that all keys are known.
func (p *parser) mapping(n *yaml.Node, of string, keys []string, each func(key string, v *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode && keys == nil {
		return p.fail(n, of, "must have keys and values")
	}
	if n.Kind != yaml.MappingNode {
		return p.fail(n, of, "must have keys: %s", strings.Join(keys, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case keys != nil && !slices.Contains(keys, k.Value):
			return &RulesError{Path: p.path, Line: k.Line, Key: k.Value, Why: "unknown key", Hint: "the keys here are: " + strings.Join(keys, ", ")}
		case seen[k.Value]:
			return p.fail(k, k.Value, "duplicate key")
		}
		seen[k.Value] = true
		if err := each(k.Value, v); err != nil {
			return err
		}
	}
	return nil
}
