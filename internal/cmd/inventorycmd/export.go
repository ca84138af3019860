package inventorycmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/listing"
)

// newExport returns the command accounts export.
func newExport(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the list of your accounts to a file",
		Long: `Write the names and ids of all accounts to FILE, or to stdout, for your team.
The file contains one line of JSON for each account, without roles and e-mail
addresses.

lanyard prints the SHA-256 checksum of the file to stdout. If the file goes to
stdout, lanyard prints "sha256: CHECKSUM" to stderr. If the members of your team
set both in ~/.config/lanyard/config.yaml, their lanyard does not ask the
service for the list of accounts:

  inventory:
    source: https://example.com/accounts.jsonl   # or a path
    sha256: THE-CHECKSUM`,
		Example: `lanyard accounts export accounts.jsonl
# one of several sessions
lanyard accounts export accounts.jsonl --sso-session corp`,
		Annotations: cmdline.Uses("profile", cmdline.Connection),
		Args:        cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := ""
			if len(args) > 0 && args[0] != "-" {
				file = args[0]
			}
			return export(cmd.Context(), app, o, file)
		},
	}
	o.flags(cmd)
	return cmd
}

// export writes the list of accounts.
func export(ctx context.Context, app *command.App, o options, file string) error {
	if file != "" {
		if _, err := os.Stat(filepath.Dir(file)); err != nil { // before any request
			return named(filepath.Dir(file), err)
		}
	}
	l, err := listing.Open(ctx, app, listing.Options{Session: o.session, Caller: "accounts export", Refresh: o.refresh, NoFile: true})
	if err != nil {
		return err
	}
	if l.Several {
		return command.WithHint(command.Usagef("several sessions are signed in; the file has the accounts of one"), "add --sso-session NAME")
	}
	s := l.Sessions[0]
	l.Update(ctx, func(*listing.Session) listing.Demand {
		return listing.Demand{Need: inventory.Need{Match: func(inventory.Account) bool { return false }}}
	})
	if err := l.Err(); err != nil {
		return err // a file with some of the accounts would be taken for the whole list
	}
	data, sum, err := inventory.Export(s.List)
	if err != nil {
		return err
	}
	if file == "" {
		if _, err := app.Out.Raw().Write(data); err != nil {
			return err
		}
		_, err = fmt.Fprintf(app.IO.Err, "sha256: %s\n", sum)
		return err
	}
	if err := atomicfile.Write(file, data, 0o644); err != nil {
		return named(file, err)
	}
	_, err = fmt.Fprintln(app.Out, sum)
	return err
}

// named returns an error with this path instead of the path of a temporary file.
func named(path string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
