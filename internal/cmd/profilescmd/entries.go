package profilescmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// listings returns the accounts and roles of the sessions. partial is an error that did not stop the
// command, because other accounts were listed.
func listings(ctx context.Context, w *workspace.Workspace, p *profile.Profile, o options) (list []profilesync.Listing, partial, err error) {
	sessions, err := targets(w, o)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range sessions {
		l, err := one(ctx, w, p, s, o)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, l)
	}
	return list, nil, nil
}

// targets returns the sessions of the command.
func targets(w *workspace.Workspace, o options) ([]profile.Session, error) {
	if o.session != "" {
		s, err := w.SessionNamed(o.session)
		return []profile.Session{s}, err
	}
	uses, err := w.Sessions()
	if err != nil {
		return nil, err
	}
	var list []profile.Session
	for _, u := range uses {
		tok, err := w.Broker.Peek(u.Session)
		if u.Name != "" && err == nil && tok.Left(w.App.Now()) > 0 {
			list = append(list, u.Session)
		}
	}
	if len(list) == 0 {
		return nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "no [sso-session] of " + w.In.Config.Path + " is signed in"}, "run: %s login", w.App.Name)
	}
	return list, nil
}

// one lists a session.
func one(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o options) (profilesync.Listing, error) {
	l := profilesync.Listing{Session: s.Name, StartURL: s.StartURL, Region: s.Region, Origin: "aws"}
	settings, err := w.Settings(p.ForSession())
	if err != nil {
		return l, err
	}
	if settings.Portal.URL != "" {
		l.Origin = settings.Portal.URL
	}
	answer, err := w.Broker.Get(ctx, broker.Request{Session: s, Purpose: broker.AccessToken, Caller: o.describe()})
	if err != nil {
		return l, err
	}
	client, err := w.Client(p, s.StartURL, s.Region)
	if err != nil {
		return l, err
	}
	for a, err := range client.Accounts(ctx, answer.Token.AccessToken) {
		if err != nil {
			return l, w.AdviseConnection(fmt.Errorf("the accounts of %s could not be listed: %w", s.StartURL, err))
		}
		for r, err := range client.Roles(ctx, answer.Token.AccessToken, a.ID) {
			if err != nil {
				return l, w.AdviseConnection(errors.Join(fmt.Errorf("the roles of account %s could not be listed: %w", a.ID, err)))
			}
			l.Entries = append(l.Entries, profilesync.Entry{AccountID: a.ID, AccountName: a.Name, Email: a.Email, Role: r.Name})
		}
	}
	l.Complete = true
	return l, nil
}
