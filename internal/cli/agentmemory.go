package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"lanyard/internal/agent"
	"lanyard/internal/broker"
	"lanyard/internal/keystore"
	"lanyard/internal/profile"
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
	return agent.Vault{Client: client, Hint: "run: " + memoryCommand + "\nor keep tokens elsewhere: lanyard store migrate --to file"}
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
		w.app.warn("the tokens of "+s.Key()+" were in the memory of an agent that does not run any more",
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
// agent's memory: nobody could use them any more, but for who has a copy. Their next
// sign-ins go to the files again.
func (app *App) endMemory(made func(agent.Settings, []string, func(string)) *broker.Broker) func(context.Context, []agent.Watched) {
	return func(ctx context.Context, watched []agent.Watched) {
		ctx, cancel := context.WithTimeout(ctx, memoryEnds)
		defer cancel()
		for _, w := range watched {
			b := made(w.Settings, w.Siblings, func(text string) { app.log.Warn(text, "session", w.Session.Key()) })
			if store, err := b.Cache.Store(w.Session.Key()); err != nil || store != keystore.Agent {
				continue
			}
			out, err := b.Logout(ctx, w.Session, nil)
			for _, u := range out.Unrevoked {
				err = errors.Join(err, u.Err)
			}
			for _, key := range append([]string{w.Session.Key(), w.Session.StartURL}, w.Siblings...) {
				err = errors.Join(err, b.Cache.Abandon(key, keystore.Agent))
			}
			if err != nil {
				app.log.Warn("the service could not be told of the sign-out", "session", w.Session.Key(), "error", err)
				continue
			}
			app.log.Info("signed out", "session", w.Session.Key())
		}
	}
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
