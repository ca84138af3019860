package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// agentVault is the store in the agent's memory, as this process reaches it.
func (s *stores) agentVault() keystore.Vault {
	if s.inAgent {
		if s.memory == nil {
			return new(agent.Memory) // nothing is in it
		}
		return s.memory
	}
	client := s.client()
	client.Patience = agent.LongPatience
	return agent.Vault{Client: client, Hint: func(err error) string {
		switch {
		case errors.Is(err, agent.ErrSilent):
			return "run: lanyard agent stop"
		case errors.Is(err, agent.ErrEnding):
			return ""
		}
		return "run: " + memoryCommand + "\nor keep tokens elsewhere: lanyard store migrate --to file"
	}}
}

// memoryIsGone says that a session's tokens are to be in the memory of an agent, and
// none runs that keeps any.
func (w *world) memoryIsGone(s profile.Session) bool {
	if store, err := w.broker.Cache.Store(s.Key()); err != nil || store != keystore.Agent {
		return false
	}
	status, err := w.stores.client().Status(context.Background())
	return errors.Is(err, agent.ErrNone) || err == nil && !status.InMemory
}

// memoriesGone lists such sessions: the given one, or all for the zero session.
func (w *world) memoriesGone(s profile.Session) []profile.Session {
	if !w.broker.Cache.Uses(keystore.Agent) {
		return nil
	}
	uses, _ := w.quietSessions() // without them none is known
	var gone []profile.Session
	for _, u := range distinct(uses) {
		if (s.Key() == "" || u.Same(s)) && w.memoryIsGone(u) {
			gone = append(gone, u)
		}
	}
	return gone
}

// tellOfMemory warns of a session whose memory is gone.
func (w *world) tellOfMemory(s profile.Session) {
	if w.memoryIsGone(s) {
		w.tellOfGoneMemory(s)
	}
}

func (w *world) tellOfGoneMemory(s profile.Session) {
	w.app.Warn("the tokens of "+s.Key()+" were in the memory of an agent that does not run any more; if it was killed, they were not revoked",
		"run: "+memoryCommand+", and sign in; or keep tokens elsewhere: lanyard store migrate --to file")
}

// memoryCommand starts an agent with a memory. It is not the AWS CLI's, whatever
// this program is called.
const memoryCommand = "lanyard agent start --in-memory"

// takeIntoMemory moves what lies in the AWS CLI's files into the agent's memory.
// What is in a keychain or encrypted stays there. If it cannot be done for all, it is
// done for none.
func (w *world) takeIntoMemory(ctx context.Context) (err error) {
	if _, err := w.connectInUse(); err != nil {
		return err
	}
	uses, err := w.quietSessions()
	if err != nil {
		return err
	}
	cache := w.broker.Cache
	var moved []profile.Session
	defer func() {
		if err != nil {
			w.backToFiles(ctx, moved)
		}
	}()
	known := map[string]bool{}
	for _, s := range distinct(uses) {
		for _, key := range w.moveKeys(s) {
			known[cache.TokenPath(key)] = true
		}
		if store, err := cache.Store(s.Key()); err != nil {
			return err
		} else if store != keystore.File {
			continue
		}
		moved = append(moved, s) // perhaps in part
		if err := w.moveIntoMemory(ctx, s); err != nil {
			return err
		}
	}
	cache.Sweep(w.app.Now().Add(59 * time.Minute)) // what writers that died a minute ago have left
	for _, f := range cache.Tokens() {
		if !known[f.Path] {
			w.app.Warn("left in clear: "+f.Path+", a token of "+f.Value.StartURL+" under a name that the config does not have", "sign out of it: lanyard sso logout")
		}
	}
	return nil
}

// backToFiles undoes what was moved into a memory that comes to nothing.
func (w *world) backToFiles(ctx context.Context, moved []profile.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), memoryEnds)
	defer cancel()
	for _, s := range moved {
		if _, err := w.broker.Move(ctx, s, w.moveKeys(s), keystore.File, w.moveFiles(s)); err != nil {
			w.app.Warn("the tokens of "+s.Key()+" were not moved back: "+err.Error(), "sign in again")
		}
	}
}

// moveIntoMemory makes the agent's memory the store of a session that is in files.
func (w *world) moveIntoMemory(ctx context.Context, s profile.Session) error {
	store, err := w.broker.Cache.Store(s.Key())
	if err != nil || store != keystore.File {
		return err
	}
	n, err := w.broker.Move(ctx, s, w.moveKeys(s), keystore.Agent, w.moveFiles(s))
	if err == nil {
		w.app.Log.Info("the agent's memory is the store of a session", "session", s.Key(), "secrets", n)
	}
	return err
}

// endMemory returns what signs out of the sessions that are nowhere but in the
// agent's memory: nobody could use them any more, but for who has a copy. Where
// somebody asked for the end, their next sign-ins go to the files again; else they
// wait for the next such agent. It returns what the service could not be told.
func (w *world) endMemory(server *agent.Server) func(context.Context, bool, []agent.Watched) []string {
	app, own := w.app, w.ownSettings()
	return func(ctx context.Context, asked bool, watched []agent.Watched) (untold []string) {
		defer app.Hold()() // a second signal is no reason to leave them alive
		ctx, cancel := context.WithTimeout(ctx, memoryEnds)
		defer cancel()
		var mu sync.Mutex
		tell := func(startURL string, err error) {
			mu.Lock()
			defer mu.Unlock()
			untold = append(untold, fmt.Sprintf("the token of %s is gone, but the service could not be told: %v", startURL, err))
			app.Log.Warn("the service could not be told of a sign-out", "startUrl", startURL, "error", err)
		}
		var all sync.WaitGroup // side by side: one may have to wait for a lock
		for _, session := range watched {
			all.Go(func() {
				if err := endInMemory(ctx, app, server, session, asked); err != nil {
					tell(session.Session.StartURL, err)
				}
			})
		}
		all.Wait()
		// Those that the config does not name, or whose markers somebody has removed.
		for _, tok := range w.stores.memory.Tokens() {
			all.Go(func() {
				settings, ok := server.SettingsOf(tok)
				if !ok {
					settings = own
				}
				if err := server.Broker(settings, nil, func(text string) { logWarning(app, text) }).Revoke(ctx, tok); err != nil {
					tell(tok.StartURL, err)
				}
			})
		}
		all.Wait()
		return untold
	}
}

// endInMemory signs out of one session, if it is in the agent's memory.
func endInMemory(ctx context.Context, app *command.App, server *agent.Server, w agent.Watched, asked bool) error {
	b := server.Broker(w.Settings, w.Siblings, func(text string) { logWarning(app, text) })
	if store, err := b.Cache.Store(w.Session.Key()); err != nil || store != keystore.Agent {
		return nil //nolint:nilerr // what it has in memory is seen to by its token
	}
	out, err := b.Logout(ctx, w.Session, nil)
	for _, u := range out.Unrevoked {
		err = errors.Join(err, u.Err)
	}
	if !asked {
		return err
	}
	for _, key := range append([]string{w.Session.Key(), w.Session.StartURL}, w.Siblings...) {
		if err := b.Cache.Abandon(key, keystore.Agent); err != nil {
			app.Log.Warn("the files are not the store of a session again", "session", key, "error", err)
		}
	}
	return err
}

// ownSettings are the settings of this process without a profile.
func (w *world) ownSettings() agent.Settings {
	p, _, err := profile.Resolve(profile.Inputs{LookupEnv: w.app.Env.Lookup})
	if err != nil {
		return agent.Settings{}
	}
	settings, _ := w.settings(p) // no file can be wrong
	return settings
}

func logWarning(app *command.App, text string) { app.Log.Warn(text) }

// memoryEnds is how long an agent that ends tries to sign out.
const memoryEnds = 40 * time.Second

// intoMemory lets a session's next token go to the memory of an agent that keeps
// tokens there, if one runs.
func (w *world) intoMemory(ctx context.Context, s profile.Session) error {
	if store, err := w.broker.Cache.Store(s.Key()); err != nil || store != keystore.File {
		return nil //nolint:nilerr // who stores the token will say so
	}
	status, err := patientClient(w.app, w.home).Status(ctx) // whatever a question found that could not wait
	switch {
	case err == nil && status.InMemory:
		return w.moveIntoMemory(ctx, s)
	case errors.Is(err, agent.ErrSilent):
		w.app.Warn(err.Error()+": if it is to keep the token in its memory, the token comes to lie in the files all the same", "run: "+w.app.Name+" agent stop")
	}
	return nil
}
