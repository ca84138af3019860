// Package migratecmd has the command that brings users over from other programs.
package migratecmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/migrate"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// New returns the command migrate with its subcommand.
func New(app *command.App) *cobra.Command {
	cmd := cmdline.Group("migrate", "Bring your profiles over from another tool")
	cmd.Long = `Read the files of another tool, and add profiles and sessions to the config for
the same roles. The profiles of the other tool stay as they are.`
	cmd.Example = "lanyard migrate from granted --dry-run\nlanyard migrate from granted"
	cmd.AddCommand(newFrom(app))
	return cmd
}

// options are the flags of migrate from.
type options struct {
	file, prefix string
	yes, dryRun  bool
}

// newFrom returns the command migrate from.
func newFrom(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "from TOOL",
		Short: "Add profiles for the roles of another tool",
		Long: `Read the files of another tool, and print what becomes of each entry:

  kept          lanyard can use the profile as it is
  added         the config gets a new profile or [sso-session] for the entry
  not possible  lanyard cannot take over the entry; the table has the reason

The tools are ` + strings.Join(migrate.Tools()[:len(migrate.Tools())-1], ", ") + ` and ` + migrate.Leapp + `.

lanyard only adds sections to the config. It changes no profile of the other
tool and no file of the other tool, so the other tool continues to work. If the
name of an entry is in use, or if the other tool may still use it, the new
profile gets the suffix -sso. lanyard copies no keys and no tokens: sign in once
after the migration.

lanyard asks before it writes. --dry-run prints the new sections and writes
nothing. To undo the migration, run "lanyard configure undo". Without a
terminal, --yes is required.`,
		Example: `lanyard migrate from granted --dry-run
lanyard migrate from aws-sso-cli --yes
# put a prefix before the names of the new profiles
lanyard migrate from leapp --profile-prefix old- --yes`,
		Annotations: cmdline.Uses("output", "query"),
		Args:        cmdline.WantArgs("TOOL"),
		ValidArgs:   migrate.Tools(),
		RunE:        func(cmd *cobra.Command, args []string) error { return from(app, cmd, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.file, "file", "", "the settings `FILE` of granted, aws-sso-cli or leapp (default: the file that the tool uses)")
	f.StringVar(&o.prefix, "profile-prefix", "", "put `PREFIX` before the name of each new profile")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the change without making it")
	return cmd
}

// from plans the migration from a tool, prints the plan, asks, and writes the config.
func from(app *command.App, cmd *cobra.Command, tool string, o options) error {
	switch {
	case !slices.Contains(migrate.Tools(), tool):
		return command.WithHint(command.Usagef("migrate from: %s is not a tool that lanyard knows", command.Quote(tool)), "use one of: %s", strings.Join(migrate.Tools(), ", "))
	case o.file != "" && !migrate.HasFile(tool):
		return command.WithHint(command.Usagef("--file cannot be used with %s, which has no settings file of its own", tool), "to read another AWS config, set AWS_CONFIG_FILE")
	}
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	if w.In.Config.Path == "" {
		return workspace.NoConfigFile("AWS_CONFIG_FILE")
	}
	m := migration{w: w, tool: tool, o: o}
	before, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := m.edit(w.In.Config.Path, before)
	if err != nil {
		return err
	}
	changed := !bytes.Equal(before, after)
	if changed {
		if err := cmdline.NeedsYes(app, cmd, o.yes || o.dryRun); err != nil {
			return err
		}
	}
	formatted := app.Flags.Output != "" || app.Flags.Query != ""
	if formatted {
		err = output.Print(app, "Migration", m.plan)
	} else {
		err = m.print()
	}
	if err != nil {
		return err
	}
	for _, note := range m.plan.Notes {
		app.Hint(note)
	}
	if !changed {
		fmt.Fprintf(app.IO.Err, "%s: nothing to add to %s\n", app.Name, terminal.Printable(w.In.Config.Path))
		return nil
	}
	if !formatted && (o.dryRun || !o.yes) {
		fmt.Fprintln(app.Out)
		if err := w.PrintDiff(w.In.Config.Path, before, after); err != nil {
			return err
		}
	}
	if o.dryRun {
		return nil
	}
	return m.write(cmd.Context(), len(after))
}

// A migration is one run of the command. It remembers the last plan, because the config seldom
// changes between the preview and the edit.
type migration struct {
	w    *workspace.Workspace
	tool string
	o    options

	plan          *migrate.Plan
	before, after []byte
}

// edit returns the new content of the config. After the preview, the config must not have changed.
func (m *migration) edit(path string, old []byte) ([]byte, error) {
	if m.plan != nil {
		if !bytes.Equal(m.before, old) {
			return nil, command.WithHint(fmt.Errorf("%s has changed since lanyard read it; nothing was written", path), "run the command again")
		}
		return m.after, nil
	}
	app := m.w.App
	source, err := migrate.Read(m.tool, migrate.Input{
		File: m.o.file, Home: m.w.Home, LookupEnv: app.Env.Lookup, Config: path, Credentials: m.w.In.Credentials.Path,
	})
	if err != nil {
		return nil, err
	}
	plan := migrate.New(source, m.o.prefix)
	content, err := awsconfig.Edit(path, old, false, plan.Changes...)
	if err != nil {
		return nil, workspace.ExplainEdit(err)
	}
	m.plan, m.before, m.after = plan, old, content
	return content, nil
}

// print prints what becomes of each entry.
func (m *migration) print() error {
	names := map[migrate.Outcome]string{migrate.Kept: "kept", migrate.Added: "added", migrate.Impossible: "not possible"}
	rows := [][]string{{"ENTRY", "OUTCOME", "IN THE CONFIG", "REASON"}}
	for _, item := range m.plan.Items {
		result := "-"
		if item.Result != "" {
			result = item.Kind + " " + item.Result
		}
		reason := item.Reason
		if reason == "" {
			reason = "-"
		}
		rows = append(rows, []string{terminal.OneLine(item.Name), names[item.Outcome], terminal.OneLine(result), terminal.OneLine(reason)})
	}
	return output.Table(m.w.App, rows)
}

// write asks, writes the config, and prints what to do next.
func (m *migration) write(ctx context.Context, size int) error {
	w, app := m.w, m.w.App
	if err := workspace.ExplainEdit(w.Editor().Probe(ctx, w.In.Config.Path, size)); err != nil {
		return err
	}
	added := m.plan.Count(migrate.Added)
	question := fmt.Sprintf("Add %d %s to %s? [Y/n] ", added, output.Plural(added, "section"), terminal.Printable(w.In.Config.Path))
	if err := app.Confirm(ctx, m.o.yes, question, true); err != nil {
		return err
	}
	if _, err := w.EditFile(ctx, false, "migrate from "+m.tool, m.edit); err != nil {
		return err
	}
	fmt.Fprintf(app.IO.Err, "%s: added %d %s to %s; to undo this, run: %s configure undo\n",
		app.Name, added, output.Plural(added, "section"), terminal.Printable(w.In.Config.Path), app.Name)
	var logins []string
	for _, name := range m.plan.Sessions {
		logins = append(logins, signin.LoginFor(app, name, ""))
	}
	if len(logins) > 0 {
		app.Hint("to sign in, run: " + strings.Join(logins, "; "))
	}
	return nil
}
