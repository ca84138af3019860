package profile

import (
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// sso fills in account, role and session of a profile that has some of the keys
// for it. The errors are those of the AWS CLI's credential provider, code 255.
func (r *resolver) sso(p *Profile) error {
	own := p.settings
	if !own.has("sso_account_id") && !own.has("sso_role_name") {
		return nil
	}
	var section *awsconfig.Section
	if ref, ok := own.get("sso_session"); ok {
		var err error
		if section, err = r.session(ref.Value); err != nil {
			return err
		}
		if section == nil {
			return r.noSession(ref.Value, 255)
		}
		if err := r.consistent(own, section); err != nil {
			return err
		}
	}
	get := func(key string) (found, bool) {
		if f, ok := in(section, key, ConfigFile); ok {
			return f, true
		}
		return own.get(key)
	}
	var missing []string
	role, _ := get("sso_role_name")
	if role.Value == "" {
		missing = append(missing, "sso_role_name")
	}
	account, _ := get("sso_account_id")
	if account.Value == "" {
		missing = append(missing, "sso_account_id")
	}
	url, region, lacking := urlAndRegion(get)
	if missing = append(missing, lacking...); len(missing) > 0 {
		return &Error{
			Msg: "The profile \"" + p.Name + "\" is configured to use SSO but is missing required configuration: " +
				strings.Join(missing, ", "),
			Code: 255,
		}
	}
	id := r.clean(account, validAccountID)
	if !validAccountID(id) {
		return &Error{
			Msg: place(account) + ": an account id has 12 digits: " + strconv.Quote(id), Code: 255,
			Hint: "a spreadsheet drops zeros at the front",
		}
	}
	session, err := r.build(section, url, region, own)
	if err != nil {
		return err
	}
	p.Session, p.AccountID, p.RoleName = session, id, role.Value
	return nil
}

// consistent checks that the profile contradicts its session in nothing. For
// settings of ours that is a warning: see twice.
func (r *resolver) consistent(own settings, section *awsconfig.Section) error {
	for _, s := range section.Settings {
		theirs := found{s, section.Path, ConfigFile}
		mine, ok := own.get(s.Key)
		if !ok || isOurs(s.Key) {
			continue
		}
		valid := validity(s.Key)
		if a, b := r.clean(mine, valid), r.clean(theirs, valid); a != b {
			return &Error{
				Msg:  "The value for " + s.Key + " is inconsistent between profile (" + a + ") and sso-session (" + b + ").",
				Code: 255,
				Hint: "delete it from the profile: " + place(mine),
			}
		}
	}
	return nil
}

// validity returns what a value of the key must satisfy to be read literally.
func validity(key string) func(string) bool {
	switch key {
	case "region", "sso_region":
		return validRegion
	case "sso_account_id":
		return validAccountID
	case "output":
		return validOutput
	}
	return func(string) bool { return true }
}

// login returns the session to sign in to for a profile.
func (r *resolver) login(own settings) (Session, error) {
	if ref, ok := own.get("sso_session"); ok {
		s, err := r.namedSession(ref.Value, own)
		r.twice(own, r.sessions[ref.Value])
		return s, err
	}
	url, region, missing := urlAndRegion(own.get)
	if missing != nil {
		return Session{}, &Error{
			Msg: "Missing the following required SSO configuration values: " + strings.Join(missing, ", ") +
				". To make sure this profile is properly configured to use SSO, please run: aws configure sso",
			Code: 253, SetUp: true,
		}
	}
	return r.build(nil, url, region, own)
}

// twice warns of a setting of ours that has one value in the profile and another
// in its session: the AWS CLI and boto3 compare every key of the two, and refuse
// such a profile.
func (r *resolver) twice(own settings, section *awsconfig.Section) {
	for _, key := range ourKeys() {
		mine, ok := own.get(key)
		theirs, also := section.Get(key)
		if !ok || !also || mine.Value == theirs.Value {
			continue
		}
		r.warn(Warning{
			Text: place(mine) + ": " + strconv.Quote(mine.Value) + " here and " + strconv.Quote(theirs.Value) +
				" in [sso-session " + section.Name + "] (line " + strconv.Itoa(theirs.Line) +
				"); the AWS CLI and boto3 refuse such a profile",
			Hint: "delete it from the profile",
		})
	}
}
