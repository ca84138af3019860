package inventorycmd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/listing"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/typo"
)

// roles prints the roles of one account, or of all accounts if wanted is "".
func roles(ctx context.Context, app *command.App, o options, wanted string) error {
	lo := listing.Options{Session: o.session, Caller: "roles", Refresh: o.refresh}
	if wanted != "" {
		lo.Args = []string{wanted}
	}
	l, err := listing.Open(ctx, app, lo)
	if err != nil {
		return err
	}
	id := accountID(wanted)
	matches := func(a inventory.Account) bool { return wanted == "" || a.ID == id || strings.EqualFold(a.Name, wanted) }
	if id != "" {
		onlyWhereKnown(l, id)
	}
	t := newTable(app, l, "ACCOUNT", "NAME", "ROLE")
	l.Update(ctx, func(s *listing.Session) listing.Demand {
		var d listing.Demand
		switch {
		case id != "":
			d.Need.ID, d.Filter = id, inventory.ContainsAll(id)
		case wanted != "":
			d.Need.Match, d.Filter = matches, inventory.ContainsAll(wanted)
		}
		if plain(app) && wanted == "" {
			d.Observe = t.feed(s, true, roleRows)
		}
		return d
	})
	if err := interrupted(ctx, l); err != nil {
		return err
	}
	t.finish()
	if id != "" {
		withoutRefusals(l)
	}
	found := rolesOf(l, matches)
	if wanted != "" && len(found) == 0 && l.Err() == nil {
		return notFound(l, wanted, matches)
	}
	l.TellAge(app.Now())
	if plain(app) {
		if wanted != "" {
			t.print(l, func(s *listing.Session) []row {
				var rows []row
				for _, a := range s.List.Accounts {
					if matches(a) {
						rows = append(rows, roleRows(a)...)
					}
				}
				return rows
			})
		}
		t.empty()
		return l.Err()
	}
	doc := map[string]any{"roles": found}
	return errors.Join(output.Print(app, "Roles", withFailures(doc, l)), l.Err())
}

// roleRows returns the rows of an account in the table of roles.
func roleRows(a inventory.Account) []row {
	var rows []row
	for _, r := range a.Roles {
		rows = append(rows, row{[]string{a.ID, a.Name}, []string{r}})
	}
	return rows
}

// rolesOf returns the roles of the accounts that match.
func rolesOf(l *listing.Listing, matches func(inventory.Account) bool) []role {
	out := []role{}
	for _, s := range l.Sessions {
		for _, a := range s.List.Accounts {
			if !matches(a) {
				continue
			}
			for _, r := range a.Roles {
				out = append(out, role{s.Key(), a.ID, a.Name, r})
			}
		}
	}
	return out
}

// accountID returns the id that a word names, or "". The word can have hyphens, as in the console.
func accountID(word string) string {
	bare := strings.ReplaceAll(word, "-", "")
	if len(bare) != 12 || strings.Trim(bare, "0123456789") != "" {
		return ""
	}
	return bare
}

// onlyWhereKnown removes the sessions whose list does not have the account, if another session's
// list has it.
func onlyWhereKnown(l *listing.Listing, id string) {
	known := func(s *listing.Session) bool {
		list, err := s.Inventory.Read()
		_, ok := list.Account(id)
		return err == nil && ok
	}
	if len(l.Sessions) > 1 && slices.ContainsFunc(l.Sessions, known) {
		l.Sessions = slices.DeleteFunc(l.Sessions, func(s *listing.Session) bool { return !known(s) })
	}
}

// withoutRefusals removes the sessions that refused the account, if another session listed it.
func withoutRefusals(l *listing.Listing) {
	listed := func(s *listing.Session) bool { return s.Err == nil }
	if slices.ContainsFunc(l.Sessions, listed) {
		l.Sessions = slices.DeleteFunc(l.Sessions, func(s *listing.Session) bool {
			var incomplete *inventory.IncompleteError
			return errors.As(s.Err, &incomplete) && incomplete.Err == nil
		})
	}
}

// notFound returns the error for an account without roles, or for an account that no list has.
func notFound(l *listing.Listing, wanted string, matches func(inventory.Account) bool) error {
	var names []string
	for _, s := range l.Sessions {
		list, _ := s.Inventory.Read() // without the list there is only no suggestion
		known := list.Accounts
		if s.Given != nil {
			known = s.Given.Accounts // the list may also have ids that the user has tried
		}
		for _, a := range known {
			if matches(a) {
				name := a.ID
				if a.Name != "" {
					name += " (" + a.Name + ")"
				}
				return command.WithHint(command.Failuref("account %s: you have no role in this account", name), "to list all your roles, run: lanyard roles")
			}
			names = append(names, a.Name)
		}
	}
	slices.Sort(names)
	hint := "to list your accounts, run: lanyard accounts"
	if near := typo.Nearest(wanted, slices.Compact(names)); len(near) > 0 {
		hint = "did you mean: " + strings.Join(near, ", ") + "\n" + hint
	}
	return command.WithHint(command.Failuref("you have no account %s", command.Quote(wanted)), "%s", hint)
}

// find prints the roles that match every word.
func find(ctx context.Context, app *command.App, o options, args []string) error {
	l, err := listing.Open(ctx, app, listing.Options{Session: o.session, Caller: "find", Args: args, Refresh: o.refresh})
	if err != nil {
		return err
	}
	words := strings.Fields(strings.Join(args, " "))
	l.Update(ctx, func(*listing.Session) listing.Demand { return listing.Demand{Filter: inventory.ContainsAll(words...)} })
	if err := interrupted(ctx, l); err != nil {
		return err
	}
	found := map[*listing.Session][]inventory.Match{}
	n := 0
	for _, s := range l.Sessions {
		found[s] = s.List.Find(words)
		n += len(found[s])
	}
	l.TellAge(app.Now())
	if plain(app) {
		if n > 0 {
			t := newTable(app, l, "ACCOUNT", "NAME", "ROLE")
			t.print(l, func(s *listing.Session) []row {
				rows := make([]row, len(found[s]))
				for i, m := range found[s] {
					rows[i] = row{[]string{m.Account.ID, m.Account.Name}, []string{m.Role}}
					if m.Role == "" {
						rows[i].roles = rolesCell(m.Account)
					}
				}
				return rows
			})
		}
	} else {
		out := []role{}
		for _, s := range l.Sessions {
			for _, m := range found[s] {
				out = append(out, role{s.Key(), m.Account.ID, m.Account.Name, m.Role})
			}
		}
		if err := output.Print(app, "Roles", withFailures(map[string]any{"roles": out}, l)); err != nil {
			return err
		}
	}
	if err := l.Err(); err != nil || n > 0 {
		return err
	}
	return command.Failuref("no account or role matches %s", command.Quote(strings.Join(words, " ")))
}
