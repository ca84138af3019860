package awsconfig_test

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// An outline lists the sections of a file in order, each with its meaning and its own
// settings. It includes the sections that the AWS CLI ignores.
type outline []outlined

type outlined struct {
	What     string // "profile dev"; "DEFAULT"; ? and the header if the AWS CLI ignores it
	Settings []pair
}

// A pair is a setting. If Pairs is not nil, it has a nested block.
type pair struct {
	Key, Value string
	Pairs      [][2]string
}

// outline returns the outline of the file.
func (r *reading) outline(credentials bool) outline {
	all := outline{{"DEFAULT", r.defaults.pairs()}}
	for _, s := range r.sections {
		what := meaning(s.header, credentials)
		if what == "" {
			what = "?" + s.header
		}
		all = append(all, outlined{what, s.pairs()})
	}
	return all
}

func (s *pySection) pairs() (list []pair) {
	for _, o := range s.options {
		if nested, _ := o.nested(); nested != nil {
			list = append(list, pair{Key: o.key, Pairs: nested})
		} else {
			list = append(list, pair{Key: o.key, Value: o.value()})
		}
	}
	return list
}

// after returns the outline that is expected after a change.
func (o outline) after(ch awsconfig.Change) outline {
	what := ch.Kind.String() + " " + ch.Name
	at := -1
	changed := make(outline, len(o))
	for i, s := range o {
		changed[i] = outlined{s.What, append([]pair(nil), s.Settings...)}
		if s.What == what {
			at = i
		}
	}
	if at < 0 && ch.Remove {
		return changed
	}
	if at < 0 {
		at, changed = len(changed), append(changed, outlined{What: what})
	}
	changed[at].Settings = changedPairs(changed[at].Settings, ch)
	return changed
}

func changedPairs(list []pair, ch awsconfig.Change) []pair {
	key := strings.ToLower(ch.Key)
	i := 0
	for i < len(list) && list[i].Key != key {
		i++
	}
	if i == len(list) && ch.Remove {
		return list
	}
	if i == len(list) {
		list = append(list, pair{Key: key})
	}
	if ch.Sub == "" && !ch.Remove {
		list[i] = pair{Key: key, Value: strip(ch.Value)}
		return list
	}
	var rest [][2]string
	if ch.Sub != "" {
		for _, p := range list[i].Pairs {
			if !ch.Remove || p[0] != ch.Sub {
				rest = append(rest, p)
			}
		}
		if len(list[i].Pairs) == len(rest) && ch.Remove {
			return list
		}
		if !ch.Remove {
			rest = put(rest, ch.Sub, strip(ch.Value))
		}
	}
	if rest == nil {
		return append(append([]pair(nil), list[:i]...), list[i+1:]...) // nil if the list is now empty
	}
	list[i] = pair{Key: key, Pairs: rest}
	return list
}
