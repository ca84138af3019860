package profilesync

import (
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// The reasons why a setting stays.
const (
	changedByHand = "changed by hand"
	removedByHand = "removed by hand"
	addedByHand   = "added by hand"
)

// update brings the settings of a profile up to date. again means that the profile needs another
// name.
func (s *syncer) update(o *ours) (again bool, err error) {
	settings, err := s.in.settings(s.buffer[:0], o.want, s.match)
	if err != nil {
		return false, err
	}
	s.buffer = settings
	next := marker{id: o.want.id, name: o.marker.name, hashes: make(hashes, 0, len(o.hashes))}
	changed, err := s.merge(o, settings, &next)
	if err != nil {
		return false, err
	}
	old, _ := o.Get(MarkerKey)
	if next.id != o.id || !next.hashes.same(o.hashes) {
		if err := s.set(o, MarkerKey, next.text(settings)); err != nil {
			return false, err
		}
	}
	o.marker = next
	if !o.renamed {
		wantedName, err := s.match.name(*o.want)
		if err != nil {
			return false, err
		}
		again = true
		for round := 0; round < rounds && again; round++ {
			again = variant(wantedName, o.want.id, round) != o.Name
		}
	}
	if again {
		s.report.OtherNames++
		again = s.in.Rename
	}
	now, _ := o.Get(MarkerKey)
	switch {
	case len(changed) > 0 || now.Value != old.Value:
		s.report.Changed = append(s.report.Changed, Item{Name: o.Name, Session: o.want.id.session, Entry: *o.want.entry, Why: strings.Join(changed, ", ")})
	case !again:
		s.report.Unchanged++
	}
	return again, nil
}

// merge compares three values of each key: the value that Sync wrote last, the value in the file,
// and the value that the rules want. It changes the file only if the user has not changed the key.
// It fills in the hashes of the next marker, and returns the changed keys.
func (s *syncer) merge(o *ours, settings []awsconfig.Setting, next *marker) (changed []string, err error) {
	// Programs read these keys together, so they change together or not at all.
	frozen := s.identityChanged(o, settings)
	for _, set := range settings {
		if frozen && identifies(set.Key) {
			continue
		}
		base, written := o.hashes.get(set.Key)
		now, present := o.Get(set.Key)
		switch {
		case present && now.Value == set.Value:
			if written || identifies(set.Key) {
				next.hashes.set(set.Key, shortHash(set.Value))
			}
		case present && !written:
			s.keep(o, set.Key, addedByHand)
		case written && !present:
			next.hashes.set(set.Key, base)
			s.keep(o, set.Key, removedByHand)
		case present && shortHash(now.Value) != base:
			next.hashes.set(set.Key, base)
			s.keep(o, set.Key, changedByHand)
		default:
			next.hashes.set(set.Key, shortHash(set.Value))
			changed = append(changed, set.Key)
			if err := s.set(o, set.Key, set.Value); err != nil {
				return nil, err
			}
		}
	}
	for _, k := range o.hashes {
		key := k.key
		if frozen && identifies(key) {
			next.hashes.set(key, k.hash)
			continue
		}
		now, present := o.Get(key)
		if _, still := valueOf(settings, key); still || !present {
			continue
		}
		if shortHash(now.Value) != k.hash {
			s.keep(o, key, changedByHand)
			continue
		}
		changed = append(changed, key)
		if err := s.change(o, awsconfig.Change{Key: key, Remove: true}); err != nil {
			return nil, err
		}
	}
	if frozen {
		next.id = o.id
	}
	return changed, nil
}

// identityChanged reports whether the user has changed which role a profile has. It reports each
// change.
func (s *syncer) identityChanged(o *ours, settings []awsconfig.Setting) bool {
	changed := false
	for _, key := range [...]string{"sso_session", "sso_account_id", "sso_role_name", processKey} {
		base, written := o.hashes.get(key)
		now, present := o.Get(key)
		wanted, wants := valueOf(settings, key)
		switch {
		case present == wants && now.Value == wanted: // another command may have made this change
		case present && !written:
			changed = true
			s.keep(o, key, addedByHand)
		case written && !present:
			changed = true
			s.keep(o, key, removedByHand)
		case present && shortHash(now.Value) != base:
			changed = true
			s.keep(o, key, changedByHand)
		}
	}
	return changed
}

// set sets a key of a profile.
func (s *syncer) set(o *ours, key, value string) error {
	return s.change(o, awsconfig.Change{Key: key, Value: value})
}

// change changes a key of a profile.
func (s *syncer) change(o *ours, ch awsconfig.Change) error {
	ch.Kind, ch.Name = awsconfig.Profile, o.Name
	err := s.bulk.Change(ch)
	if section, ok := s.bulk.Section(awsconfig.Profile, o.Name); ok {
		o.OwnSection = section
	}
	return err
}

// rename gives a profile of ours another name.
func (s *syncer) rename(o *ours, name string) error {
	if user, used := s.uses[o.Name]; used {
		s.keep(o, "", "not renamed, because profile "+user+" uses it")
		return nil
	}
	o.marker.name = shortHash(name)
	if err := s.set(o, MarkerKey, o.marker.text(o.Settings)); err != nil {
		return err
	}
	old := o.Name
	if err := s.bulk.Rename(awsconfig.Profile, old, name); err != nil {
		return err
	}
	s.report.Renamed = append(s.report.Renamed, Item{Name: name, Session: o.want.id.session, Entry: *o.want.entry, Why: old})
	s.report.OtherNames--
	return nil
}

// valueOf returns the value of a key in a list.
func valueOf(settings []awsconfig.Setting, key string) (value string, ok bool) {
	for i := range settings {
		if settings[i].Key == key {
			return settings[i].Value, true
		}
	}
	return "", false
}

func itoa(n int) string { return strconv.Itoa(n) }
