// Package inventorycmd implements the commands accounts, roles and find. The commands handle flags and
// output. Packages listing and inventory do the work.
package inventorycmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/listing"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// options are the flags of the commands.
type options struct {
	session string
	refresh bool
}

// flags defines the flags of a command.
func (o *options) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.session, "sso-session", "", "list only the [sso-session] `NAME`")
	cmd.Flags().BoolVar(&o.refresh, "refresh", false, "ask the service again, instead of printing answers of the last 12 hours")
}

// NewAccounts returns the command accounts.
func NewAccounts(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "accounts",
		Short: "List your accounts with their roles",
		Long: `List every account and role that you can reach, in every session that you are
signed in to. With --sso-session or --profile, list one session.

lanyard stores each answer of the service as it arrives. So an interrupted
listing continues where it ended, and lanyard asks for an account only once in
12 hours. If several commands list at the same time, one of them asks, and all
print the result.

The accounts are in the order of their names. On a terminal, the table begins
when the service has named every account, and continues as the roles arrive.
If it is too wide, the table leaves out e-mail addresses and shortens names, and
"+2" stands for two more roles. In the column of roles, "-" means that you have
no role in the account, and "?" means that the roles are not known.

If the service refuses an account, lanyard lists the others, names the account
on stderr, and ends with the exit code 254.`,
		Example: `lanyard accounts
# ask the service again
lanyard accounts --refresh
# the ids of all accounts
lanyard accounts --output text --query "accounts[].accountId"`,
		Annotations: cmdline.Uses("profile", "output", "query", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return accounts(cmd.Context(), app, o) },
	}
	o.flags(cmd)
	cmd.AddCommand(newExport(app))
	return cmd
}

// NewRoles returns the command roles.
func NewRoles(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "roles [ACCOUNT]",
		Short: "List your roles in an account, or in all accounts",
		Long: `List your roles in the account with this id or name. Without an account, list
your roles in all accounts. Upper and lower case are equal. If two accounts have
the same name, list both.

For an id, lanyard asks only for the roles of this account. For a name, lanyard
also lists the accounts, to find the id. The answers are kept for 12 hours, as
for "lanyard accounts".`,
		Example: `lanyard roles 111122223333
lanyard roles payments-prod
# all roles, as JSON
lanyard roles --output json`,
		Annotations:       cmdline.Uses("profile", "output", "query", cmdline.Connection),
		Args:              cmdline.MaxArgs(1),
		ValidArgsFunction: completeAccount(app),
		RunE: func(cmd *cobra.Command, args []string) error {
			return roles(cmd.Context(), app, o, strings.Join(args, ""))
		},
	}
	cmd.SetFlagErrorFunc(nameWithDash)
	o.flags(cmd)
	return cmd
}

// NewFind returns the command find.
func NewFind(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "find WORDS...",
		Short: "Find accounts and roles by parts of their names",
		Long: `Find the roles for which every word is in the name, the id or the e-mail address
of the account, or in the name of the role. The best matches come first: a whole
name, then the start of a word, then the inside of a word. Upper and lower case
are equal, and so are letters with and without accents.

The first search lists every account and role, as "lanyard accounts" does. The
exit code is 1 if nothing matches.`,
		Example: `lanyard find prod read
lanyard find 1111-2222-3333
# the account ids of the matches
lanyard find payments --output text --query "roles[].accountId"`,
		Annotations: cmdline.Uses("profile", "output", "query", cmdline.Connection),
		Args:        wantWords,
		RunE:        func(cmd *cobra.Command, args []string) error { return find(cmd.Context(), app, o, args) },
	}
	cmd.SetFlagErrorFunc(nameWithDash)
	o.flags(cmd)
	return cmd
}

// nameWithDash is the function for errors about flags of roles and find. The name of an account can
// begin with a dash. Then the command line needs "--" before the name.
func nameWithDash(cmd *cobra.Command, err error) error {
	explained := cmdline.FlagError(cmd, err)
	_, word, ok := strings.Cut(err.Error(), " in -")
	if !ok {
		return explained
	}
	return command.WithHint(explained, "for a name that begins with a dash, run: %s -- %s\n%s",
		cmd.CommandPath(), command.Quote("-"+word), command.HintOf(explained))
}

// wantWords accepts one or more words.
func wantWords(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || len(args) == 1 && args[0] == "help" {
		return cmdline.WantArgs("WORDS")(cmd, args)
	}
	return nil
}

// plain reports whether the command prints its own table.
func plain(app *command.App) bool {
	return (app.Flags.Output == "" || app.Flags.Output == "table") && app.Flags.Query == ""
}

// accounts prints every account.
func accounts(ctx context.Context, app *command.App, o options) error {
	l, err := listing.Open(ctx, app, listing.Options{Session: o.session, Caller: "accounts", Refresh: o.refresh})
	if err != nil {
		return err
	}
	t := newTable(app, l, "ACCOUNT", "NAME", "EMAIL", "ROLES")
	l.Update(ctx, func(s *listing.Session) listing.Demand {
		d := listing.Demand{}
		if s.Given != nil { // with the file, the command needs no request
			d.Need.Match = func(inventory.Account) bool { return false }
		}
		if plain(app) {
			d.Observe = t.feed(s, d.Need.Match == nil, func(a inventory.Account) []row {
				return []row{{[]string{a.ID, a.Name, a.Email}, rolesCell(a)}}
			})
		}
		return d
	})
	if err := interrupted(ctx, l); err != nil {
		return err
	}
	t.finish()
	l.TellAge(app.Now())
	if plain(app) {
		t.empty()
		l.TellUnasked()
		return l.Err()
	}
	doc := map[string]any{"accounts": accountsOf(l)}
	return errors.Join(output.Print(app, "Accounts", withFailures(doc, l)), l.Err())
}

// interrupted returns the error of a command that the user interrupted.
func interrupted(ctx context.Context, l *listing.Listing) error {
	if ctx.Err() == nil {
		return nil
	}
	return errors.Join(ctx.Err(), l.Err())
}

// An account is an account as --output json prints it.
type account struct {
	Session  string   `json:"session"` // the name of the sso-session, or the start URL
	ID       string   `json:"accountId"`
	Name     string   `json:"accountName"`
	Email    string   `json:"emailAddress,omitempty"`
	Roles    []string `json:"roles"`
	ListedAt string   `json:"rolesListedAt,omitempty"` // omitted if the roles are not known
}

// A role is a role as --output json prints it.
type role struct {
	Session     string `json:"session"`
	AccountID   string `json:"accountId"`
	AccountName string `json:"accountName"`
	Name        string `json:"roleName,omitempty"` // omitted for an account whose roles are not known
}

// A failure is an account whose roles could not be listed.
type failure struct {
	Session     string `json:"session"`
	AccountID   string `json:"accountId"`
	AccountName string `json:"accountName,omitempty"`
	Code        string `json:"code,omitempty"`
	Message     string `json:"message"`
}

func accountsOf(l *listing.Listing) []account {
	out := []account{}
	for _, s := range l.Sessions {
		for _, a := range s.List.Accounts {
			row := account{Session: s.Key(), ID: a.ID, Name: a.Name, Email: a.Email, Roles: append([]string{}, a.Roles...)}
			if !a.Listed.IsZero() {
				row.ListedAt = ssocache.FormatTime(a.Listed)
			}
			out = append(out, row)
		}
	}
	return out
}

// withFailures adds the failures, and whether the lists of all sessions are complete.
func withFailures(doc map[string]any, l *listing.Listing) map[string]any {
	failed, complete := []failure{}, true
	for _, s := range l.Sessions {
		complete = complete && s.List.Complete
		for _, f := range s.List.Failed {
			failed = append(failed, failure{s.Key(), f.AccountID, f.AccountName, f.Code, f.Message})
		}
	}
	doc["failed"], doc["complete"] = failed, complete
	return doc
}
