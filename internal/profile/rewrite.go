// This file changes profiles between SSO settings and a credential_process that runs this
// program.

package profile

import "github.com/lanyard-cli/lanyard/internal/awsconfig"

// A Rewrite holds the changes for the profiles of some sessions.
type Rewrite struct {
	Profiles []string
	Changes  []awsconfig.Change // of the config file
}

// ToProcess replaces the SSO settings of the sessions' profiles with a credential_process
// that runs the program. ToProcess removes the SSO settings, because the SDKs ignore a
// credential_process in a profile with SSO settings. An error is an *[Error].
func ToProcess(in Inputs, sessions []string, program string) (Rewrite, []Warning, error) {
	return rewrite(in, sessions, func(r *resolver, out *Rewrite, name string, own settings) {
		session, isSSO := own.get("sso_session")
		if !isSSO {
			return
		}
		role := OwnProcess{Program: program, Session: session.Value}
		account, _ := own.get("sso_account_id")
		named, _ := own.get("sso_role_name")
		if role.AccountID, role.RoleName = account.Value, named.Value; role.AccountID == "" || role.RoleName == "" {
			return // the profile has no role; it is only for signing in
		}
		for _, f := range []foundSetting{session, account, named} {
			if f.source == CredentialsFile {
				r.warn(Warning{
					Text: place(f) + ": profile " + name + " is not changed: its SSO settings are in the credentials file",
					Hint: "move its SSO settings to the config file; otherwise the AWS CLI and the SDKs will not find the session",
				})
				return
			}
		}
		if p, ok := own.get("credential_process"); ok {
			r.warn(Warning{
				Text: place(p) + ": profile " + name + " is not changed: it already has a credential_process besides its SSO settings",
				Hint: "remove the credential_process or the SSO settings",
			})
			return
		}
		out.Profiles = append(out.Profiles, name)
		out.change(name, "credential_process", role.Line(), false)
		for _, key := range []string{"sso_session", "sso_account_id", "sso_role_name", "sso_start_url", "sso_region", "sso_registration_scopes"} {
			if _, ok := own.config.Get(key); ok {
				out.change(name, key, "", true)
			}
		}
	})
}

// FromProcess turns each credential_process that runs this program back into SSO settings.
// It does not change other credential_process settings.
func FromProcess(in Inputs, sessions []string) (Rewrite, []Warning, error) {
	return rewrite(in, sessions, func(r *resolver, out *Rewrite, name string, own settings) {
		process, line, ok := r.process(own, true)
		if !ok || process.Session == "" || line.source != ConfigFile {
			return
		}
		out.Profiles = append(out.Profiles, name)
		out.change(name, "sso_session", process.Session, false)
		out.change(name, "sso_account_id", process.AccountID, false)
		out.change(name, "sso_role_name", process.RoleName, false)
		out.change(name, "credential_process", "", true)
	})
}

// rewrite calls add for every profile of the sessions.
func rewrite(in Inputs, sessions []string, add func(*resolver, *Rewrite, string, settings)) (Rewrite, []Warning, error) {
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return Rewrite{}, r.warnings, err
	}
	wanted := make(map[string]bool, len(sessions))
	for _, s := range sessions {
		wanted[s] = true
	}
	var out Rewrite
	for _, name := range files.names {
		own := files.profiles[name]
		ref, _ := own.get("sso_session")
		if process, _, ok := r.process(own, true); ok {
			ref.Value = process.Session
		}
		if wanted[ref.Value] {
			add(r, &out, name, own)
		}
	}
	return out, r.warnings, nil
}

func (r *Rewrite) change(profile, key, value string, remove bool) {
	r.Changes = append(r.Changes, awsconfig.Change{Kind: awsconfig.Profile, Name: profile, Key: key, Value: value, Remove: remove})
}
