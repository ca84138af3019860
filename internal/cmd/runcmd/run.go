// Package runcmd implements the command run. It reads the flags, gets the credentials of each
// target, and runs the command. Package fanout chooses the targets, runs several of them at the same
// time, and prints their outputs.
package runcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/fanout"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A Builtin is a built-in operation. It is safe for concurrent use.
type Builtin interface {
	// Name returns the words of the operation.
	Name() string
	// List returns the only list in the result of the operation, or "".
	List() string
	// NeedsRegion reports whether the operation cannot be called without a region.
	NeedsRegion() bool
	// Check reads the arguments and makes no request. help means that they ask for help.
	Check(ctx context.Context, app *command.App, args []string) (help bool, err error)
	// Call calls the operation. It calls ready when it has credentials.
	Call(ctx context.Context, w *workspace.Workspace, args []string, ready func()) error
}

// Parts are functions of other groups of commands.
type Parts struct {
	// Prepare returns the built-in operation whose name begins the words, and the number of words of
	// this name.
	Prepare func(words []string) (b Builtin, n int, ok bool)
	// RunsHere reports whether lanyard itself runs a command of an AWS service. The error is about a
	// typo. rest is the line without the global flags.
	RunsHere func(line, rest []string) (bool, error)
	// Program returns the path of the program of a command line.
	Program func(argv []string) (path string, err error)
	// Environment returns the environment of a program with the credentials of a workspace.
	Environment func(ctx context.Context, w *workspace.Workspace, caller string) ([]string, error)
	// Report prints an error to the App and returns its exit code.
	Report func(app *command.App, err error) int
}

// options are the flags of run.
type options struct {
	match, accounts, profiles, regions []string
	role, rolePrefer, session          string

	parallel                   int
	timeout                    time.Duration
	failFast, retryFailed      bool
	dryRun, yes, stream, merge bool
	refresh                    bool
	argv                       []string
	selection                  fanout.Selection
}

// confirmAbove is the largest number of accounts for which run does not ask.
const confirmAbove = 20

const (
	parallelBuiltin = 50 // an operation costs little but its wait for the service
	parallelProgram = 8
	maxParallel     = 1000
)

// New returns the command run.
func New(app *command.App, parts Parts) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARG...]",
		Short: "Run a command for many accounts",
		Long: `Run a command once for each account, role and region that the flags select. A
built-in AWS operation, with or without the word aws, runs inside lanyard. Any
other command is a program, which gets the credentials in its environment, as
with "lanyard exec". It has no terminal and an empty stdin.

--match and --account select from "lanyard accounts", with the role of --role,
or with the first role of --role-prefer that you have in the account. Without a
role, each account must have exactly one. --profile selects profiles of the
config. Globs have * and ?; upper and lower case are equal.

In the words of COMMAND, lanyard replaces {account}, {account_name}, {role},
{region} and {profile}.

lanyard prints the output of one run after the other, in the order of the
accounts, and lists the failures at the end. With --output json, each run is a
line of JSON. --merge joins the JSON outputs to one array, and adds account and
region to each element. --output and --query before the -- then apply to the
whole array.

For more than 20 accounts, lanyard asks first. Without a terminal, add --yes.
Ctrl-C ends all runs.

The exit code is 0 if all runs succeeded, and 254 if the sign-in, the role or
the service refused a run. Otherwise it is the highest exit code of a run. A run
that --timeout has ended counts as 124. If no account matches, it is 1.`,
		Example: `# list the buckets of all accounts whose names begin with payments
lanyard run --match 'payments-*' --role ReadOnlyAccess -- s3 ls
# which accounts, and how many requests
lanyard run --match 'payments-*' --role ReadOnlyAccess --dry-run -- s3 ls
# two regions of all accounts, as one table
lanyard run --match '*' --role-prefer AdministratorAccess,ReadOnlyAccess \
  --region us-east-1 --region eu-west-1 --merge --output table \
  -- ec2 describe-instances
# a program, for some profiles of the config
lanyard run --profile 'dev-*' -- terraform plan`,
		DisableFlagsInUseLine: true,
		Annotations:           cmdline.Uses("output", "query", cmdline.Connection),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && cmdline.IsHelp(args[0]) && cmd.ArgsLenAtDash() < 0 {
				return cmd.Help()
			}
			if err := o.parse(app, cmd.Flags().Changed, args, cmd.ArgsLenAtDash()); err != nil {
				return err
			}
			r := &runner{app: app, parts: parts, o: o}
			return r.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.match, "match", nil, "run for the accounts whose name, id or e-mail address matches `GLOB`; can be repeated")
	f.StringArrayVar(&o.accounts, "account", nil, "run for the `ACCOUNT` with this id or name; can be repeated")
	f.StringVar(&o.role, "role", "", "use this `ROLE` in each account")
	f.StringVar(&o.rolePrefer, "role-prefer", "", "use the first of these `ROLES`, separated by commas, that you have in the account")
	f.StringArrayVar(&o.profiles, "profile", nil, "run for the profiles whose name matches `GLOB`; can be repeated")
	f.StringArrayVar(&o.regions, "region", nil, "run in this `REGION`; can be repeated")
	f.StringVar(&o.session, "sso-session", "", "use only the accounts of the [sso-session] `NAME`")
	f.IntVar(&o.parallel, "parallel", 0, fmt.Sprintf("run up to `N` at the same time; by default %d operations or %d programs", parallelBuiltin, parallelProgram))
	f.DurationVar(&o.timeout, "timeout", 0, "end a run after this `TIME`, such as 30s or 5m")
	f.Lookup("timeout").DefValue = "" // the help would show 0s
	f.BoolVar(&o.failFast, "fail-fast", false, "after a failure, stop all other runs")
	f.BoolVar(&o.retryFailed, "retry-failed", false, "run only what did not succeed in the last run")
	f.BoolVar(&o.stream, "stream", false, "print each line at once, with the account before it")
	f.BoolVar(&o.merge, "merge", false, "join the JSON outputs of all runs to one array")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the accounts and roles, the number of requests and the least time, and run nothing")
	f.BoolVar(&o.refresh, "refresh", false, "list the accounts and roles again")
	f.BoolVar(&o.yes, "yes", false, fmt.Sprintf("do not ask for a confirmation for more than %d accounts", confirmAbove))
	return cmd
}

// parse checks the flags. dash is the number of arguments before "--", or -1.
func (o *options) parse(app *command.App, given func(flag string) bool, args []string, dash int) error {
	const form = "run: lanyard run --match 'prod-*' --role ROLE -- COMMAND"
	switch {
	case dash < 0 && len(args) > 0:
		return command.WithHint(command.Usagef("missing -- before the command"), form)
	case dash < 0 || dash == len(args):
		return command.WithHint(command.Usagef("missing argument: COMMAND"), form)
	case dash > 0:
		return command.WithHint(command.Usagef("unexpected argument: %s", args[0]), form)
	}
	o.argv = args
	byAccount := len(o.match) > 0 || len(o.accounts) > 0
	switch {
	case o.role != "" && o.rolePrefer != "":
		return command.Usagef("--role cannot be used with --role-prefer")
	case byAccount && len(o.profiles) > 0:
		return command.Usagef("--profile cannot be used with --match and --account")
	case len(o.profiles) > 0 && (o.role != "" || o.rolePrefer != "" || o.session != ""):
		return command.Usagef("--profile cannot be used with --role, --role-prefer and --sso-session")
	case !byAccount && len(o.profiles) == 0 && !o.retryFailed:
		return command.WithHint(command.Usagef("no account is selected"), "add --match GLOB, --account ID or --profile GLOB\nfor all accounts: --match '*'")
	case o.parallel < 0 || o.parallel > maxParallel || o.parallel == 0 && given("parallel"):
		return command.Usagef("argument --parallel: %d is not a number from 1 to %d", o.parallel, maxParallel)
	case o.timeout < 0 || o.timeout == 0 && given("timeout"):
		return command.Usagef("argument --timeout: %s is not a positive time", o.timeout)
	case o.stream && (o.merge || app.Flags.Output != ""):
		return command.Usagef("--stream cannot be used with --merge and --output")
	case !o.merge && !o.dryRun && (app.Flags.Output != "" && app.Flags.Output != "json" || given("query")):
		return command.WithHint(command.Usagef("without --merge, run has no --query, and --output json is its only format"),
			"add --merge, or put the flags after the -- for each run")
	}
	for _, list := range [][]string{o.match, o.accounts, o.profiles, o.regions} {
		if slices.Contains(list, "") {
			return command.Usagef("--match, --account, --profile and --region need a value")
		}
	}
	o.selection = fanout.Selection{Match: o.match, Accounts: o.accounts, Role: o.role, Regions: o.regions}
	for r := range strings.SplitSeq(o.rolePrefer, ",") {
		if r = strings.TrimSpace(r); r != "" {
			o.selection.Roles = append(o.selection.Roles, r)
		}
	}
	return nil
}

// A runner runs the command.
type runner struct {
	app   *command.App
	parts Parts
	o     options
	base  *workspace.Workspace
	cmd   commandLine

	signInHint atomic.Pointer[string] // of the first run whose session has ended; nil if there is none

	kill chan struct{} // closed by the second Ctrl-C
	sent os.Signal     // the first signal; set before the context ends
}

func (r *runner) run(cmd *cobra.Command) (err error) {
	ctx := cmd.Context()
	if r.cmd, err = r.parts.read(r.app, r.o); err != nil {
		return err
	}
	if len(r.o.regions) == 0 && r.cmd.region != "" {
		r.o.regions = []string{r.cmd.region}
		r.o.selection.Regions = r.o.regions
	}
	if r.base, err = workspace.Open(r.app); err != nil {
		return err
	}
	if _, err := r.base.ConnectInUse(); err != nil {
		return err
	}
	t, err := r.targets(ctx)
	if err != nil {
		return err
	}
	if len(t.list) == 0 {
		return t.none(r)
	}
	if err := r.check(ctx, t); err != nil {
		return err
	}
	if r.o.dryRun {
		return r.plan(t)
	}
	if n := fanout.Accounts(t.list); n > confirmAbove {
		if err := cmdline.NeedsYes(r.app, cmd, r.o.yes); err != nil {
			return command.WithHint(command.Usagef("the command would run for %d accounts, and there is no terminal to ask", n), "to confirm, add --yes")
		}
		question := fmt.Sprintf("Run this command for %d accounts? [y/N] ", n)
		if err := r.app.Confirm(ctx, r.o.yes, question, false); err != nil {
			return err
		}
	}
	if err := t.signIn(ctx, r); err != nil {
		return err
	}
	err = r.execute(ctx, t)
	if errors.Is(err, syscall.EPIPE) {
		// The reader of stdout has ended. All runs have ended too, so now the signal may end this
		// process, as it ends other programs in a pipe.
		_, _ = r.app.IO.Out.Write([]byte("\n"))
	}
	return err
}

// execute runs the command for all targets, and prints the failures.
func (r *runner) execute(ctx context.Context, t targets) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer r.watchSignals(cancel)()
	r.base.Limiter = t.limiters(r.base)
	r.base.NeverAsks = true // many runs would ask at the same time
	r.base.Share()
	spool := new(fanout.Spool)
	defer func() { err = errors.Join(err, spool.Close()) }()
	record, closeRecord := r.record(t.list)
	defer closeRecord()
	p := r.printer(t.list)
	plan := fanout.Plan{
		Targets: t.list, Parallel: r.o.parallel, Timeout: r.o.timeout, FailFast: r.o.failFast, Spool: spool,
		First: r.cachedFirst(t), Run: r.one, Start: p.start, Verify: p.verify, Print: p.print,
		Done: func(result fanout.Result) {
			record(result)
			p.bar.Done(result)
		},
	}
	if plan.Parallel == 0 {
		plan.Parallel = parallelProgram
		if r.cmd.builtin != nil {
			plan.Parallel = parallelBuiltin
		}
	}
	results, err := plan.Execute(ctx)
	p.bar.Clear()
	if err != nil {
		return err // stdout or the temporary folder
	}
	err = p.finish(len(results))
	if lines := fanout.Failures(results); lines != nil {
		r.tellFailures(lines)
	}
	if ctx.Err() != nil {
		return command.ErrInterrupted
	}
	if err != nil {
		return err
	}
	code := fanout.ExitCode(results)
	if code == 0 && t.listErr != nil {
		code = exitRefused // the list of accounts may lack some
	}
	if code != 0 {
		return command.ExitError(code)
	}
	return nil
}

const exitRefused = 254

// cachedFirst returns the function for [fanout.Plan]: targets with cached credentials do not wait for
// the limit of the portal.
func (r *runner) cachedFirst(t targets) func(fanout.Target) bool {
	return func(target fanout.Target) bool {
		request, portal := t.portal[target]
		return !portal || r.base.Broker.Cached(request)
	}
}

// tellFailures prints the failures and how to repeat them.
func (r *runner) tellFailures(lines []string) {
	palette := r.app.ErrStyle()
	if r.app.IO.ErrTerminal {
		fmt.Fprintln(r.app.IO.Err)
	}
	fmt.Fprintf(r.app.IO.Err, "%s %s\n", palette.Error(r.app.Name+":"), lines[0])
	for _, l := range lines[1:] {
		fmt.Fprintln(r.app.IO.Err, l)
	}
	if hint := r.signInHint.Load(); hint != nil {
		r.app.Hint(*hint)
	}
	r.app.Hint("to run only these again, add --retry-failed to the same command line")
}

// record returns a function that adds a result to the record of the last run. If the record cannot
// be written, a warning says so.
func (r *runner) record(targets []fanout.Target) (add func(fanout.Result), done func()) {
	path := fanout.RecordPath(r.app.Env.Lookup)
	warn := func(err error) {
		r.app.Warn("--retry-failed will not know this run: "+err.Error(), "")
	}
	if path == "" {
		warn(errors.New("there is no folder for the record; set XDG_STATE_HOME"))
		return func(fanout.Result) {}, func() {}
	}
	recorder, err := fanout.Record(path, r.app.Now(), targets)
	if err != nil {
		warn(err)
		return func(fanout.Result) {}, func() {}
	}
	var failed error
	return func(result fanout.Result) {
			if err := recorder.Add(result); failed == nil {
				failed = err
			}
		}, func() {
			if err := errors.Join(failed, recorder.Close()); err != nil {
				warn(err)
			}
		}
}

// watchSignals makes the first interrupt stop all runs in order, and the second one kill them.
func (r *runner) watchSignals(cancel context.CancelCauseFunc) (release func()) {
	taken := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		taken = append(taken, syscall.SIGHUP)
	}
	// Without a listener for SIGPIPE, a closed stdout would end this process and not its children.
	signals, stop := child.TakeSignals(append(taken, syscall.SIGPIPE)...)
	r.kill = make(chan struct{})
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				switch {
				case s == syscall.SIGPIPE: // the write reports the error
				case r.sent == nil:
					r.sent = s
					cancel(command.ErrInterrupted)
				default:
					close(r.kill)
					return
				}
			}
		}
	}()
	return func() { close(done); stop() }
}
