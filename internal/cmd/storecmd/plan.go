// The plan of "store migrate": which sessions move, and how the config changes.

package storecmd

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A migration is the plan of "store migrate".
type migration struct {
	sessions []profile.Session  // the sessions whose secrets move
	upgrades []profile.Upgrade  // the upgrades of legacy profiles of these sessions
	changes  []awsconfig.Change // the changes of the config
}

// planMigration returns the sessions to move and the changes of the config. It first plans an
// [sso-session] for each legacy profile, because a credential_process names a session.
func planMigration(w *workspace.Workspace, p *profile.Profile, o migrateOptions) (migration, error) {
	var plan migration
	uses, err := w.Sessions()
	if err != nil {
		return plan, err
	}
	only, err := w.NamedSession(p, o.session)
	if err != nil {
		return plan, err
	}
	for _, u := range uses {
		if only.Key() == "" || only.Same(u.Session) || only.Name == "" && only.SharesLogin(u.Session) {
			plan.sessions = append(plan.sessions, u.Session)
		}
	}
	if o.to == keystore.File {
		rewrite, warnings, err := profile.FromProcess(w.In, namesOf(plan.sessions))
		w.Warn(warnings)
		plan.changes = rewrite.Changes
		return plan, err
	}
	in, err := plan.upgrade(w)
	if err != nil {
		return plan, err
	}
	rewrite, warnings, err := profile.ToProcess(in, namesOf(plan.sessions), workspace.ProgramLine(w.App))
	w.Warn(warnings)
	plan.changes = lastOfEach(append(plan.changes, rewrite.Changes...))
	return plan, err
}

// upgrade adds the upgrades of legacy profiles to the plan. It returns the inputs with the
// upgraded config.
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

// onlyOnce returns the sessions without duplicates.
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

// namesOf returns the names of the sessions.
func namesOf(sessions []profile.Session) []string {
	var names []string
	for _, s := range sessions {
		names = append(names, s.Name)
	}
	return names
}

// lastOfEach returns the last change of each setting. So a key that the upgrade sets and the
// credential_process removes is never written.
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
