package profilesync

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// Prune returns the content of the config without the profiles of roles that the user no longer
// has, and of roles that the rules exclude. It removes a profile only if all of these are true:
//
//   - The profile has a marker, and the user has changed none of its settings.
//   - There is a complete listing of the profile's session, of the same portal and origin.
//   - The listing has at least one account.
//   - The rules are not out of date.
//   - No other profile uses the profile.
//
// The report has a reason for each profile that stays although no listing covers it. An error is a
// [*awsconfig.ParseError] or an [*awsconfig.EditError].
func Prune(in Input) ([]byte, Report, error) {
	s, err := newSyncer(&in)
	if err != nil {
		return nil, Report{}, err
	}
	roles, excluded := in.roles()
	s.report.Excluded = excluded
	s.report.Unmatched = in.unmatched()
	j := s.newJudge(roles)
	for _, o := range s.ours {
		if j.covered[o.id] {
			s.report.Unchanged++
			continue
		}
		why, excluded := j.judge(o)
		if why != "" {
			s.keep(o, "", why)
			continue
		}
		why = "not listed any more"
		if excluded {
			why = "excluded by the rules"
		}
		if err := s.bulk.Remove(awsconfig.Profile, o.Name); err != nil {
			return nil, Report{}, err
		}
		s.report.Removed = append(s.report.Removed, Item{
			Name: o.Name, Session: o.id.session, Entry: Entry{AccountID: o.id.account, Role: o.id.role}, Why: why,
		})
	}
	content, err := s.bulk.Bytes()
	return content, s.report, err
}

// A judge decides which profiles can be removed.
type judge struct {
	s        *syncer
	covered  map[identity]bool // the roles that should have a profile
	excluded map[identity]bool // the roles that the rules exclude
	listings map[string]*Listing
}

// newJudge returns the judge for these wanted roles.
func (s *syncer) newJudge(roles []wanted) *judge {
	j := &judge{
		s: s, covered: make(map[identity]bool, len(roles)), excluded: map[identity]bool{},
		listings: make(map[string]*Listing, len(s.in.Listings)),
	}
	for i := range roles {
		j.covered[roles[i].id] = true
	}
	for i := range s.in.Listings {
		l := &s.in.Listings[i]
		j.listings[l.Session] = l
		if len(s.ours) == 0 || s.report.Excluded == 0 {
			continue
		}
		portal := l.portal()
		for _, e := range l.Entries {
			if id := (identity{portal, l.Session, e.AccountID, e.Role}); !j.covered[id] {
				j.excluded[id] = true
			}
		}
	}
	return j
}

// judge returns why the profile of a role without coverage must stay, or "" if it can be removed.
// excluded means that the rules exclude the role.
func (j *judge) judge(o *ours) (why string, excluded bool) {
	return j.s.uncertain(o, j.listings[o.id.session]), j.excluded[o.id]
}

// countUnwanted counts the profiles that [Prune] would remove.
func (s *syncer) countUnwanted(roles []wanted) {
	if !slices.ContainsFunc(s.ours, func(o *ours) bool { return o.want == nil }) {
		return
	}
	j := s.newJudge(roles)
	for _, o := range s.ours {
		if o.want != nil || j.covered[o.id] {
			continue
		}
		switch why, excluded := j.judge(o); {
		case why != "":
		case excluded:
			s.report.Barred++
		default:
			s.report.Gone++
		}
	}
}

// uncertain returns why Prune must not remove a profile that no listing covers, or "".
func (s *syncer) uncertain(o *ours, l *Listing) string {
	session := "session " + o.id.session
	switch {
	case l == nil:
		return session + " was not listed"
	case l.portal() != o.id.portal:
		return session + " has another start URL or endpoint than when lanyard wrote the profile"
	case !l.Complete:
		return "the listing of " + session + " is not complete"
	case len(l.Entries) == 0:
		return "the listing of " + session + " has no roles"
	case s.in.Rules != nil && s.in.Rules.Stale != "":
		return s.in.Rules.Stale
	case o.renamed:
		return "renamed or copied by hand"
	case o.editedByHand():
		return changedByHand
	}
	if user, used := s.uses[o.Name]; used {
		return "profile " + user + " uses it"
	}
	return ""
}

// editedByHand reports whether a profile differs from what Sync wrote last.
func (o *ours) editedByHand() bool {
	if o.Commented || len(o.Settings) != len(o.hashes)+1 {
		return true
	}
	for _, set := range o.Settings {
		if set.Key == MarkerKey {
			continue
		}
		if hash, ok := o.hashes.get(set.Key); !ok || hash != shortHash(set.Value) {
			return true
		}
	}
	return false
}
