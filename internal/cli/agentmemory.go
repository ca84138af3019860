package cli

import (
	"context"
	"errors"
	"slices"

	"lanyard/internal/agent"
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
	return agent.Vault{Client: client, Hint: "run: " + app.memoryCommand() + "\nor keep tokens elsewhere: lanyard store migrate --to file"}
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

func (app *App) memoryCommand() string { return "lanyard agent start --in-memory" }

// takeIntoMemory moves what lies in the AWS CLI's files into the agent's memory.
// What is in a keychain or encrypted stays there.
func (app *App) takeIntoMemory(ctx context.Context) error {
	w, err := app.world()
	if err != nil {
		return err
	}
	p, err := w.resolveForLogin()
	if err != nil {
		return err
	}
	w.connect(p)
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

// endMemory signs out of what is nowhere but in the agent's memory: nobody could
// use it any more, but for who has a copy. The next sign-in goes to the files again.
func (app *App) endMemory(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, agentEnds/2)
	defer cancel()
	w, err := app.world()
	if err != nil {
		app.log.Warn("not signed out", "error", err)
		return
	}
	uses, err := w.quietSessions()
	if err != nil {
		app.log.Warn("not signed out", "error", err)
		return
	}
	for _, s := range distinct(uses) {
		if err := w.endInMemory(ctx, s, firstUser(uses, s)); err != nil {
			app.log.Warn("not signed out", "session", s.Key(), "error", err)
		}
	}
}

func (w *world) endInMemory(ctx context.Context, s profile.Session, user string) error {
	in := w.in
	in.Profile = user
	p, _, err := profile.Resolve(in)
	if p == nil {
		return err
	}
	w.connect(p)
	if store, err := w.broker.Cache.Store(s.Key()); err != nil || store != keystore.Agent {
		return err
	}
	out, err := w.broker.Logout(ctx, s, nil)
	for _, u := range out.Unrevoked {
		err = errors.Join(err, u.Err)
	}
	_, err2 := w.broker.Move(ctx, s, w.moveKeys(s), keystore.File, w.moveFiles(s))
	w.app.log.Info("signed out", "session", s.Key())
	return errors.Join(err, err2)
}

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
