// Package doctorcmd has the command doctor, which finds what is wrong with a setup. The command
// handles flags and output. Package doctor has the checks.
package doctorcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/doctor"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// options are the flags of doctor.
type options struct {
	fix, yes bool
	bundle   string
}

// New returns the command doctor.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find what is wrong with your setup, and fix it",
		Long: `Check files, profiles, variables, network, clock, sign-ins, stores, programs and
other tools. Each check prints its verdict, what it found, and what you can do.
What you should correct first comes first.

lanyard asks the sign-in service and the portal for their time, without a token,
gets the public page of your portal, and asks each portal whether it accepts
your access token. It does not sign in, does not refresh a token, and changes
nothing.

With --fix, lanyard lists the changes that it can make safely, asks, makes them,
and checks again. "configure undo" undoes changes of the config. Without a
terminal, --yes is required.

--bundle writes a report for a ticket. The report has no secrets. Names of
profiles, sessions, roles, users and hosts, and account ids, are replaced.

The exit code is 1 if a check found a problem. Warnings do not change it.`,
		Example: `lanyard doctor
# make the safe changes without a question
lanyard doctor --fix --yes
# a report that you can send to other people
lanyard doctor --bundle report.txt
lanyard doctor --output json --query "checks[?verdict=='problem']"`,
		Annotations: cmdline.Uses("profile", "output", "query", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.yes && !o.fix {
				return command.Usagef("--yes needs --fix")
			}
			if o.fix {
				if err := cmdline.NeedsYes(app, cmd, o.yes); err != nil {
					return err
				}
			}
			return run(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.fix, "fix", false, "make the changes that are safe, after a question")
	f.BoolVar(&o.yes, "yes", false, "with --fix: do not ask")
	f.StringVar(&o.bundle, "bundle", "", "also write a report without secrets and names to a new `FILE`")
	return cmd
}

func run(ctx context.Context, app *command.App, o options) error {
	var bundle *os.File
	if o.bundle != "" {
		var err error
		if bundle, err = create(o.bundle); err != nil {
			return err
		}
		defer func() { _ = bundle.Close() }() // the first error of a write is returned
	}
	p := doctor.NewPatient(doctor.Quiet(app))
	results := doctor.Examine(ctx, p)
	if err := ctx.Err(); err != nil {
		return err
	}
	var made []string
	if o.fix {
		var err error
		if made, err = fix(ctx, app, o.yes, results); err != nil {
			return err
		}
		if len(made) > 0 {
			p = doctor.NewPatient(doctor.Quiet(app))
			results = doctor.Examine(ctx, p)
		}
	}
	if bundle != nil {
		if _, err := bundle.WriteString(doctor.Bundle(p, results)); err != nil {
			return err
		}
		fmt.Fprintf(app.IO.Err, "%s: wrote the report to %s; read it before you send it\n", app.Name, terminal.Printable(o.bundle))
	}
	if err := show(app, results, made); err != nil {
		return err
	}
	if count(results, doctor.Problem) > 0 {
		return command.ExitError(command.ExitCommand)
	}
	return nil
}

// create makes the file of the report, before the checks take time. It replaces no file.
func create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrExist) {
		return nil, command.WithHint(fmt.Errorf("%s exists; it was not replaced", path), "name another file")
	}
	return f, err
}

// fix shows the repairs, asks the user, and makes them. It returns the changes that were made. A
// repair that fails is a warning, because the others can still help.
func fix(ctx context.Context, app *command.App, yes bool, results []doctor.Result) (made []string, err error) {
	var repairs []*doctor.Repair
	for _, r := range results {
		for _, f := range r.Findings {
			if f.Repair != nil {
				repairs = append(repairs, f.Repair)
			}
		}
	}
	if len(repairs) == 0 {
		fmt.Fprintf(app.IO.Err, "%s: there is nothing that lanyard can change safely\n", app.Name)
		return nil, nil
	}
	fmt.Fprintf(app.IO.Err, "%s can make %d %s:\n", app.Name, len(repairs), output.Plural(len(repairs), "change"))
	for _, r := range repairs {
		fmt.Fprintf(app.IO.Err, "  %s\n", terminal.Printable(r.Text))
	}
	if err := app.Confirm(ctx, yes, "Make these changes?", false); err != nil {
		return nil, err
	}
	for _, r := range repairs {
		if err := r.Do(ctx); err != nil {
			app.Warn(fmt.Sprintf("could not %s: %v", r.Text, err), command.HintOf(err))
			continue
		}
		made = append(made, r.Text)
	}
	return made, nil
}

// count returns the number of findings with a verdict.
func count(results []doctor.Result, v doctor.Verdict) (n int) {
	for _, r := range results {
		for _, f := range r.Findings {
			if f.Verdict == v {
				n++
			}
		}
	}
	return n
}
