package migrate

// The files of aws-sso-util, as its sources at 0f94708 (4.33, June 2024) read and write them:
// https://github.com/benkehoe/aws-sso-util, cli/src/aws_sso_util/populate_profiles.py,
// configure_profile.py and credential_process.py, and lib/aws_sso_lib/config.py.

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// readAWSSSOUtil reads the profiles that aws-sso-util wrote to the AWS config, and its variables.
func readAWSSSOUtil(s *Source, in Input) error {
	url, _ := in.LookupEnv("AWS_DEFAULT_SSO_START_URL")
	region, _ := in.LookupEnv("AWS_DEFAULT_SSO_REGION")
	if strings.HasPrefix(url, "https://") { // otherwise it selects start URLs by a regular expression
		s.Portals = append(s.Portals, &Portal{StartURL: url, Region: region, Place: "AWS_DEFAULT_SSO_START_URL", Declared: true})
	}
	helper, _ := in.LookupEnv("AWS_SSO_CREDENTIAL_PROCESS_NAME")
	for _, section := range s.config.profiles {
		if e, ok := s.ssoUtilProfile(section, helper); ok {
			s.Entries = append(s.Entries, e)
		}
	}
	if len(s.Entries)+len(s.Portals) == 0 {
		return s.nothing("")
	}
	s.Notes = append(s.Notes, `aws-sso-util reads no [sso-session]; run "lanyard configure upgrade" only when you no longer use aws-sso-util`)
	return nil
}

// ssoUtilProfile returns the entry for a profile of aws-sso-util. ok is false if aws-sso-util has
// nothing to do with the profile. helper is the value of AWS_SSO_CREDENTIAL_PROCESS_NAME.
func (s *Source) ssoUtilProfile(section *awsconfig.Section, helper string) (e Entry, ok bool) {
	line := value(section, "credential_process")
	if helper != "" && strings.HasPrefix(line, helper+" ") {
		line = "aws-sso-util credential-process" + line[len(helper):]
	}
	list := words(line)
	isProcess := program(list) == "aws-sso-util" && len(list) > 1 && list[1] == "credential-process"
	_, populated := section.Get("sso_auto_populated")
	if !isProcess && !populated {
		return e, false
	}
	e = Entry{Name: section.Name, Place: at(section.Path, section.Line), Region: value(section, "region")}
	if native(section) {
		e.Kept = "lanyard uses its SSO settings"
		return e, true
	}
	if !isProcess {
		e.Impossible = "a setting of its role is missing"
		return e, true
	}
	f, _ := flags(list[2:], map[string]string{
		"--profile": "profile", "--sso-start-url": "sso_start_url", "--start-url": "sso_start_url", "--sso-region": "sso_region",
		"--region": "sso_region", "--account-id": "sso_account_id", "--role-name": "sso_role_name",
	})
	other := section
	if f["profile"] != "" && f["profile"] != section.Name {
		other = s.config.profile(f["profile"])
	}
	get := func(key string) string {
		if f[key] != "" {
			return f[key]
		}
		return value(other, key)
	}
	e.Role = &Role{s.portal(get("sso_start_url"), get("sso_region"), e.Place), get("sso_account_id"), get("sso_role_name")}
	e.Settings = others(section, nil)
	return e, true
}

// profile returns the section of a profile, or nil.
func (c *config) profile(name string) *awsconfig.Section {
	for _, s := range c.profiles {
		if s.Name == name {
			return s
		}
	}
	return nil
}
