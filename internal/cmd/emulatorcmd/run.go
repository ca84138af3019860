package emulatorcmd

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/intercept"
)

// runOptions holds the flags of emulator run.
type runOptions struct {
	options
	proxy bool
}

// newRun returns the command emulator run.
func newRun(app *command.App) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGS...]",
		Short: "Run a program against an emulator",
		Long: `Start an emulator and run a program against it. The program gets a temporary
home folder with a config for the emulator, and none of your AWS_ variables. So
your own sessions do not change.

When the program ends, lanyard removes the home folder, and exits with the
program's exit code, or with 128 plus the number of the signal.

With --auto-approve, the variable BROWSER names a program that signs in as USER.

With --proxy, lanyard also runs an HTTPS proxy that answers for AWS's host names
and refuses all other hosts. Use --proxy for programs that ignore the endpoint
variables.`,
		Example: `# sign in as the user jane and list the buckets
lanyard emulator run --auto-approve jane -- \
  sh -c 'lanyard login && lanyard s3 ls'
# open a shell
lanyard emulator run --auto-approve jane -- bash`,
		Annotations: cmdline.Uses("region"),
		Args:        cobra.ArbitraryArgs,
		RunE:        func(cmd *cobra.Command, args []string) error { return run(app, cmd, o, args) },
	}
	o.addOrganization(cmd)
	o.addService(cmd)
	cmd.Flags().BoolVar(&o.proxy, "proxy", false, "also serve AWS's host names, for programs that ignore the endpoint variables")
	cmd.Flags().SetInterspersed(false) // flags after the command belong to the command
	return cmd
}

// run runs a program with an emulator, and removes the home folder when the program ends.
func run(app *command.App, cmd *cobra.Command, o runOptions, args []string) (err error) {
	if len(args) == 0 {
		return command.WithHint(command.Usagef("missing argument: COMMAND"), "for example: %s -- sh", cmd.CommandPath())
	}
	c, err := newConfig(app, cmd, o.options)
	if err != nil {
		return err
	}
	// From here on, the program handles Ctrl-C. This process waits for the program and cleans up.
	signals, release := child.TakeSignals(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer release()
	l, err := listenOn("127.0.0.1:0", false)
	if err != nil {
		return err
	}
	base := baseURL(l)
	if o.proxy {
		c.PublicURL = base // the user's browser does not use the proxy
	}
	var pages *approver
	if c.AutoApprove != "" {
		pages = newApprover(base, app.Warn)
	}
	e, stop, err := startServerOn(l, c, func(h http.Handler) http.Handler { return hereOnly(pages.wrap(h)) })
	if err != nil {
		return explain(cmd, err, c)
	}
	defer stop()
	defer pages.close()
	config, profile := profileConfig(c, e, o.autoApprove)
	home, err := newHome(config)
	if err != nil {
		return err
	}
	defer func() {
		if err := removeHome(home); err != nil {
			app.Warn("the temporary home was not removed: "+err.Error(), "remove "+command.Quote(home))
		}
	}()
	set, err := homeVariables(app, home, base, profile, pages.address(), c)
	if err != nil {
		return err
	}
	if o.proxy {
		vars, stop, err := startProxy(app, e, home)
		if err != nil {
			return err
		}
		defer stop()
		set = append(set, vars...)
	}
	if len(args) == 1 && app.IO.Terminal { // probably a shell
		greet(app, base, profile)
	}
	return child.Run(app, args[0], args, homeEnvironment(app.Env.Environ(), set), signals)
}

// greet prints how this shell differs from the user's own shell.
func greet(app *command.App, base, profile string) {
	fmt.Fprintf(app.IO.Err, "%s: the emulator runs at %s until this program ends\n", app.Name, base)
	fmt.Fprintf(app.IO.Err, "%s: HOME is temporary", app.Name)
	if profile != "" {
		fmt.Fprintf(app.IO.Err, "; AWS_PROFILE is %s", profile)
	}
	fmt.Fprintln(app.IO.Err)
	app.Hint("to sign in, run: " + app.Name + " sso login")
}

// startProxy starts the proxy of --proxy. vars are the variables that point a program at the
// proxy.
func startProxy(app *command.App, h http.Handler, home string) (vars []string, stop func(), err error) {
	p, err := intercept.Start(h, app.Log)
	if err != nil {
		return nil, nil, err
	}
	stop = func() {
		if err := p.Close(); err != nil {
			app.Log.Debug("proxy", "error", err)
		}
	}
	bundle := filepath.Join(home, "ca-bundle.pem")
	if err := p.WriteBundle(bundle); err != nil {
		stop()
		return nil, nil, err
	}
	return p.Env(bundle), stop, nil
}
