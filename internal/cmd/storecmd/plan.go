package storecmd

import (
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A migration is what is to be moved, and what changes in the config.
type migration struct {
	sessions []profile.Session
	upgrades []profile.Upgrade // of legacy profiles among them
	changes  []awsconfig.Change
}

// planMigration finds the sessions and their profiles. Legacy profiles get an
// [sso-session] first: without one there is no name for the credential_process.
func planMigration(w *workspace.Workspace, p *profile.Profile, o migrateOptions) (migration, error) {
	var plan migration
	uses, err := w.Sessions()
	if err != nil {
		return plan, err
	}
	only := profile.Session{}
	switch {
	case o.session != "":
		s, warnings, err := profile.SessionNamed(w.In, o.session)
		w.Warn(warnings)
		if err != nil {
			return plan, err
		}
		only = *s
	case p.Explicit:
		if only, err = p.LoginSession(); err != nil {
			return plan, err
		}
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
