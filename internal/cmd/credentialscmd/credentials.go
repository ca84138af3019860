// Package credentialscmd has the commands that write credentials to the credentials file, for
// tools that read nothing else.
package credentialscmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// New returns the command credentials with its subcommands.
func New(app *command.App) *cobra.Command {
	cmd := cmdline.Group("credentials", "Write credentials to the credentials file")
	cmd.Long = `Write the credentials of profiles to ~/.aws/credentials, for tools that read
only this file. If your tool supports "lanyard exec" or credential_process, do
not use the credentials file, because the file contains the keys in plaintext.`
	cmd.Example = `lanyard credentials write dev-admin
lanyard credentials list
lanyard credentials clean`
	cmd.AddCommand(newWrite(app), newList(app), newClean(app))
	return cmd
}

// newList returns the command credentials list.
func newList(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the entries that lanyard has written",
		Long: `List the entries that "lanyard credentials write" has written to the credentials
file. The table shows no secret.`,
		Example:     "lanyard credentials list --output json",
		Annotations: cmdline.Uses("output", "query"),
		Args:        cmdline.NoArgs,
		RunE:        func(*cobra.Command, []string) error { return list(app) },
	}
}

// An entry is an entry in the output of "credentials list --output json".
type entry struct {
	Name    string `json:"name"`
	Profile string `json:"profile"`
	Expires string `json:"expiresAt,omitempty"`
	State   string `json:"state"` // valid, expired or changed
}

// list prints the entries.
func list(app *command.App) error {
	w := workspace.Files(app)
	written, err := credentials.Written(w)
	if err != nil {
		return err
	}
	entries := []entry{}
	for _, e := range written {
		state, expires := "valid", ""
		if !e.Expires.IsZero() {
			expires = ssocache.FormatTime(e.Expires)
			if !e.Expires.After(app.Now()) {
				state = "expired"
			}
		}
		if e.Changed {
			state = "changed"
		}
		entries = append(entries, entry{e.Name, e.Profile, expires, state})
	}
	if app.Flags.Output != "" || app.Flags.Query != "" {
		return output.Print(app, "Entries", map[string]any{"entries": entries})
	}
	if len(entries) == 0 {
		_, err := fmt.Fprintf(app.Out, "lanyard has written no entry to %s.\n", terminal.Printable(w.In.Credentials.Path))
		return err
	}
	rows := [][]string{{"ENTRY", "PROFILE", "EXPIRES", "STATE"}}
	for _, e := range entries {
		rows = append(rows, []string{terminal.Printable(e.Name), terminal.Printable(e.Profile), cmp.Or(e.Expires, "-"), e.State})
	}
	return output.Table(app, rows)
}

// newClean returns the command credentials clean.
func newClean(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "clean [PROFILE...]",
		Short: "Remove the entries that lanyard has written",
		Long: `Remove the entries that "lanyard credentials write" has written for these
profiles, or all entries. PROFILE can also be the name of an entry. The rest of
the credentials file does not change, and comments stay.

lanyard does not remove an entry that you or another program has changed. The
exit code is 1 if a changed entry stays, or if a profile has no entry. "lanyard
logout" removes the entries of the ended sessions.`,
		Example: `lanyard credentials clean
lanyard credentials clean dev-admin`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && cmdline.IsHelp(args[0]) {
				return cmd.Help()
			}
			return clean(cmd.Context(), app, args)
		},
	}
}

// clean removes the entries of profiles. No profiles means all entries.
func clean(ctx context.Context, app *command.App, profiles []string) error {
	w := workspace.Files(app)
	path := terminal.Printable(w.In.Credentials.Path)
	entries, err := credentials.Written(w)
	if err != nil {
		return err
	}
	for _, name := range profiles {
		if !slices.ContainsFunc(entries, func(e credfile.Entry) bool { return e.Profile == name || e.Name == name }) {
			return command.WithHint(command.Failuref("%s has no entry of profile %s that lanyard has written", path, terminal.Printable(name)),
				"run: %s credentials list", app.Name)
		}
	}
	removed, changed, err := credentials.RemoveWritten(ctx, w, "credentials clean", func(e credfile.Entry) bool {
		return len(profiles) == 0 || slices.Contains(profiles, e.Profile) || slices.Contains(profiles, e.Name)
	})
	if err != nil {
		return err
	}
	for _, e := range removed {
		fmt.Fprintf(app.Out, "Removed [%s] from %s\n", terminal.Printable(e.Name), path)
	}
	credentials.WarnOfChanged(w, changed)
	switch {
	case len(changed) > 0:
		return command.Failuref("%d of the entries stayed", len(changed))
	case len(removed) == 0:
		fmt.Fprintf(app.Out, "lanyard has written no entry to %s.\n", path)
	}
	return nil
}

// until returns when credentials expire, for a message.
func until(expires time.Time) string {
	if expires.IsZero() {
		return "without an expiry"
	}
	return "valid until " + ssocache.FormatTime(expires)
}
