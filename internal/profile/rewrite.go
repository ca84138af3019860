// How profiles change between SSO settings and a credential_process of ours.

package profile

import "github.com/lanyard-cli/lanyard/internal/awsconfig"

// A Rewrite is how the profiles of some sessions are to be written.
type Rewrite struct {
	Profiles []string
	Changes  []awsconfig.Change // of the config file
}

// ToProcess replaces the SSO settings of the profiles that use one of the sessions
// with a credential_process that runs the program: no SDK runs one while SSO
// settings are present. An error is an *[Error].
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
			return // for signing in only
		}
		for _, f := range []found{session, account, named} {
			if f.source == CredentialsFile {
				r.warn(Warning{
					Text: place(f) + ": profile " + name + " is left as it is: its SSO settings stand in the credentials file",
					Hint: "move them to the config file, or the AWS CLI and the SDKs will not find its session any more",
				})
				return
			}
		}
		if p, ok := own.get("credential_process"); ok {
			r.warn(Warning{
				Text: place(p) + ": profile " + name + " is left as it is: it has a credential_process of its own beside its SSO settings",
				Hint: "remove one of the two",
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

// FromProcess turns the credential_process lines of ours back into SSO settings.
// Any other credential_process is left alone.
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

// rewrite gathers the changes of every profile of the sessions.
func rewrite(in Inputs, sessions []string, add func(*resolver, *Rewrite, string, settings)) (Rewrite, []Warning, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return Rewrite{}, r.warnings, err
	}
	wanted := make(map[string]bool, len(sessions))
	for _, s := range sessions {
		wanted[s] = true
	}
	var out Rewrite
	for _, name := range w.names {
		own := w.profiles[name]
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
