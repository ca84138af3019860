// Package pickcmd has the command pick, a menu of everything that the user can use: the profiles of
// the config, and the accounts and roles that no profile has.
package pickcmd

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// options are the flags and arguments of pick.
type options struct {
	multi, print bool
	pin, unpin   string
	words        string // typed already when the menu opens
}

// New returns the command pick.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "pick [WORDS...]",
		Short: "Pick a profile or a role from a menu, and print it",
		Long: `Open a menu on the terminal, and print what you pick to stdout. The menu has all
profiles of the config, and all accounts and roles of the last listing (run
"lanyard accounts") that no profile has. For a profile, pick prints its
name. For a role without a profile, pick prints the flags that name the role:
--account ID --role NAME --sso-session NAME.

Type to filter the menu: each word must match the name, the account or the role
of an entry, the name or the e-mail address of the account, or the session of a
role. WORDS are typed already when the menu opens. Pinned profiles come first,
then the profiles that you used often or recently with exec, env, shell, use or
pick. Below the list, the menu shows the account, the role, the session and the
time left of the selected entry. Esc and Ctrl-C cancel with exit code 130.

With --multi, Tab marks entries, and pick prints each marked entry on a line. If
you mark none, pick prints the selected entry.

With --print, pick opens no menu and prints all entries, or the entries that
match WORDS with the best match first. Each line has these columns, separated by
tabs: the text that pick prints for the entry, then the id of the account, the
name of the account, the role, the session, and the e-mail address of the
account. If no entry matches WORDS, the exit code is 1.

If stdin is not a terminal, pick reads the entries of the menu from stdin, one
from each line, and prints the first column of the picked line. The menu then
uses the terminal of the process.`,
		Example: `lanyard exec "$(lanyard pick)" -- terraform plan
# begin with two words in the filter
lanyard pick payments prod
# one line for each marked entry
lanyard pick --multi
# another program shows the menu
lanyard pick --print | fzf | cut -f1
# a menu of some entries
lanyard pick --print | grep -v sandbox | lanyard pick
# show a profile at the top of the menu
lanyard pick --pin dev-admin
lanyard pick --unpin dev-admin`,
		Args: cmdline.MaxArgs(math.MaxInt),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.words = strings.Join(args, " ")
			if err := o.check(); err != nil {
				return err
			}
			ctx := cmd.Context()
			switch {
			case o.pin != "":
				return pin(ctx, app, o.pin)
			case o.unpin != "":
				return unpin(ctx, app, o.unpin)
			case o.print:
				return list(app, o.words)
			case !app.IO.Terminal && !picker.IsTerminal(app.IO.In):
				return pickLine(ctx, app, o)
			}
			return pick(ctx, app, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.multi, "multi", false, "mark several entries with Tab, and print each on a line")
	f.BoolVar(&o.print, "print", false, "print the entries in columns, and do not open the menu")
	f.StringVar(&o.pin, "pin", "", "show `PROFILE` at the top of the menu, and do not open the menu")
	f.StringVar(&o.unpin, "unpin", "", "undo --pin `PROFILE`")
	return cmd
}

// check returns an error for flags and arguments that do not fit together.
func (o options) check() error {
	var given []string
	for _, f := range []struct {
		name  string
		given bool
	}{{"--pin", o.pin != ""}, {"--unpin", o.unpin != ""}, {"--print", o.print}, {"--multi", o.multi}} {
		if f.given {
			given = append(given, f.name)
		}
	}
	switch {
	case len(given) > 1:
		return command.Usagef("%s cannot be used with %s", given[0], given[1])
	case o.words != "" && (o.pin != "" || o.unpin != ""):
		return command.Usagef("%s cannot be used with words", given[0])
	}
	return nil
}

// pick lets the user pick from a menu of everything.
func pick(ctx context.Context, app *command.App, o options) error {
	if !app.IO.Terminal {
		return noTerminal()
	}
	w := workspace.Files(app)
	percent := debug.SetGCPercent(-1) // nearly nothing is garbage until the menu is open, and a collection delays the menu
	all, err := entries(w)
	rows := items(all)
	debug.SetGCPercent(percent)
	if err != nil {
		return err
	}
	menu := picker.Menu{Title: "Pick a profile:", Typed: o.words, Items: rows, Preview: newPreviewer(w, all).facts}
	if all[len(all)-1].Name == "" {
		menu.Title = "Pick a profile or a role:"
	}
	picked, err := choose(ctx, app.Console(), menu, o.multi)
	if err != nil {
		return app.ExplainConsole(err)
	}
	for _, i := range picked {
		workspace.RecordUse(app, all[i].Name)
		if _, err := fmt.Fprintln(app.Out, value(all[i])); err != nil {
			return err
		}
	}
	return nil
}

// choose opens the menu.
func choose(ctx context.Context, con *picker.Console, m picker.Menu, multi bool) ([]int, error) {
	if multi {
		return con.ChooseMany(ctx, m)
	}
	i, err := con.Choose(ctx, m)
	return []int{i}, err
}

// noTerminal returns the error for a menu without a terminal.
func noTerminal() error {
	return command.WithHint(command.Usagef(`"pick" needs a terminal on stdin and stderr, or a terminal on stderr and lines on stdin`),
		"name a profile; print the entries of the menu with: lanyard pick --print")
}

// list prints all entries, or the entries that match the words.
func list(app *command.App, words string) error {
	all, err := entries(workspace.Files(app))
	if err != nil {
		return err
	}
	found := picker.Rank(items(all), words)
	if len(found) == 0 {
		return command.ExitError(command.ExitCommand)
	}
	var b strings.Builder
	for _, i := range found {
		b.WriteString(line(all[i]))
	}
	_, err = io.WriteString(app.Out, b.String())
	return err
}

// pickLine lets the user pick from the lines of stdin.
func pickLine(ctx context.Context, app *command.App, o options) error {
	lines, err := readLines(app.IO.In)
	if err != nil {
		return fmt.Errorf("read the entries from stdin: %w", err)
	}
	if ctx.Err() != nil { // the user has interrupted the whole pipeline
		return context.Cause(ctx)
	}
	if len(lines) == 0 {
		return noTerminal()
	}
	con, closeTerminal, err := credentials.OpenConsole(app)
	if err != nil {
		app.Log.Debug("no terminal for the menu", "error", err)
		return noTerminal()
	}
	defer closeTerminal()
	con.Out, con.Style = app.IO.Err, app.ErrStyle()
	menu := picker.Menu{Title: "Pick a line:", Typed: o.words, Items: lineItems(lines)}
	picked, err := choose(ctx, con, menu, o.multi)
	if err != nil {
		return app.ExplainConsole(err)
	}
	for _, i := range picked {
		value, _, _ := strings.Cut(lines[i], "\t")
		if _, err := fmt.Fprintln(app.Out, value); err != nil {
			return err
		}
	}
	return nil
}
