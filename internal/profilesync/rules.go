package profilesync

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Rules say which roles get a profile, and with which name and settings. A [Parser] makes them. Only
// one goroutine may use them at a time.
type Rules struct {
	// Stale says why the rules may be out of date, for example because a team's file could not be
	// fetched. If Stale is not empty, [Prune] removes nothing.
	Stale string

	layers []*layer // the team's rules come before the user's
	namer  *namer
	byName map[string]*template.Template // parsed templates, by their text
}

// A layer holds the rules of one file.
type layer struct {
	path             string
	team             bool   // a team's file
	name             string // a template; may be ""
	process          *bool
	include, exclude []pattern
	rename           []renameRule
	settings         []settingRule
}

// A renameRule gives a name to the roles that match.
type renameRule struct {
	pattern
	name string // a template
}

// A settingRule sets keys of the profiles whose roles match.
type settingRule struct {
	pattern
	settings []ruleSetting
}

// A ruleSetting sets a key of a profile.
type ruleSetting struct {
	awsconfig.Setting      // the value is a template
	remove            bool // the profile gets no such key
}

// A pattern matches roles. All its globs must match. A pattern without globs matches every role.
type pattern struct {
	globs []fieldGlob
	line  int
}

// A fieldGlob is a glob for one field of a role.
type fieldGlob struct {
	field int // an index of patternKeys
	glob  string
}

// patternKeys lists the keys of a pattern.
func patternKeys() []string { return []string{"account", "id", "email", "role", "session"} }

// A candidate holds the fields of a role in the order of patternKeys, in lower case.
type candidate [5]string

func newCandidate(e *Entry, session string) candidate {
	return candidate{
		strings.ToLower(e.AccountName), e.AccountID, strings.ToLower(e.Email),
		strings.ToLower(e.Role), strings.ToLower(session),
	}
}

func (p pattern) matches(c *candidate) bool {
	for _, g := range p.globs {
		if !MatchGlob(g.glob, c[g.field]) {
			return false
		}
	}
	return true
}

// MatchGlob reports whether the whole text matches the glob. * stands for any characters, also for
// a slash, and ? for one character. All other characters stand for themselves.
func MatchGlob(glob, text string) bool {
	i, j := 0, 0
	star, mark := -1, 0 // the last star, and where the text after it begins
	for j < len(text) {
		_, size := utf8.DecodeRuneInString(text[j:])
		switch {
		case i < len(glob) && glob[i] == '*':
			star, mark = i, j
			i++
		case i < len(glob) && glob[i] == '?':
			i++
			j += size
		case i < len(glob) && glob[i] == text[j]:
			i++
			j++
		case star >= 0:
			_, size = utf8.DecodeRuneInString(text[mark:])
			mark += size
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[i:], "*") == ""
}

// Process reports whether the profiles get a credential_process. The user's file decides before the
// team's file.
func (r *Rules) Process() bool {
	if r == nil {
		return false
	}
	on := false
	for _, l := range r.layers {
		if l.process != nil {
			on = *l.process
		}
	}
	return on
}

// A matcher applies the rules to roles.
type matcher struct{ r *Rules }

// matcher returns the matcher of the rules, which may be nil.
func (r *Rules) matcher() *matcher {
	if r == nil {
		r = newRules()
	}
	return &matcher{r}
}

func newRules() *Rules {
	return &Rules{namer: &namer{}, byName: map[string]*template.Template{}}
}

// excluded returns the place of the rule that excludes a role, or "". A role needs a match in the
// include list of each file that has one, and no match in an exclude list.
func (m *matcher) excluded(e *Entry, session string) string {
	if len(m.r.layers) == 0 {
		return ""
	}
	c := newCandidate(e, session)
	for _, l := range m.r.layers {
		included := len(l.include) == 0
		for _, p := range l.include {
			included = included || p.matches(&c)
		}
		if !included {
			return at(l.path, l.include[0].line)
		}
		for _, p := range l.exclude {
			if p.matches(&c) {
				return at(l.path, p.line)
			}
		}
	}
	return ""
}

// unmatched returns the include and exclude rules that match no role. A team's rules may be about
// accounts of other users, so only the rules of the user's file count. Without complete listings, the
// result is empty.
func (in *Input) unmatched() (places []string) {
	if in.Rules == nil || slices.ContainsFunc(in.Listings, func(l Listing) bool { return !l.Complete }) {
		return nil
	}
	type rule struct {
		pattern
		place string
	}
	var open []rule
	for _, l := range in.Rules.layers {
		if l.team {
			continue
		}
		for _, p := range l.include {
			open = append(open, rule{p, at(l.path, p.line) + ": include"})
		}
		for _, p := range l.exclude {
			open = append(open, rule{p, at(l.path, p.line) + ": exclude"})
		}
	}
	for i := range in.Listings {
		l := &in.Listings[i]
		for j := range l.Entries {
			if len(open) == 0 {
				return nil
			}
			c := newCandidate(&l.Entries[j], l.Session)
			open = slices.DeleteFunc(open, func(r rule) bool { return r.matches(&c) })
		}
	}
	for _, r := range open {
		places = append(places, r.place)
	}
	return places
}

// name returns the wanted name of a role's profile. The last rename rule that matches decides.
func (m *matcher) name(w wanted) (string, error) {
	text := DefaultName
	c := newCandidate(w.entry, w.id.session)
	for _, l := range m.r.layers {
		if l.name != "" {
			text = l.name
		}
	}
	for _, l := range m.r.layers {
		for _, rule := range l.rename {
			if rule.matches(&c) {
				text = rule.name
			}
		}
	}
	m.r.namer.use(w.entry, w.id.session)
	name, err := m.execute(text, w.entry, w.id.session)
	if err != nil {
		return "", err
	}
	if name = clean(name); name == "" {
		name = w.id.account + "-" + m.r.namer.slug(w.id.role)
	}
	return name, nil
}

// settings adds the settings that the rules give to a role's profile to the list. The region of the
// session is the default of region. A rule overrides the rules above it.
func (m *matcher) settings(list []awsconfig.Setting, e *Entry, l *Listing) ([]awsconfig.Setting, error) {
	if l.Region != "" {
		list = append(list, awsconfig.Setting{Key: regionKey, Value: l.Region})
	}
	if len(m.r.layers) == 0 {
		return list, nil
	}
	c := newCandidate(e, l.Session)
	for _, layer := range m.r.layers {
		for _, rule := range layer.settings {
			if !rule.matches(&c) {
				continue
			}
			for _, s := range rule.settings {
				value, err := m.execute(s.Value, e, l.Session)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", at(layer.path, s.Line), s.Key, err)
				}
				value = strings.TrimSpace(oneLine(value))
				// No program accepts an empty region or output.
				if s.remove || value == "" && (s.Key == regionKey || s.Key == outputKey) {
					list = slices.DeleteFunc(list, func(old awsconfig.Setting) bool { return old.Key == s.Key })
					continue
				}
				list = put(list, s.Key, value)
			}
		}
	}
	return list, nil
}

// oneLine replaces line breaks and other characters that control a terminal with blanks. The name of
// an account is any text.
func oneLine(value string) string {
	return strings.Map(func(r rune) rune {
		if terminal.Active(r) {
			return ' '
		}
		return r
	}, value)
}

// put sets a key of a list.
func put(list []awsconfig.Setting, key, value string) []awsconfig.Setting {
	for i := range list {
		if list[i].Key == key {
			list[i].Value = value
			return list
		}
	}
	return append(list, awsconfig.Setting{Key: key, Value: value})
}

// execute returns the result of a template for a role.
func (m *matcher) execute(text string, e *Entry, session string) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	t := m.r.byName[text]
	if t == nil {
		var err error
		if t, err = m.r.namer.parse(text); err != nil {
			return "", err
		}
		m.r.byName[text] = t
	}
	m.r.namer.use(e, session)
	return m.r.namer.execute(t, text)
}
