package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// A migration is what is to be moved, and what changes in the config.
type migration struct {
	sessions []profile.Session
	upgrades []profile.Upgrade // of legacy profiles among them
	changes  []awsconfig.Change
}

// planMigration finds the sessions and their profiles. Legacy profiles get an
// [sso-session] first: without one there is no name for the credential_process.
func (w *world) planMigration(p *profile.Profile, o migrateOptions) (migration, error) {
	var plan migration
	uses, err := w.sessions()
	if err != nil {
		return plan, err
	}
	only := profile.Session{}
	switch {
	case o.session != "":
		s, warnings, err := profile.SessionNamed(w.in, o.session)
		w.warn(warnings)
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
		rewrite, warnings, err := profile.FromProcess(w.in, namesOf(plan.sessions))
		w.warn(warnings)
		plan.changes = rewrite.Changes
		return plan, err
	}
	in, err := plan.upgrade(w)
	if err != nil {
		return plan, err
	}
	rewrite, warnings, err := profile.ToProcess(in, namesOf(plan.sessions), ownProgram(w.app))
	w.warn(warnings)
	plan.changes = lastOfEach(append(plan.changes, rewrite.Changes...))
	return plan, err
}

// ownProgram is the program of a credential_process line: by its name where PATH
// leads to one, so that the line survives an upgrade.
func ownProgram(app *command.App) string {
	name := "lanyard"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		if filepath.IsAbs(dir) && self.IsProgram(filepath.Join(dir, name)) {
			return "lanyard"
		}
	}
	if self, err := os.Executable(); err == nil && strings.TrimSuffix(filepath.Base(self), ".exe") == "lanyard" {
		app.Warn("lanyard is not on PATH, so the credential_process lines name the file itself: "+self, "")
		return self
	}
	return "lanyard"
}

// moveKeys are the names of a session whose tokens move with it. The name by the
// start URL, which a legacy profile would use, goes with the first session of it.
func (w *world) moveKeys(s profile.Session) []string {
	keys := append([]string{s.Key()}, w.siblings(s)...)
	uses, err := w.quietSessions()
	if err != nil {
		return keys
	}
	for _, u := range uses {
		if u.Name != "" && starturl.Same(u.StartURL, s.StartURL) {
			if u.Session.Name == s.Name && !slices.Contains(keys, s.StartURL) {
				keys = append(keys, s.StartURL)
			}
			break
		}
	}
	return keys
}

// moveFiles are the places in the cache that belong to a session although nothing
// in them says so: its registration, and the role credentials that the AWS CLI
// wrote.
func (w *world) moveFiles(s profile.Session) []string {
	cache := w.broker.Cache
	files := []string{filepath.Join(cache.SSO(), ssocache.RegistrationName(s.StartURL, s.Region, s.Name, s.Scopes))}
	settings, err := w.profileSettings()
	if err != nil {
		return files
	}
	for _, own := range settings {
		account, role := own["sso_account_id"], own["sso_role_name"]
		if own["sso_session"] == s.Name && account != "" && role != "" {
			files = append(files, filepath.Join(cache.Roles(), ssocache.RoleName(account, role, s.Name, s.StartURL)))
		}
	}
	return files
}
