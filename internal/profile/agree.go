package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// CheckSetting refuses a value that a key cannot have: of our settings some take
// true or false, the others a whole number of seconds. Other keys take anything.
// The error is an *[Error] with the code 253.
func CheckSetting(key, value string) error {
	key = strings.ToLower(key)
	problem := wrong(key, value)
	if problem == "" {
		return nil
	}
	e := &Error{Msg: "key " + key + ": " + strconv.Quote(value) + " is " + problem, Code: 253}
	if key == refreshWindowKey || key == sessionDurationKey {
		e.Hint = "12 hours are 43200"
	}
	return e
}

// CheckAgreement refuses a change of a profile or session after which the two
// would contradict each other: the AWS CLI and every SDK refuse such a profile. The
// error is an *[Error] with the code 253. Only changes that give a value can do
// that.
func CheckAgreement(in Inputs, c awsconfig.Change) error {
	if c.Remove || c.Sub != "" || c.Kind != awsconfig.Profile && c.Kind != awsconfig.SSOSession {
		return nil
	}
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return err
	}
	key := strings.ToLower(c.Key)
	if c.Kind == awsconfig.Profile {
		ref, _ := w.profiles[c.Name].get("sso_session")
		session := w.session(ref.Value)
		if theirs, ok := session.Get(key); ok && theirs.Value != c.Value {
			return &Error{
				Msg: "profile " + c.Name + " would contradict its [sso-session " + ref.Value + "], which says " + key + " = " + theirs.Value +
					" (line " + strconv.Itoa(theirs.Line) + "): the AWS CLI and the SDKs refuse such a profile",
				Code: 253, Hint: "change the session instead: --sso-session " + ref.Value,
			}
		}
		return nil
	}
	var against []string
	for _, name := range w.names {
		own := w.profiles[name]
		ref, _ := own.get("sso_session")
		if mine, ok := own.get(key); ok && ref.Value == c.Name && mine.Value != c.Value {
			against = append(against, name)
		}
	}
	if against == nil {
		return nil
	}
	shown := strings.Join(against[:min(3, len(against))], ", ")
	if len(against) > 3 {
		shown += " and " + strconv.Itoa(len(against)-3) + " more"
	}
	return &Error{
		Msg: "[sso-session " + c.Name + "] would contradict the " + key + " of its profiles " + shown +
			": the AWS CLI and the SDKs refuse such profiles",
		Code: 253, Hint: "remove it from them first: configure unset " + key + " --profile NAME",
	}
}

// Contradictions returns the sso_ keys of the profile in the config file that say
// something else than the [sso-session] of the name, in the order of the file:
// with them, it could not use that session.
func Contradictions(in Inputs, profile, session string) ([]string, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return nil, err
	}
	section := w.session(session)
	if section == nil {
		return nil, nil
	}
	var keys []string
	for _, s := range w.profiles[profile].ownConfig() {
		if theirs, ok := section.Get(s.Key); ok && strings.HasPrefix(s.Key, "sso_") && theirs.Value != s.Value && !slices.Contains(keys, s.Key) {
			keys = append(keys, s.Key)
		}
	}
	return keys, nil
}

func (s settings) ownConfig() []awsconfig.Setting {
	if s.config == nil {
		return nil
	}
	return s.config.Settings
}
