package profilescmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/listing"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// listings returns the accounts and roles of the sessions. partial is the error of a listing that
// lacks some accounts or roles. The command can still add profiles.
func listings(ctx context.Context, app *command.App, o options) (list []profilesync.Listing, partial, err error) {
	// A removal needs the word of the service: a file of accounts does not prove that an account
	// is gone.
	l, err := listing.Open(ctx, app, listing.Options{Session: o.session, Caller: o.describe(), Refresh: o.refresh, NoFile: o.pruning})
	if err != nil {
		return nil, nil, err
	}
	l.Update(ctx, func(*listing.Session) listing.Demand { return listing.Demand{} })
	if ctx.Err() != nil {
		return nil, nil, errors.Join(ctx.Err(), l.Err())
	}
	roles := 0
	for _, s := range l.Sessions {
		if s.Name == "" {
			fmt.Fprintf(app.IO.Err, "%s: no profiles for %s, because it has no [sso-session]; to make one, run: %s configure upgrade\n",
				app.Name, terminal.Printable(s.StartURL), app.Name)
			continue
		}
		list = append(list, listingOf(s))
		roles += len(list[len(list)-1].Entries)
	}
	if roles == 0 && l.Err() != nil {
		return nil, nil, l.Err()
	}
	l.TellAge(app.Now())
	return list, l.Err(), nil
}

// listingOf returns the accounts and roles of a session.
func listingOf(s *listing.Session) profilesync.Listing {
	l := profilesync.Listing{
		Session: s.Name, StartURL: s.StartURL, Region: s.Region, Origin: s.Origin(),
		Complete: s.List.Complete && s.Err == nil && s.Given == nil,
		Entries:  make([]profilesync.Entry, 0, s.List.Roles()),
	}
	for _, a := range s.List.Accounts {
		for _, role := range a.Roles {
			l.Entries = append(l.Entries, profilesync.Entry{AccountID: a.ID, AccountName: a.Name, Email: a.Email, Role: role})
		}
	}
	return l
}
