package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lanyard/internal/agent"
	"lanyard/internal/broker"
	"lanyard/internal/keystore"
	"lanyard/internal/profile"
	"lanyard/internal/ssocache"
)

// agentVault is the store in the agent's memory, as this process reaches it.
func (app *App) agentVault(home string) keystore.Vault {
	if app.isAgent {
		if app.memory == nil {
			return new(agent.Memory) // nothing is in it
		}
		return app.memory
	}
	client := app.agentClient(home)
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
	status, err := w.app.agentClient(w.home).Status(context.Background())
	return errors.Is(err, agent.ErrNone) || err == nil && !status.InMemory
}

// tellOfMemory warns of such a session.
func (w *world) tellOfMemory(s profile.Session) {
	if w.memoryIsGone(s) {
		w.app.warn("the tokens of "+s.Key()+" were in the memory of an agent that does not run any more; if it was killed, they were not revoked",
			"run: "+memoryCommand+", and sign in; or keep tokens elsewhere: lanyard store migrate --to file")
	}
}

// memoryCommand starts an agent with a memory. It is not the AWS CLI's, whatever
// this program is called.
const memoryCommand = "lanyard agent start --in-memory"

// takeIntoMemory moves what lies in the AWS CLI's files into the agent's memory.
// What is in a keychain or encrypted stays there.
func (app *App) takeIntoMemory(ctx context.Context) error {
	w, _, err := app.connected()
	if err != nil {
		return err
	}
	uses, err := w.quietSessions()
	if err != nil {
		return err
	}
	for _, s := range distinct(uses) {
		if err := w.moveIntoMemory(ctx, s); err != nil {
			return err
		}
	}
	w.broker.Cache.Sweep(app.Now().Add(59 * time.Minute)) // what writers that died a minute ago have left
	for _, f := range w.broker.Cache.Tokens() {
		if !slices.ContainsFunc(uses, func(u profile.SessionUse) bool { return f.Value.Belongs(u.StartURL, u.Region) }) {
			app.warn("left in clear: "+f.Path+", a token of "+f.Value.StartURL+", which the config does not name", "sign out of it: lanyard sso logout")
		}
	}
	return nil
}

// moveIntoMemory makes the agent's memory the store of a session that is in files.
func (w *world) moveIntoMemory(ctx context.Context, s profile.Session) error {
	store, err := w.broker.Cache.Store(s.Key())
	if err != nil || store != keystore.File {
		return err
	}
	n, err := w.broker.Move(ctx, s, w.moveKeys(s), keystore.Agent, w.moveFiles(s))
	w.app.log.Info("the agent's memory is the store of a session", "session", s.Key(), "secrets", n)
	return err
}

// endMemory returns what signs out of the sessions that are nowhere but in the
// agent's memory: nobody could use them any more, but for who has a copy. Where
// somebody asked for the end, their next sign-ins go to the files again; else they
// wait for the next such agent. It returns what the service could not be told.
func (app *App) endMemory(made func(agent.Settings, []string, func(string)) *broker.Broker) func(context.Context, bool, []agent.Watched) []string {
	return func(ctx context.Context, asked bool, watched []agent.Watched) (untold []string) {
		ctx, cancel := context.WithTimeout(ctx, memoryEnds)
		defer cancel()
		warn := func(text string) { app.log.Warn(text) }
		tell := func(startURL string, err error) {
			untold = append(untold, fmt.Sprintf("the token of %s is gone, but the service could not be told: %v", startURL, err))
			app.log.Warn("the service could not be told of a sign-out", "startUrl", startURL, "error", err)
		}
		for _, w := range watched {
			b := made(w.Settings, w.Siblings, warn)
			if store, err := b.Cache.Store(w.Session.Key()); err != nil || store != keystore.Agent {
				continue
			}
			out, err := b.Logout(ctx, w.Session, nil)
			for _, u := range out.Unrevoked {
				err = errors.Join(err, u.Err)
			}
			if err != nil {
				tell(w.Session.StartURL, err)
			}
			if !asked {
				continue
			}
			for _, key := range append([]string{w.Session.Key(), w.Session.StartURL}, w.Siblings...) {
				if err := b.Cache.Abandon(key, keystore.Agent); err != nil {
					app.log.Warn("the files are not the store of a session again", "session", key, "error", err)
				}
			}
		}
		// Those that the config does not name, or whose markers somebody has removed.
		for _, tok := range app.memory.Tokens() {
			if err := made(app.settingsOf(tok, watched), nil, warn).Revoke(ctx, tok); err != nil {
				tell(tok.StartURL, err)
			}
		}
		return untold
	}
}

// settingsOf are those of a session of the same start URL, or else the default
// profile's.
func (app *App) settingsOf(tok ssocache.Token, watched []agent.Watched) agent.Settings {
	for _, w := range watched {
		if tok.Belongs(w.Session.StartURL, w.Session.Region) {
			return w.Settings
		}
	}
	w, err := app.world()
	if err != nil {
		return agent.Settings{}
	}
	settings, _ := w.settingsFor(profile.SessionUse{}) // AWS's own endpoints, if there is none
	return settings
}

// memoryEnds is how long an agent that ends tries to sign out.
const memoryEnds = 20 * time.Second

// intoMemory lets a session's next token go to the memory of an agent that keeps
// tokens there, if one runs.
func (w *world) intoMemory(ctx context.Context, s profile.Session) error {
	if store, err := w.broker.Cache.Store(s.Key()); err != nil || store != keystore.File {
		return nil //nolint:nilerr // who stores the token will say so
	}
	client := w.app.agentClient(w.home)
	client.Patience = agent.LongPatience
	status, err := client.Status(ctx)
	switch {
	case err == nil && status.InMemory:
		return w.moveIntoMemory(ctx, s)
	case errors.Is(err, agent.ErrSilent):
		w.app.warn(err.Error()+": if it is to keep the token in its memory, the token comes to lie in the files all the same", "run: "+w.app.Name+" agent stop")
	}
	return nil
}
