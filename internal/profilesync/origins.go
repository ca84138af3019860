package profilesync

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// A Source says who wrote a profile.
type Source string

const (
	BySync   Source = "profiles sync" // the profile has a marker
	BySSO    Source = "configure sso" // the profile has exactly the settings that configure sso writes
	ByHand   Source = "by hand"       // any other profile
	ByWriter Source = "credentials write"
)

// An Origin describes where a profile comes from.
type Origin struct {
	Name   string
	Source Source
	Edited bool // the user has changed a profile of [Sync]
	Path   string
	Line   int // of the header, from 1

	Session, AccountID, RoleName string // as the profile says; may be ""
}

// Origins returns the profiles of a config, in the order of the file. The path is for messages. An
// error is a [*awsconfig.ParseError].
func Origins(path string, content []byte) ([]Origin, error) {
	bulk, err := awsconfig.NewBulk(path, content)
	if err != nil {
		return nil, err
	}
	var list []Origin
	for section := range bulk.Sections {
		if section.Kind == awsconfig.Profile {
			list = append(list, origin(section))
		}
	}
	return list, nil
}

func origin(section awsconfig.OwnSection) Origin {
	value := func(key string) string {
		s, _ := section.Get(key)
		return s.Value
	}
	o := Origin{
		Name: section.Name, Source: ByHand, Path: section.Path, Line: section.Line,
		Session: value("sso_session"), AccountID: value("sso_account_id"), RoleName: value("sso_role_name"),
	}
	text, marked := section.Get(MarkerKey)
	m, err := parseMarker(text.Value)
	switch {
	case marked && err == nil:
		profile := ours{OwnSection: section, marker: m, renamed: m.name != shortHash(section.Name)}
		o.Source, o.Edited = BySync, profile.renamed || profile.editedByHand()
		if o.Session == "" && value(processKey) != "" {
			o.Session, o.AccountID, o.RoleName = m.id.session, m.id.account, m.id.role
		}
	case marked || section.Commented:
	case looksLikeWizard(section.Settings):
		o.Source = BySSO
	}
	return o
}

// looksLikeWizard reports whether configure sso could have written these settings. The wizards of
// lanyard and of the AWS CLI write the same keys in the same order.
func looksLikeWizard(settings []awsconfig.Setting) bool {
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.Key)
	}
	legacy := []string{"sso_start_url", "sso_region", "sso_account_id", "sso_role_name"}
	named := []string{"sso_session", "sso_account_id", "sso_role_name"}
	for _, first := range [][]string{legacy, named} {
		if len(keys) < len(first) || !slices.Equal(keys[:len(first)], first) {
			continue
		}
		rest := keys[len(first):]
		if len(rest) > 0 && rest[0] == regionKey {
			rest = rest[1:]
		}
		return len(rest) == 0 || slices.Equal(rest, []string{"output"})
	}
	return false
}
