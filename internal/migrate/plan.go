package migrate

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// An Outcome says what becomes of an entry.
type Outcome string

// The outcomes of an entry.
const (
	Kept       Outcome = "kept"       // the entry needs no change, or the config has the same already
	Added      Outcome = "added"      // the config gets a new section
	Impossible Outcome = "impossible" // lanyard cannot take over the entry
)

// An Item says what becomes of one entry.
type Item struct {
	Kind    string  `json:"kind"` // "session" or "profile"
	Name    string  `json:"name"` // in the program
	Place   string  `json:"place"`
	Outcome Outcome `json:"outcome"`
	Result  string  `json:"result,omitempty"` // the section of the AWS config to use
	Reason  string  `json:"reason,omitempty"`
}

// A Plan says what becomes of all entries of a program.
type Plan struct {
	Tool  string   `json:"tool"`
	Files []string `json:"files"` // that were read
	Items []Item   `json:"entries"`
	Notes []string `json:"notes"`

	Changes  []awsconfig.Change `json:"-"` // of the AWS config; they only add sections
	Sessions []string           `json:"-"` // the sessions that the new profiles use
}

// Count returns the number of entries with an outcome.
func (p *Plan) Count(o Outcome) (n int) {
	for _, item := range p.Items {
		if item.Outcome == o {
			n++
		}
	}
	return n
}

// New plans the sections for the entries of a program. prefix is put before the name of each new
// profile.
//
// A new profile gets the name of its entry. If that name is in use, or if the program may still
// write a profile with that name, the new profile gets the suffix -sso, and if needed a number.
func New(s *Source, prefix string) *Plan {
	p := &planner{
		Source: s, prefix: prefix, names: map[string]bool{}, sessions: map[*Portal]string{}, done: map[string]string{},
		plan: &Plan{Tool: s.Tool, Files: slices.Clone(s.Files), Items: []Item{}, Notes: slices.Clone(s.Notes)},
	}
	if p.plan.Files == nil {
		p.plan.Files = []string{}
	}
	if p.plan.Notes == nil {
		p.plan.Notes = []string{}
	}
	for _, name := range append(s.reserved, "default") { // all commands without a profile use the profile default
		p.names[strings.TrimSpace(name)] = true
	}
	for name := range s.config.withKeys {
		p.names[name] = true
	}
	for name := range s.config.unreadable {
		p.names[name] = true
	}
	for _, section := range s.config.profiles {
		p.names[section.Name] = true
	}
	for _, portal := range s.Portals {
		if portal.Declared {
			p.session(portal)
		}
	}
	items := make([]Item, len(s.Entries))
	var chained []int
	for i, e := range s.Entries {
		if e.Assume != nil {
			chained = append(chained, i)
			continue
		}
		items[i] = p.entry(e)
	}
	// The source of a role may be another role, so repeat until no role can be added.
	for again := true; again; {
		again = false
		chained = slices.DeleteFunc(chained, func(i int) bool {
			item, ok := p.assume(s.Entries[i])
			if ok {
				items[i], again = item, true
			}
			return ok
		})
	}
	for _, i := range chained {
		e := s.Entries[i]
		items[i] = item(e, Impossible, "", "the credentials that assume its role come from "+strconv.Quote(e.Assume.from)+", which has no profile")
	}
	p.plan.Items = append(p.plan.Items, items...)
	return p.plan
}

// A planner makes a plan.
type planner struct {
	*Source
	prefix   string
	names    map[string]bool    // of profiles that exist or are added
	sessions map[*Portal]string // the names of the sessions; "" if the portal is invalid
	done     map[string]string  // the profiles of the entries, by alias and by role
	plan     *Plan
}

func item(e Entry, o Outcome, result, reason string) Item {
	return Item{Kind: "profile", Name: e.Name, Place: e.Place, Outcome: o, Result: result, Reason: reason}
}

// entry returns what becomes of an entry that assumes no role.
func (p *planner) entry(e Entry) Item {
	switch {
	case e.Impossible != "":
		return item(e, Impossible, "", e.Impossible)
	case e.Role == nil:
		p.finish(e, e.Name)
		return item(e, Kept, e.Name, e.Kept)
	}
	r := e.Role
	switch {
	case !profile.ValidAccountID(r.AccountID):
		return item(e, Impossible, "", strconv.Quote(r.AccountID)+" is not an account id of 12 digits")
	case !profile.ValidRoleName(r.Name):
		return item(e, Impossible, "", strconv.Quote(r.Name)+" is not the name of a role")
	case r.Portal.wrong() != "":
		return item(e, Impossible, "", r.Portal.wrong())
	case e.wrongRegion() != "":
		return item(e, Impossible, "", e.wrongRegion())
	}
	settings := e.with("sso_account_id", r.AccountID, "sso_role_name", r.Name, "region", e.Region)
	if known := p.sameRole(e); known != "" {
		p.finish(e, known)
		return item(e, Kept, known, "the config already has a profile for this role")
	}
	settings = append([]awsconfig.Setting{{Key: "sso_session", Value: p.session(r.Portal)}}, settings...)
	name, why := p.add(e, settings)
	if why != "" {
		return item(e, Impossible, "", why)
	}
	p.finish(e, name)
	return item(e, Added, name, "")
}

// assume returns what becomes of an entry that assumes a role. ok is false if its source has no
// profile yet.
func (p *planner) assume(e Entry) (_ Item, ok bool) {
	source, ok := p.done[e.Assume.Source]
	if !ok {
		return Item{}, false
	}
	if account, _ := profile.ARNParts(e.Assume.ARN); account == "" {
		return item(e, Impossible, "", strconv.Quote(e.Assume.ARN)+" is not the ARN of a role"), true
	}
	if why := e.wrongRegion(); why != "" {
		return item(e, Impossible, "", why), true
	}
	for _, s := range p.config.profiles {
		if value(s, "role_arn") == e.Assume.ARN && value(s, "source_profile") == source && e.fits(s) {
			p.finish(e, s.Name)
			return item(e, Kept, s.Name, "the config already has a profile for this role"), true
		}
	}
	name, why := p.add(e, e.with("role_arn", e.Assume.ARN, "source_profile", source, "role_session_name", e.Assume.SessionName,
		"external_id", e.Assume.ExternalID, "source_identity", e.Assume.SourceIdentity, "region", e.Region))
	if why != "" {
		return item(e, Impossible, "", why), true
	}
	p.finish(e, name)
	return item(e, Added, name, ""), true
}

// wrongRegion returns why the region of the entry cannot be used, or "". A program makes host names
// with the region of a profile.
func (e Entry) wrongRegion() string {
	if e.Region == "" {
		return ""
	}
	if _, _, err := profile.CheckRegion(e.Region); err != nil {
		return strconv.Quote(e.Region) + " is not the name of a region"
	}
	return ""
}

// finish notes the profile of an entry, for the roles that the entry assumes.
func (p *planner) finish(e Entry, name string) {
	p.done[e.alias] = name
	if e.Role != nil {
		p.done[e.Role.key()] = name
	}
	delete(p.done, "")
}

// fits reports whether a profile has the region and the further settings of the entry.
func (e Entry) fits(s *awsconfig.Section) bool {
	for _, v := range e.Settings {
		if value(s, v.Key) != v.Value {
			return false
		}
	}
	return e.Region == "" || value(s, "region") == e.Region
}

// with returns the settings of the new profile: pairs of keys and values, and then the further
// settings of the entry. It leaves out empty values of the pairs.
func (e Entry) with(pairs ...string) (list []awsconfig.Setting) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, awsconfig.Setting{Key: pairs[i], Value: pairs[i+1]})
		}
	}
	return append(list, e.Settings...)
}

// add adds a profile and returns its name. If the profile cannot be added, why is the reason.
func (p *planner) add(e Entry, settings []awsconfig.Setting) (name, why string) {
	wanted := p.prefix + cleanName(cmp.Or(e.Wanted, e.Name))
	name = wanted
	for n := 1; p.names[name]; n++ {
		name = wanted + "-sso"
		if n > 1 {
			name += "-" + strconv.Itoa(n)
		}
	}
	var changes []awsconfig.Change
	for _, v := range settings {
		ch := awsconfig.Change{Kind: awsconfig.Profile, Name: name, Key: v.Key, Value: v.Value}
		if v.Nested == nil {
			changes = append(changes, ch)
			continue
		}
		for _, sub := range v.Nested {
			ch.Sub, ch.Value = sub.Key, sub.Value
			changes = append(changes, ch)
		}
	}
	// A setting that no config can hold must not stop the migration of the other entries.
	if _, err := awsconfig.Edit("", nil, false, changes...); err != nil {
		var edit *awsconfig.EditError
		if errors.As(err, &edit) {
			return "", edit.Text
		}
		return "", err.Error()
	}
	p.names[name] = true
	p.plan.Changes = append(p.plan.Changes, changes...)
	return name, ""
}

// cleanName returns a name for a profile that every program can read: without white space, quotes,
// brackets and control characters, and without a dash at the beginning.
func cleanName(name string) string {
	return strings.TrimLeft(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || terminal.Active(r) || strings.ContainsRune("[]'\"\\;#", r) || r == unicode.ReplacementChar {
			return '-'
		}
		return r
	}, strings.TrimSpace(name)), "-")
}

// sameRole returns the profile of the config that gives the role of an entry and has its settings,
// or "".
func (p *planner) sameRole(e Entry) string {
	r := e.Role
	for _, s := range p.config.profiles {
		if value(s, "sso_account_id") != r.AccountID || value(s, "sso_role_name") != r.Name || p.config.unreadable[s.Name] || p.config.withKeys[s.Name] ||
			!e.fits(s) || value(s, "role_arn") != "" {
			continue
		}
		url, portalRegion := value(s, "sso_start_url"), value(s, "sso_region")
		if name := value(s, "sso_session"); name != "" {
			if session, ok := p.sessions[r.Portal]; ok && session != name {
				continue // the session of another person at the same portal
			}
			section := p.config.session(name)
			url, portalRegion = value(section, "sso_start_url"), value(section, "sso_region")
		}
		if r.Portal.sameAs(url, portalRegion) {
			return s.Name
		}
	}
	return ""
}

// key returns the name of a role in planner.done and in [Assume].
func (r *Role) key() string {
	return r.Portal.Name + " " + r.AccountID + " " + r.Name
}
