package migrate

// The files of granted, as its sources at 4a52c35 (July 2026) read and write them:
// https://github.com/fwdcloudsec/granted, pkg/config/config.go, pkg/cfaws/granted_config.go and
// pkg/cfaws/profiles.go; https://github.com/common-fate/awsconfigfile v0.10.0, awscfg.go.

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// readGranted reads granted's settings, and its profiles in the AWS config.
func readGranted(s *Source, in Input) error {
	path, content, err := s.settingsFile(in, "", grantedFile(in))
	if err != nil {
		return err
	}
	if err := s.grantedSettings(path, content); err != nil {
		return err
	}
	for _, section := range s.config.profiles {
		if e, ok := s.grantedProfile(section); ok {
			s.Entries = append(s.Entries, e)
		}
	}
	if len(s.Entries)+len(s.Portals) == 0 && content == nil {
		return s.nothing(path)
	}
	return nil
}

// grantedFile returns the path of granted's settings. granted uses XDG_CONFIG_HOME only if the
// folder ~/.granted does not exist.
func grantedFile(in Input) string {
	dir := filepath.Join(in.Home, ".granted")
	if xdg, _ := in.LookupEnv("XDG_CONFIG_HOME"); xdg != "" {
		if _, err := os.Stat(dir); err != nil {
			dir = filepath.Join(xdg, "granted")
		}
	}
	return filepath.Join(dir, "config")
}

// A grantedConfig has the settings of granted that matter here. The parser ignores the case of keys,
// as granted does.
type grantedConfig struct {
	SSO             map[string]struct{ StartURL, SSORegion string }
	ProfileRegistry struct{ Registries []struct{ URL string } }
}

// grantedSettings adds the portals of the tables [SSO.NAME], and a note about registries.
func (s *Source) grantedSettings(path string, content []byte) error {
	var read grantedConfig
	if err := toml.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &read); err != nil {
		return tomlError(path, err)
	}
	for _, name := range slices.Sorted(maps.Keys(read.SSO)) {
		p := read.SSO[name]
		s.Portals = append(s.Portals, &Portal{Name: name, StartURL: p.StartURL, Region: p.SSORegion, Place: path, Declared: true})
	}
	if n := len(read.ProfileRegistry.Registries); n > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("granted syncs profiles from %d profile registries; lanyard does not read them, and uses the profiles that are in the config now", n))
	}
	return nil
}

// tomlError returns the error for a file of granted that the parser rejects.
func tomlError(path string, err error) error {
	where := path
	if d := new(toml.DecodeError); errors.As(err, &d) {
		line, _ := d.Position()
		where = at(path, line)
	}
	return &Error{Msg: where + ": " + strings.TrimPrefix(err.Error(), "toml: "), Hint: "correct the line: granted reads this file as TOML", err: err}
}

// grantedProfile returns the entry for a profile of granted. ok is false if granted has nothing to
// do with the profile.
func (s *Source) grantedProfile(section *awsconfig.Section) (e Entry, ok bool) {
	e = Entry{Name: section.Name, Place: at(section.Path, section.Line), Region: value(section, "region")}
	_, account := section.Get("granted_sso_account_id")
	_, role := section.Get("granted_sso_role_name")
	list := words(value(section, "credential_process"))
	isProcess := slices.Contains([]string{"granted", "dgranted"}, program(list)) && slices.Contains(list, "credential-process")
	_, generated := section.Get("common_fate_generated_from")
	switch {
	case native(section) && (isProcess || generated):
		e.Kept = "lanyard uses its SSO settings"
	case account && role:
		url, region := s.portalOf(section, "granted_sso_start_url", "granted_sso_region")
		e.Role = &Role{s.portal(url, region, e.Place), value(section, "granted_sso_account_id"), value(section, "granted_sso_role_name")}
		e.Settings = others(section, func(key string) bool {
			return strings.HasPrefix(key, "granted_sso_") || key == "common_fate_generated_from"
		})
	case isProcess:
		e.Kept = "its access keys are in granted's own store; lanyard runs granted to get credentials"
	default:
		return e, false
	}
	return e, true
}

// portalOf returns the start URL and the region that a profile names with keys of a program, or
// that its [sso-session] names.
func (s *Source) portalOf(section *awsconfig.Section, urlKey, regionKey string) (startURL, region string) {
	startURL, region = value(section, urlKey), value(section, regionKey)
	session := s.config.session(value(section, "sso_session"))
	if startURL == "" {
		startURL = value(session, "sso_start_url")
	}
	if region == "" {
		region = value(session, "sso_region")
	}
	return startURL, region
}

// native reports whether the AWS CLI and lanyard can use the profile as a role of Identity Center.
func native(section *awsconfig.Section) bool {
	_, url := section.Get("sso_start_url")
	_, session := section.Get("sso_session")
	return (url || session) && value(section, "sso_account_id") != "" && value(section, "sso_role_name") != ""
}

// others returns the settings of a profile that a new profile should have too. It leaves out the
// region, all settings that give credentials, and the keys that drop selects.
func others(section *awsconfig.Section, drop func(key string) bool) (list []awsconfig.Setting) {
	not := append(profile.CredentialSettings(), "region", "sso_account_name", "sso_auto_populated", "sso_registration_scopes")
	for _, v := range section.Settings {
		if !slices.Contains(not, v.Key) && (drop == nil || !drop(v.Key)) {
			list = append(list, v)
		}
	}
	return list
}
