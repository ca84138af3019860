package profilescmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// change compares the config with the listings, shows the change, asks, and writes the config.
func change(app *command.App, cmd *cobra.Command, o options) error {
	ctx := cmd.Context()
	w, p, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	if err := cmdline.NeedsYes(app, cmd, o.yes || o.dryRun); err != nil {
		return err
	}
	if err := w.Editable(); err != nil {
		return err
	}
	rules, err := loadRules(ctx, w, p)
	if err != nil {
		return err
	}
	lists, partial, err := listings(ctx, app, o)
	if err != nil {
		return err
	}
	e := editor{w: w, o: o, in: profilesync.Input{Listings: lists, Rules: rules, Rename: o.rename, ASCII: runtime.GOOS == "windows"}}
	if rules.Process() {
		e.in.Program = workspace.ProgramLine(app)
	}
	before, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := e.edit(w.In.Config.Path, before)
	if err != nil {
		return err
	}
	e.summarize()
	if bytes.Equal(before, after) {
		if !o.dryRun {
			w.IndexConfig() // another program may have changed the config since the last edit
		}
		return partial
	}
	if err := e.show(before, after); err != nil || o.dryRun {
		return errors.Join(err, partial)
	}
	if err := workspace.ExplainEdit(w.Editor().Probe(ctx, w.In.Config.Path, len(after))); err != nil {
		return err
	}
	if err := app.Confirm(ctx, o.yes, question(&e.report, terminal.Printable(w.In.Config.Path), o.pruning), !o.pruning); err != nil {
		return err
	}
	e.agreed = !o.yes
	if _, err := w.EditFile(ctx, false, o.describe(), e.edit); err != nil {
		return err
	}
	fmt.Fprintf(app.IO.Err, "%s: changed %s; to undo the change, run: %s configure undo\n", app.Name, terminal.Printable(w.In.Config.Path), app.Name)
	return partial
}

// An editor makes the new content of the config. It remembers the last result, because the content
// seldom changes between the preview and the edit.
type editor struct {
	w      *workspace.Workspace
	o      options
	in     profilesync.Input
	report profilesync.Report

	before, after []byte
	done          bool
	agreed        bool // the user has seen the change and agreed
}

// edit returns the new content of the config.
func (e *editor) edit(path string, old []byte) ([]byte, error) {
	if e.done && bytes.Equal(e.before, old) {
		return e.after, nil
	}
	if e.agreed && !bytes.Equal(e.before, old) {
		return nil, command.WithHint(fmt.Errorf("%s has changed since you agreed; nothing was written", path), "run the command again")
	}
	taken, uses, err := others(e.w)
	if err != nil {
		return nil, err
	}
	in := e.in
	in.Path, in.Content, in.Taken, in.Uses = path, old, taken, uses
	run := profilesync.Sync
	if e.o.pruning {
		run = profilesync.Prune
	}
	content, report, err := run(in)
	if err != nil {
		return nil, explain(err)
	}
	if len(content) > datafile.ConfigLimit {
		return nil, command.WithHint(command.Failuref("%s would have %d MB with %d more profiles; programs cannot read so large a file",
			terminal.Printable(path), len(content)>>20, len(report.Added)), "exclude roles in the rules of profiles: see docs/sync.md")
	}
	e.before, e.after, e.report, e.done = old, content, report, true
	return content, nil
}

// others returns the places of the profiles in the credentials file, and the profiles that these
// profiles use. A profile of the config with the same name would get their keys.
func others(w *workspace.Workspace) (taken, uses map[string]string, err error) {
	sections, _, err := w.In.Credentials.All()
	if err != nil {
		return nil, nil, err
	}
	taken, uses = make(map[string]string, len(sections)), map[string]string{}
	for _, s := range sections {
		place := fmt.Sprintf("the profile on line %d of %s", s.Line, s.Path)
		taken[s.Name] = place
		for _, v := range s.Settings {
			if v.Key == "source_profile" || v.Key == "include_profile" {
				uses[v.Value] = place
			}
		}
	}
	return taken, uses, nil
}

// explain adds a hint to an error of package profilesync.
func explain(err error) error {
	var t *profilesync.TemplateError
	if errors.As(err, &t) {
		return &command.ConfigError{Code: "Configuration", Msg: err.Error()}
	}
	return workspace.ExplainEdit(err)
}
