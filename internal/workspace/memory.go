package workspace

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// MemoryIsGone says that a session's tokens are to be in the memory of an agent, and
// none runs that keeps any.
func (w *Workspace) MemoryIsGone(s profile.Session) bool {
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.Agent {
		return false
	}
	status, err := w.Stores.client().Status(context.Background())
	return errors.Is(err, agent.ErrNone) || err == nil && !status.InMemory
}

// MemoriesGone lists such sessions: the given one, or all for the zero session.
func (w *Workspace) MemoriesGone(s profile.Session) []profile.Session {
	if !w.Broker.Cache.Uses(keystore.Agent) {
		return nil
	}
	uses, _ := w.QuietSessions() // without them none is known
	var gone []profile.Session
	for _, u := range Distinct(uses) {
		if (s.Key() == "" || u.Same(s)) && w.MemoryIsGone(u) {
			gone = append(gone, u)
		}
	}
	return gone
}

// TellOfMemory warns of a session whose memory is gone.
func (w *Workspace) TellOfMemory(s profile.Session) {
	if w.MemoryIsGone(s) {
		w.TellOfGoneMemory(s)
	}
}

func (w *Workspace) TellOfGoneMemory(s profile.Session) {
	w.App.Warn("the tokens of "+s.Key()+" were in the memory of an agent that does not run any more; if it was killed, they were not revoked",
		"run: "+MemoryCommand+", and sign in; or keep tokens elsewhere: lanyard store migrate --to file")
}

// MemoryCommand starts an agent with a memory. It is not the AWS CLI's, whatever
// this program is called.
const MemoryCommand = "lanyard agent start --in-memory"

// MoveIntoMemory makes the agent's memory the store of a session that is in files.
func (w *Workspace) MoveIntoMemory(ctx context.Context, s profile.Session) error {
	store, err := w.Broker.Cache.Store(s.Key())
	if err != nil || store != keystore.File {
		return err
	}
	n, err := w.Broker.Move(ctx, s, w.MoveKeys(s), keystore.Agent, w.MoveFiles(s))
	if err == nil {
		w.App.Log.Info("the agent's memory is the store of a session", "session", s.Key(), "secrets", n)
	}
	return err
}

// IntoMemory lets a session's next token go to the memory of an agent that keeps
// tokens there, if one runs.
func (w *Workspace) IntoMemory(ctx context.Context, s profile.Session) error {
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.File {
		return nil //nolint:nilerr // who stores the token will say so
	}
	status, err := PatientClient(w.App, w.Home).Status(ctx) // whatever a question found that could not wait
	switch {
	case err == nil && status.InMemory:
		return w.MoveIntoMemory(ctx, s)
	case errors.Is(err, agent.ErrSilent):
		w.App.Warn(err.Error()+": if it is to keep the token in its memory, the token comes to lie in the files all the same", "run: "+w.App.Name+" agent stop")
	}
	return nil
}

// MoveKeys are the names of a session whose tokens move with it. The name by the
// start URL, which a legacy profile would use, goes with the first session of it.
func (w *Workspace) MoveKeys(s profile.Session) []string {
	keys := append([]string{s.Key()}, w.Siblings(s)...)
	uses, err := w.QuietSessions()
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

// MoveFiles are the places in the cache that belong to a session although nothing
// in them says so: its registration, and the role credentials that the AWS CLI
// wrote.
func (w *Workspace) MoveFiles(s profile.Session) []string {
	cache := w.Broker.Cache
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
