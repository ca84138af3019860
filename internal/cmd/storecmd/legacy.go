package storecmd

import (
	"context"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// upgrade gives the legacy profiles of the plan an [sso-session], without which a
// credential_process has nothing to name, and returns the config as it would be.
func (plan *migration) upgrade(w *workspace.Workspace) (profile.Inputs, error) {
	in := w.In
	var sessions []profile.Session
	for _, s := range plan.sessions {
		if s.Name != "" {
			sessions = append(sessions, s)
			continue
		}
		upgrades, warnings, err := profile.Upgrades(in, s.StartURL, "")
		w.Warn(warnings)
		if err != nil {
			return in, err
		}
		for _, u := range upgrades {
			if !u.Session.SharesLogin(s) {
				continue
			}
			plan.upgrades = append(plan.upgrades, u)
			plan.changes = append(plan.changes, u.Changes...)
			sessions = append(sessions, u.Session)
		}
	}
	plan.sessions = onlyOnce(sessions)
	if len(plan.changes) == 0 {
		return in, nil
	}
	content, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return in, err
	}
	edited, err := awsconfig.Edit(w.In.Config.Path, content, false, plan.changes...)
	if err != nil {
		return in, workspace.ExplainEdit(err)
	}
	in.Config = awsconfig.NewDoc(w.In.Config.Path, false, string(edited))
	return in, nil
}

// adopt reads the config as it is now, and gives what was signed in to under a
// start URL to the session that has taken its place.
func (plan *migration) adopt(ctx context.Context, w *workspace.Workspace) error {
	if len(plan.upgrades) == 0 {
		return nil
	}
	w.Reread()
	for _, u := range plan.upgrades {
		if err := w.Broker.Adopt(ctx, u.Session, u.Spellings); err != nil {
			return err
		}
		for _, url := range u.Spellings {
			if err := w.Broker.Cache.RemoveRegistration(ssocache.RegistrationName(url, u.Session.Region, "", nil)); err != nil {
				return err
			}
		}
	}
	return nil
}

func onlyOnce(sessions []profile.Session) []profile.Session {
	seen := map[string]bool{}
	var out []profile.Session
	for _, s := range sessions {
		if !seen[s.Key()] {
			out = append(out, s)
		}
		seen[s.Key()] = true
	}
	return out
}

func namesOf(sessions []profile.Session) []string {
	var names []string
	for _, s := range sessions {
		names = append(names, s.Name)
	}
	return names
}

// lastOfEach leaves one change of each setting: a key that an upgrade would write
// and the credential_process replaces is not written at all.
func lastOfEach(changes []awsconfig.Change) []awsconfig.Change {
	type place struct {
		kind      awsconfig.Kind
		name, key string
	}
	at := map[place]int{}
	var out []awsconfig.Change
	for _, c := range changes {
		p := place{c.Kind, c.Name, strings.ToLower(c.Key)}
		if i, ok := at[p]; ok {
			out[i] = c
			continue
		}
		at[p] = len(out)
		out = append(out, c)
	}
	return out
}
