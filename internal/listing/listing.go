// Package listing connects inventories to the sessions of a command. It finds the sessions that
// are signed in, lists them at the same time, and shows the progress on the terminal.
package listing

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/settings"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Options select the sessions of a command.
type Options struct {
	Session string   // the value of --sso-session
	Caller  string   // the name of the command
	Args    []string // the arguments of the command, for hints
	Refresh bool     // ask for everything again
	NoFile  bool     // ignore inventory.source
}

// A Listing has the sessions of a command.
type Listing struct {
	Sessions []*Session
	Several  bool // the command is about all sessions, and more than one is signed in
	w        *workspace.Workspace
	o        Options
	turn     sync.Mutex // the workspace serves one goroutine at a time
}

// A Session is a session that is signed in, with its inventory.
type Session struct {
	profile.Session
	Inventory *inventory.Inventory
	// Given are the accounts of inventory.source; nil if the portal lists the accounts.
	Given *inventory.Given
	// List is what is known. [Listing.Update] sets it.
	List inventory.List
	// Err says why the list is not complete; nil if it is. [Listing.Update] sets it.
	Err error
	// Asked reports whether the last update had to make requests.
	Asked bool

	p        *profile.Profile // with this session, for messages and connections
	id       broker.Identity
	unstored error              // why the list cannot be stored
	progress inventory.Progress // of the last update
	listed   bool               // the last update knew every account
}

// Open returns the sessions that --sso-session or --profile selects, or else every session that is
// signed in. It prints the names of the other sessions to stderr. It returns an error if no session
// is signed in.
func Open(ctx context.Context, app *command.App, o Options) (*Listing, error) {
	if o.Session != "" && app.Flags.Profile != "" {
		return nil, command.Usagef("--sso-session cannot be used with --profile")
	}
	w, p, err := workspace.ForSessions(app)
	if err != nil {
		return nil, err
	}
	only, err := w.NamedSession(p, o.Session)
	if err != nil {
		return nil, err
	}
	l := &Listing{w: w, o: o}
	if only.Key() != "" {
		only = w.PreferNamed(only)
		s, err := l.signedIn(ctx, p, only)
		if err != nil {
			return nil, err
		}
		l.Sessions = []*Session{s}
	} else if err := l.all(p); err != nil {
		return nil, err
	}
	return l, l.readSource(ctx, p)
}

// signedIn returns the session that the user has named. If its token must be refreshed, or if
// auto_login allows a sign-in, signedIn does this first.
func (l *Listing) signedIn(ctx context.Context, p *profile.Profile, s profile.Session) (*Session, error) {
	id, ok, err := l.w.Broker.Identity(s)
	if err != nil {
		return nil, signin.Explain(l.w, by(p, s), err)
	}
	if !ok {
		_, err := signin.Get(ctx, l.w, by(p, s), broker.Request{Session: s, Purpose: broker.AccessToken, Caller: l.o.Caller})
		if err != nil {
			return nil, err
		}
		if id, ok, err = l.w.Broker.Identity(s); !ok {
			return nil, errors.Join(errors.New("the session "+s.Key()+" has no token"), err)
		}
	}
	return l.session(p, s, id), nil
}

// all finds every session that is signed in.
func (l *Listing) all(p *profile.Profile) error {
	uses, err := l.w.Sessions()
	if err != nil {
		return err
	}
	targets := workspace.Distinct(uses)
	if len(targets) == 0 {
		_, err := p.LoginSession()
		if err == nil {
			err = &command.ConfigError{Code: "Configuration", Msg: "no session is configured in " + l.w.In.Config.Path}
		}
		return command.WithHint(err, "no session is configured in %s\n%s", l.w.In.Config.Path, l.w.App.SetUpHint())
	}
	var others []string
	var firstErr error
	for _, s := range targets {
		id, ok, err := l.w.Broker.Identity(s)
		switch {
		case err != nil:
			l.w.App.Warn("session "+s.Key()+": "+err.Error(), command.HintOf(signin.Explain(l.w, by(p, s), err)))
			firstErr = err
		case !ok:
			others = append(others, s.Key())
		default:
			l.Sessions = append(l.Sessions, l.session(p, s, id))
		}
	}
	if len(l.Sessions) == 0 {
		if firstErr != nil {
			return firstErr
		}
		err := signin.Explain(l.w, nameless(p, targets[0]), &broker.SessionError{Session: targets[0], Why: "there is no token"})
		if len(targets) > 1 {
			err = command.WithHint(err, "run: %s login --all\nor name one session: %s login --sso-session NAME", l.w.App.Name, l.w.App.Name)
		}
		return err
	}
	if len(others) > 0 {
		fmt.Fprintf(l.w.App.IO.Err, "%s: not signed in, so not listed: %s\n", l.w.App.Name, strings.Join(others, ", "))
	}
	l.Several = len(l.Sessions) > 1
	return nil
}

// session returns a session that is signed in.
func (l *Listing) session(p *profile.Profile, s profile.Session, id broker.Identity) *Session {
	return &Session{
		Session: s, p: by(p, s), id: id,
		Inventory: openInventory(l.w.Home, s, id),
	}
}

// openInventory returns the inventory of a session.
func openInventory(home string, s profile.Session, id broker.Identity) *inventory.Inventory {
	return inventory.Open(home, inventory.Identity{
		Session: s.Key(), StartURL: s.StartURL, Region: s.Region, Origin: id.Origin, SignIn: id.SignIn, User: id.User,
	})
}

// by returns a copy of a profile without a name, with the session s.
func by(p *profile.Profile, s profile.Session) *profile.Profile {
	made := *p
	if made.Session.Key() != s.Key() {
		made.Name, made.Exists = "", false
	}
	made.Session = s
	return &made
}

// nameless returns a copy of a profile with the session s, for hints. The hints name the session and
// not the profile, because the command is about sessions. A legacy session has no name.
func nameless(p *profile.Profile, s profile.Session) *profile.Profile {
	made := by(p, s)
	if s.Name != "" {
		made.Name, made.Exists = "", false
	}
	return made
}

// readSource reads inventory.source, if it is set. If neither the file nor a copy can be read, the
// portal lists the accounts. The file lists the accounts of one organization, so it needs a single
// session.
func (l *Listing) readSource(ctx context.Context, p *profile.Profile) error {
	if l.o.NoFile {
		return nil
	}
	set, err := settings.Read(l.w.App.Env.Lookup)
	if err != nil || set.Inventory.Source == "" {
		return err
	}
	if l.Several {
		return command.WithHint(&settings.Error{Path: set.Path, Line: set.Inventory.Line, Msg: "inventory.source has the accounts of one organization, and several sessions are signed in"},
			"add --sso-session NAME")
	}
	client, err := l.w.HTTPClient(p)
	if err != nil {
		return err
	}
	given, reason := inventory.Source{Location: set.Inventory.Source, SHA256: set.Inventory.SHA256}.Read(ctx, l.w.Home, client)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if reason != nil {
		instead := "; lanyard uses the last good copy"
		if given == nil {
			instead = "; lanyard asks the service for the accounts"
		}
		l.w.App.Warn(reason.Error()+instead, fmt.Sprintf("check inventory in %s, line %d", set.Path, set.Inventory.Line))
	}
	l.Sessions[0].Given = given
	return nil
}

// A Demand says what a command wants to know about a session.
type Demand struct {
	Need inventory.Need
	// Observe is called with what is new; see [inventory.Options]. It may be nil.
	Observe func(inventory.Progress)
	// Filter lets the accounts pass that the command needs. If it is not nil, the List may lack
	// other accounts, and is read faster. It may be nil.
	Filter inventory.Filter
}

// Update brings the lists of all sessions up to date, at the same time. It sets List and Err of
// each session. demand is called for each session before the first request.
func (l *Listing) Update(ctx context.Context, demand func(*Session) Demand) {
	bar := newBar(l.w.App, l.Several)
	var wg sync.WaitGroup
	for _, s := range l.Sessions {
		d := demand(s)
		o := inventory.Options{Need: d.Need, Refresh: l.o.Refresh, Given: s.Given, Now: l.w.App.Now}
		var known bool
		if d.Filter != nil {
			s.List, known = s.Inventory.Quick(o, d.Filter)
		}
		if !known {
			s.List, known, s.Err = s.Inventory.Known(o)
		}
		if known {
			continue
		}
		s.Asked = true
		if o, s.Err = l.connected(s, d, o, bar); s.Err != nil {
			continue
		}
		wg.Go(func() { s.List, s.Err = s.Inventory.Update(ctx, o) })
	}
	wg.Wait()
	bar.clear()
	for _, s := range l.Sessions {
		if s.unstored != nil {
			l.w.App.Warn(s.unstored.Error(), "")
		} else if ctx.Err() != nil {
			l.tellStored(s)
		}
		if errors.As(s.Err, new(*idcenter.ConnectError)) {
			s.Err = l.w.AdviseConnection(s.Err)
		}
	}
}

// connected adds to the options what the requests need.
func (l *Listing) connected(s *Session, d Demand, o inventory.Options, bar *bar) (inventory.Options, error) {
	o.Observe = func(p inventory.Progress) {
		s.progress, s.listed = p, s.listed || p.Listed != nil
		bar.show(s.Key(), p, func() {
			if d.Observe != nil {
				d.Observe(p)
			}
		})
	}
	o.Warn = func(err error) { s.unstored = err }
	o.Token = func(ctx context.Context, rejected secret.String) (secret.String, error) {
		return l.token(ctx, s, rejected)
	}
	o.Limit = l.Limiter(s)
	l.turn.Lock() // the workspace is not made for several goroutines
	defer l.turn.Unlock()
	client, err := l.w.Client(s.p, s.StartURL, s.Region)
	o.Portal = client
	return o, err
}

// Limiter returns the limiter of the requests to the session's portal. All processes share it.
func (l *Listing) Limiter(s *Session) *ratelimit.Limiter {
	return limiter(l.w.Home, s.Inventory, s.id.Origin)
}

// LimiterOf returns the limiter of the requests to the portal of a session, as [Listing.Limiter]
// does. w must be connected.
func LimiterOf(w *workspace.Workspace, s profile.Session) *ratelimit.Limiter {
	id, ok, err := w.Broker.Identity(s)
	if err != nil || !ok {
		id.Origin = ssocache.AWS // without a sign-in there will be no request
	}
	return limiter(w.Home, openInventory(w.Home, s, id), id.Origin)
}

// Known returns what the last listing of a session has stored. It makes no request. The list is
// empty without a sign-in, or if the stored list cannot be read. w must be connected.
func Known(w *workspace.Workspace, s profile.Session) inventory.List {
	id, ok, err := w.Broker.Identity(s)
	if err != nil || !ok {
		return inventory.List{}
	}
	list, err := openInventory(w.Home, s, id).Read()
	if err != nil {
		w.App.Log.Debug("the names of accounts are not known", "why", err)
	}
	return list
}

func limiter(home string, v *inventory.Inventory, origin string) *ratelimit.Limiter {
	return ratelimit.New(ratelimit.Options{
		Path: filepath.Join(home, ".aws", "lanyard", "rate", v.Name()), Probe: origin != ssocache.AWS,
	})
}

// token returns an access token. It returns an error after another sign-in, because the list
// belongs to the user of the first sign-in.
func (l *Listing) token(ctx context.Context, s *Session, rejected secret.String) (secret.String, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	answer, err := signin.Get(ctx, l.w, s.p, broker.Request{
		Session: s.Session, Purpose: broker.AccessToken, Caller: l.o.Caller, Rejected: rejected,
	})
	if err != nil {
		return secret.String{}, err
	}
	now, ok, err := l.w.Broker.Identity(s.Session)
	if err != nil {
		return secret.String{}, err
	}
	if !ok || now.Origin != s.id.Origin || l.signedInAgain(now, s.id) {
		return secret.String{}, command.WithHint(errors.New("session "+s.Key()+": another sign-in happened while the accounts were listed"), "run the command again")
	}
	return answer.Token.AccessToken, nil
}

// signedInAgain reports whether two identities are different sign-ins, perhaps of different users.
func (l *Listing) signedInAgain(now, before broker.Identity) bool {
	return now.SignIn != before.SignIn && (now.User == "" || now.User != before.User)
}
