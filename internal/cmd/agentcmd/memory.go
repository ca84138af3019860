// What an agent with --in-memory does when it starts and when it ends.

package agentcmd

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
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// takeIntoMemory moves what lies in the AWS CLI's files into the agent's memory.
// What is in a keychain or encrypted stays there. If it cannot be done for all, it is
// done for none.
func takeIntoMemory(ctx context.Context, w *workspace.Workspace) (err error) {
	if _, err := w.ConnectInUse(); err != nil {
		return err
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return err
	}
	cache := w.Broker.Cache
	var moved []profile.Session
	defer func() {
		if err != nil {
			backToFiles(ctx, w, moved)
		}
	}()
	known := map[string]bool{}
	for _, s := range workspace.Distinct(uses) {
		for _, key := range w.MoveKeys(s) {
			known[cache.TokenPath(key)] = true
		}
		if store, err := cache.Store(s.Key()); err != nil {
			return err
		} else if store != keystore.File {
			continue
		}
		moved = append(moved, s) // perhaps in part
		if err := w.MoveIntoMemory(ctx, s); err != nil {
			return err
		}
	}
	cache.Sweep(w.App.Now().Add(59 * time.Minute)) // what writers that died a minute ago have left
	for _, f := range cache.Tokens() {
		if !known[f.Path] {
			w.App.Warn("left in clear: "+f.Path+", a token of "+f.Value.StartURL+" under a name that the config does not have", "sign out of it: lanyard sso logout")
		}
	}
	return nil
}

// memoryLimit is how long an agent that ends tries to sign out.
const memoryLimit = 40 * time.Second

// backToFiles moves sessions back to the files, because the agent does not start.
func backToFiles(ctx context.Context, w *workspace.Workspace, moved []profile.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), memoryLimit)
	defer cancel()
	for _, s := range moved {
		if _, err := w.Broker.Move(ctx, s, w.MoveKeys(s), keystore.File, w.MoveFiles(s)); err != nil {
			w.App.Warn("the tokens of "+s.Key()+" were not moved back: "+err.Error(), "sign in again")
		}
	}
}

// endMemory returns the function that signs out of the sessions in the agent's memory:
// after its end only a thief with a copy could use them. If a user asked the agent to
// end, their next sign-ins go to the files again; else they wait for the next agent in
// memory. The function returns which sign-outs the service could not be told of.
func endMemory(w *workspace.Workspace, memory *agent.Memory, server *agent.Server) func(context.Context, bool, []agent.Watched) []string {
	app, own := w.App, ownSettings(w)
	return func(ctx context.Context, asked bool, watched []agent.Watched) (unrevoked []string) {
		defer app.Hold()() // a second signal is no reason to leave them alive
		ctx, cancel := context.WithTimeout(ctx, memoryLimit)
		defer cancel()
		var mu sync.Mutex
		tell := func(startURL string, err error) {
			mu.Lock()
			defer mu.Unlock()
			unrevoked = append(unrevoked, fmt.Sprintf("the token of %s is gone, but the service could not be told: %v", startURL, err))
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
		// Tokens that the config does not name, or whose markers were removed.
		for _, tok := range memory.Tokens() {
			all.Go(func() {
				settings, ok := server.SettingsOf(tok)
				if !ok {
					settings = own
				}
				if err := server.Broker(settings, nil, logWarnings(app)).Revoke(ctx, tok); err != nil {
					tell(tok.StartURL, err)
				}
			})
		}
		all.Wait()
		return unrevoked
	}
}

// endInMemory signs out of one session, if it is in the agent's memory.
func endInMemory(ctx context.Context, app *command.App, server *agent.Server, w agent.Watched, asked bool) error {
	b := server.Broker(w.Settings, w.Siblings, logWarnings(app))
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
		if err := b.Cache.Discard(key, keystore.Agent); err != nil {
			app.Log.Warn("the files are not the store of a session again", "session", key, "error", err)
		}
	}
	return err
}

// ownSettings returns the settings of this process without a profile.
func ownSettings(w *workspace.Workspace) agent.Settings {
	p, _, err := profile.Resolve(profile.Inputs{LookupEnv: w.App.Env.Lookup})
	if err != nil {
		return agent.Settings{}
	}
	settings, _ := w.Settings(p) // no file can be wrong
	return settings
}

// logWarnings returns what writes the warnings of a broker to the log.
func logWarnings(app *command.App) func(string) {
	return func(text string) { app.Log.Warn(text) }
}
