package emulatorcmd

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/intercept"
)

func newEmulatorRun(app *command.App) *cobra.Command {
	var (
		o     emulatorOptions
		proxy bool
	)
	cmd := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGS...]",
		Short: "Run a program against an emulator, in a home of its own",
		Long: `Start an emulator and run a program against it. The program gets a temporary
home with a config for the emulator and none of your AWS_ variables, so that your
own sessions are not touched. Its exit code is the one of this command. At the end
everything is removed.

  lanyard emulator run --auto-approve jane -- sh -c 'lanyard login && aws s3 ls'

With --auto-approve, BROWSER is a program that signs in as the user. With --proxy,
programs that ignore AWS_ENDPOINT_URL_... are led there by an HTTPS proxy that
answers for AWS's host names and refuses all others.`,
		Annotations: command.Uses("region"),
		Args:        cobra.ArbitraryArgs,
		RunE:        func(cmd *cobra.Command, args []string) error { return emulatorRun(app, cmd, o, proxy, args) },
	}
	o.addOrganization(cmd)
	o.addService(cmd)
	cmd.Flags().BoolVar(&proxy, "proxy", false, "answer for AWS's host names too, for programs that ignore endpoint variables")
	cmd.Flags().SetInterspersed(false) // what follows the command is the command's
	return cmd
}

func emulatorRun(app *command.App, cmd *cobra.Command, o emulatorOptions, proxy bool, args []string) (err error) {
	if len(args) == 0 {
		return command.WithHint(command.Usagef("which command is to run? It stands after --"), "for example: %s -- sh", cmd.CommandPath())
	}
	c, err := emulatorConfig(app, cmd, o)
	if err != nil {
		return err
	}
	// From here on Ctrl-C is the program's, and we stay to clean up.
	signals, release := child.TakeSignals(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer release()
	l, err := listenLoopback("127.0.0.1:0")
	if err != nil {
		return err
	}
	base := baseURL(l)
	if proxy {
		c.PublicURL = base // a person's browser does not go through the proxy
	}
	var pages *standIn
	if c.AutoApprove != "" {
		pages = newStandIn(base, app.Warn)
	}
	e, stop, err := serveEmulatorOn(l, c, pages.beside)
	if err != nil {
		return emulatorProblem(app, cmd, err, c)
	}
	defer stop()
	defer pages.close()
	config, profile := emulatorProfiles(c, e, o.autoApprove)
	home, err := newEmulatorHome(config)
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(home); err != nil {
			app.Warn("the temporary home is not wholly removed: "+err.Error(), "remove "+command.Quote(home))
		}
	}()
	set, err := homeVariables(app, home, base, profile, pages.address(), c)
	if err != nil {
		return err
	}
	if proxy {
		vars, stop, err := startProxy(app, e, home)
		if err != nil {
			return err
		}
		defer stop()
		set = append(set, vars...)
	}
	return child.Run(app, args, homeEnvironment(app.Env.Environ(), set), signals)
}

// startProxy starts the proxy and returns the variables that lead there.
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
