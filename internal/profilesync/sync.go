package profilesync

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// A syncer holds the state of one [Sync] or [Prune].
type syncer struct {
	in     *Input
	bulk   *awsconfig.Bulk
	match  *matcher
	report Report
	buffer []awsconfig.Setting // reused for the settings of one profile

	taken     map[string]string // the place of each profile, by name
	startURLs map[string]string // the start URL of each [sso-session], by name; may be ""
	ours      []*ours           // the profiles with a marker, in the order of the file
	users     []userProfile     // the profiles of the user that have a role
	uses      map[string]string // the name of a profile that uses another profile, by the name of the other
}

// ours is a profile with a marker.
type ours struct {
	awsconfig.OwnSection
	marker
	renamed bool // the user has given it another name, or has copied it
	want    *wanted
}

// Sync returns the content of the config with a profile for each role of the listings. A role gets no
// profile if the user has a profile of their own for the role. Sync changes only profiles with a marker, and only settings that the user has not changed. It removes no
// profile. If nothing changes, the content is the old one.
//
// An error is a *[TemplateError], a [*awsconfig.ParseError] or an [*awsconfig.EditError].
func Sync(in Input) ([]byte, Report, error) {
	s, err := newSyncer(&in)
	if err != nil {
		return nil, Report{}, err
	}
	roles, excluded := in.roles()
	s.report.Excluded = excluded
	s.report.Unmatched = in.unmatched()
	fresh := s.withoutOwn(s.claim(roles))
	s.countUnwanted(roles)
	for _, o := range s.ours {
		if o.want == nil {
			continue
		}
		again, err := s.update(o)
		if err != nil {
			return nil, Report{}, err
		}
		if again {
			fresh = append(fresh, candidateName{o.want, o})
		}
	}
	if err := s.nameAll(fresh); err != nil {
		return nil, Report{}, err
	}
	content, err := s.bulk.Bytes()
	return content, s.report, err
}

// newSyncer parses the config.
func newSyncer(in *Input) (*syncer, error) {
	bulk, err := awsconfig.NewBulk(in.Path, in.Content)
	if err != nil {
		return nil, err
	}
	s := &syncer{
		in: in, bulk: bulk, match: in.Rules.matcher(),
		taken:     map[string]string{"default": "commands without a profile"},
		startURLs: map[string]string{}, uses: map[string]string{},
	}
	for name, place := range in.Taken {
		s.taken[name] = place
	}
	for section := range bulk.Sections {
		s.add(section)
	}
	return s, nil
}

// add records a section of the config.
func (s *syncer) add(section awsconfig.OwnSection) {
	if section.Kind == awsconfig.SSOSession {
		url, _ := section.Get("sso_start_url")
		s.startURLs[section.Name] = url.Value
	}
	if section.Kind != awsconfig.Profile {
		return
	}
	s.taken[section.Name] = "the profile on line " + itoa(section.Line)
	for _, key := range [...]string{"source_profile", "include_profile"} {
		if used, ok := section.Get(key); ok && used.Value != section.Name {
			s.uses[used.Value] = section.Name
		}
	}
	text, marked := section.Get(MarkerKey)
	m, err := parseMarker(text.Value)
	if err != nil {
		if p, ok := userProfileOf(&section); ok {
			s.users = append(s.users, p)
		}
		if !marked {
			return
		}
		s.report.Kept = append(s.report.Kept, Kept{section.Name, "", section.Line, err.Error()})
		return
	}
	s.ours = append(s.ours, &ours{OwnSection: section, marker: m, renamed: m.name != shortHash(section.Name)})
}

// claim finds the profile of each role, and returns the roles without a profile. If several profiles
// have one role, the profile with the name that Sync gave it counts, else the first profile.
func (s *syncer) claim(roles []wanted) []candidateName {
	at := make(map[identity]int, len(roles))
	var moved map[identity]int // by an identity without a session; nil until a session is missing
	sessions := map[string]map[string]bool{}
	for i := range roles {
		id := roles[i].id
		at[id] = i
		if sessions[id.portal] == nil {
			sessions[id.portal] = map[string]bool{}
		}
		sessions[id.portal][id.session] = true
	}
	owner := make([]*ours, len(roles))
	find := func(o *ours) (int, bool) {
		if i, ok := at[o.id]; ok {
			return i, true
		}
		// The user may have renamed the [sso-session].
		if _, exists := s.startURLs[o.id.session]; exists || len(sessions[o.id.portal]) != 1 {
			return 0, false
		}
		if moved == nil {
			moved = make(map[identity]int, len(roles))
			for i := range roles {
				id := roles[i].id
				id.session = ""
				moved[id] = i
			}
		}
		i, ok := moved[identity{portal: o.id.portal, account: o.id.account, role: o.id.role}]
		return i, ok
	}
	for _, renamed := range [...]bool{false, true} {
		for _, o := range s.ours {
			if o.renamed != renamed {
				continue
			}
			i, ok := find(o)
			switch {
			case !ok:
			case owner[i] != nil:
				s.keep(o, "", "a copy of profile "+owner[i].Name)
			default:
				owner[i], o.want = o, &roles[i]
			}
		}
	}
	var fresh []candidateName
	for i := range roles {
		if owner[i] == nil {
			fresh = append(fresh, candidateName{&roles[i], nil})
		}
	}
	return fresh
}

// keep reports a setting or a profile that stays as it is.
func (s *syncer) keep(o *ours, key, why string) {
	line := o.Line
	if set, ok := o.Get(key); ok {
		line = set.Line
	}
	s.report.Kept = append(s.report.Kept, Kept{o.Name, key, line, why})
}

// A candidateName is a role that needs a name, and its profile if it has one.
type candidateName struct {
	want *wanted
	ours *ours // nil for a new profile
}

// nameAll gives names to roles and writes their profiles. The names do not depend on the order of
// the roles. A role gets the first of these names that is free and that no other role wants: the
// name of the template, the same with the account's ID, and the same with a hash.
func (s *syncer) nameAll(all []candidateName) error {
	base := make([]string, len(all))
	for i, c := range all {
		var err error
		if base[i], err = s.match.name(*c.want); err != nil {
			return err
		}
	}
	got := make([]string, len(all))
	place := make([]string, len(all)) // of the profile with the name of the template
	open := make([]int, len(all))     // the roles without a name
	for i := range open {
		open[i] = i
	}
	for round := 0; round < rounds && len(open) > 0; round++ {
		names := make([]string, len(open))
		count := make(map[string]int, len(open))
		for n, i := range open {
			names[n] = variant(base[i], all[i].want.id, round)
			count[names[n]]++
		}
		var rest []int
		for n, i := range open {
			owner, taken := s.taken[names[n]]
			if !taken && count[names[n]] == 1 {
				got[i] = names[n]
				continue
			}
			if round == 0 {
				place[i] = owner
			}
			rest = append(rest, i)
		}
		for n, i := range open {
			if _, taken := s.taken[names[n]]; !taken && got[i] != "" {
				s.taken[names[n]] = "another role"
			}
		}
		open = rest
	}
	return s.writeNamed(all, base, got, place)
}

// rounds is the number of names that a role can get.
const rounds = 3

// variant returns the name that a role wants in this round.
func variant(name string, id identity, round int) string {
	switch round {
	case 0:
		return name
	case 1:
		return name + "-" + id.account
	}
	return name + "-" + id.account + "-" + shortHash(strings.Join([]string{id.portal, id.session, id.account, id.role}, "\n"))
}

// writeNamed writes the profiles in the order of their sessions and names.
func (s *syncer) writeNamed(all []candidateName, base, got, place []string) error {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(all[i].want.id.session, all[j].want.id.session), cmp.Compare(got[i], got[j]), cmp.Compare(i, j))
	})
	at := map[string]int{} // the index of each collision, by the wanted name
	for _, i := range order {
		c := all[i]
		if got[i] != base[i] {
			name := got[i]
			if name == "" && c.ours != nil {
				name = c.ours.Name
			}
			n, known := at[base[i]]
			if !known {
				n = len(s.report.Collisions)
				at[base[i]] = n
				s.report.Collisions = append(s.report.Collisions, Collision{Wanted: base[i], Place: place[i]})
			}
			found := &s.report.Collisions[n]
			found.Roles = append(found.Roles, Item{Name: name, Session: c.want.id.session, Entry: *c.want.entry})
		}
		switch {
		case got[i] == "":
		case c.ours != nil:
			if err := s.rename(c.ours, got[i]); err != nil {
				return err
			}
		default:
			if err := s.write(c.want, got[i]); err != nil {
				return err
			}
		}
	}
	for _, c := range s.report.Collisions {
		slices.SortStableFunc(c.Roles, func(a, b Item) int { return cmp.Compare(a.Name, b.Name) })
	}
	slices.SortFunc(s.report.Collisions, func(a, b Collision) int { return cmp.Compare(a.Wanted, b.Wanted) })
	return nil
}

// write adds the profile of a role.
func (s *syncer) write(w *wanted, name string) error {
	settings, err := s.in.settings(s.buffer[:0], w, s.match)
	if err != nil {
		return err
	}
	s.buffer = settings
	m := newMarker(w.id, name, settings)
	settings = append(settings, awsconfig.Setting{Key: MarkerKey, Value: m.text(settings)})
	if err := s.bulk.Add(awsconfig.Profile, name, settings); err != nil {
		return err
	}
	s.report.Added = append(s.report.Added, Item{Name: name, Session: w.id.session, Entry: *w.entry})
	return nil
}
