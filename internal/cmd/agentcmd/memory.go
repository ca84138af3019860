// The start and the end of an agent with --in-memory.

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

// takeIntoMemory moves all sessions of the file store into the agent's memory. If it cannot move
// a session, it moves all of them back. It does not move sessions of other stores.
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
		moved = append(moved, s) // append s first, because the move may fail halfway
		if err := w.MoveIntoMemory(ctx, s); err != nil {
			return err
		}
	}
	cache.Sweep(w.App.Now().Add(59 * time.Minute)) // remove temporary files that are older than a minute
	for _, f := range cache.Tokens() {
		if !known[f.Path] {
			w.App.Warn(f.Path+": a plaintext token of "+f.Value.StartURL+", which belongs to no session in the config", "to revoke it, run: lanyard sso logout")
		}
	}
	return nil
}

// memoryLimit is how long a stopping agent tries to sign out.
const memoryLimit = 40 * time.Second

// backToFiles moves sessions back to the files after the agent has failed to start.
func backToFiles(ctx context.Context, w *workspace.Workspace, moved []profile.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), memoryLimit)
	defer cancel()
	for _, s := range moved {
		if _, err := w.Broker.Move(ctx, s, w.MoveKeys(s), keystore.File, w.MoveFiles(s)); err != nil {
			w.App.Warn("session "+s.Key()+": cannot move the tokens back to the files: "+err.Error(), "run: "+w.App.Name+" sso login")
		}
	}
}

// endMemory returns the function for [agent.Server.End]. The function signs out of all sessions
// in the agent's memory. After the agent's end, only a thief with a copy could use these
// tokens.
//
// If the user has stopped the agent, later sign-ins use the files again. Otherwise they use the
// memory of the next agent.
func endMemory(w *workspace.Workspace, memory *agent.Memory, server *agent.Server) func(context.Context, bool, []agent.Watched) []string {
	app, own := w.App, ownSettings(w)
	return func(ctx context.Context, asked bool, watched []agent.Watched) (unrevoked []string) {
		defer app.Hold()() // a second signal must not interrupt the sign-outs
		ctx, cancel := context.WithTimeout(ctx, memoryLimit)
		defer cancel()
		var mu sync.Mutex
		report := func(startURL string, err error) {
			mu.Lock()
			defer mu.Unlock()
			unrevoked = append(unrevoked, fmt.Sprintf("the token of %s was removed, but could not be revoked: %v", startURL, err))
			app.Log.Warn("a session could not be revoked", "startUrl", startURL, "error", err)
		}
		var all sync.WaitGroup // sign out in parallel, because each sign-out may wait for a lock
		for _, session := range watched {
			all.Go(func() {
				if err := endInMemory(ctx, app, server, session, asked); err != nil {
					report(session.Session.StartURL, err)
				}
			})
		}
		all.Wait()
		// Some tokens belong to no session of the config, or their marker is missing.
		for _, tok := range memory.Tokens() {
			all.Go(func() {
				settings, ok := server.SettingsOf(tok)
				if !ok {
					settings = own
				}
				if err := server.Broker(settings, nil, logWarnings(app)).Revoke(ctx, tok); err != nil {
					report(tok.StartURL, err)
				}
			})
		}
		all.Wait()
		return unrevoked
	}
}

// endInMemory signs out of one session, if the session is in the agent's memory.
func endInMemory(ctx context.Context, app *command.App, server *agent.Server, w agent.Watched, asked bool) error {
	b := server.Broker(w.Settings, w.Siblings, logWarnings(app))
	if store, err := b.Cache.Store(w.Session.Key()); err != nil || store != keystore.Agent {
		return nil //nolint:nilerr // endMemory revokes all tokens in memory anyway
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
			app.Log.Warn("the session still uses the agent store", "session", key, "error", err)
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
	settings, _ := w.Settings(p) // Settings cannot fail if p uses no files
	return settings
}

// logWarnings returns a function that logs the warnings of a broker.
func logWarnings(app *command.App) func(string) {
	return func(text string) { app.Log.Warn(text) }
}
