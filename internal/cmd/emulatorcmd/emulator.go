// Package emulatorcmd has the commands that run the emulator of IAM Identity Center. They run the
// emulator alone, with a program, or as a demo. This package handles flags, output, and the home
// folder of a program. The emulator itself is in package emulator.
package emulatorcmd

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// serveOptions holds the flags of emulator.
type serveOptions struct {
	options
	listen string
	expose bool
}

// New returns the command emulator with its subcommands.
func New(app *command.App) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Run a local Identity Center for tests",
		Long: `Start a server that emulates IAM Identity Center. Real clients can sign in to
the server, list accounts and get role credentials, without an AWS account. The
server keeps its data in memory, listens only on this machine, and runs until
you interrupt the server. GET /healthz returns status 200.

With --expose, other machines can use the emulator, for example from another
container. They can then sign in as any user of the emulator.

The first line of the output is the base URL. The next lines show how to connect
a client to the emulator.

With --org, the emulator reads the organization file again at SIGHUP. Users stay
signed in.`,
		Example: `# run with the built-in organization
lanyard emulator --listen 127.0.0.1:8080
# run with an organization of your own
lanyard emulator init org.yaml
lanyard emulator --org org.yaml`,
		Annotations: cmdline.Uses("region"),
		Args:        cmdline.UnknownCommand,
		RunE:        func(cmd *cobra.Command, _ []string) error { return serve(app, cmd, o) },
	}
	o.addOrganization(cmd)
	o.addService(cmd)
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:0", "listen on this loopback `ADDRESS:PORT`; port 0 is any free port")
	cmd.Flags().BoolVar(&o.expose, "expose", false, "let --listen name an address that other machines can reach")
	cmd.AddCommand(newInit(app), newEnv(app), newRun(app), newBrowse(app))
	return cmd
}

// serve runs the emulator until it is interrupted.
func serve(app *command.App, cmd *cobra.Command, o serveOptions) error {
	config, err := newConfig(app, cmd, o.options)
	if err != nil {
		return err
	}
	e, base, stop, err := startServer(config, o.listen, o.expose)
	if err != nil {
		return explain(cmd, err, config)
	}
	defer stop()
	if o.expose {
		app.Warn("other machines can use this emulator at "+o.listen+", and sign in as any of its users", "give the emulator no real secrets")
	}
	if o.org != "" {
		defer reloadOnHangup(app, cmd, o.options, e)()
	}
	lines := append([]string{base}, pointers(e, base, config.AdminToken)...)
	if config.Forward != "" {
		lines = append(lines, "export "+allVariable+"="+base)
	}
	if _, err := fmt.Fprintln(app.Out, strings.Join(lines, "\n")); err != nil {
		return err // if the output fails, the user does not know the address
	}
	if app.IO.OutTerminal && runtime.GOOS != "windows" {
		app.Hint(`to use the emulator in another shell, run there: eval "$(` + envLine(app, base, o.options) + `)"` + "\nto stop the emulator, press Ctrl-C here")
	}
	<-cmd.Context().Done()
	return nil
}

// envLine returns the command line of emulator env for this emulator.
func envLine(app *command.App, base string, o options) string {
	words := []string{app.Name, "emulator", "env", "--url", base}
	if o.org != "" {
		file := o.org
		if path, err := filepath.Abs(file); err == nil {
			file = path // the other shell can be in another folder
		}
		words = append(words, "--org", command.Quote(file))
	}
	if o.accounts > 0 {
		words = append(words, "--accounts", strconv.Itoa(o.accounts))
	}
	if o.roles > 0 {
		words = append(words, "--roles", strconv.Itoa(o.roles))
	}
	if app.Flags.Region != "" {
		words = append(words, "--region", command.Quote(app.Flags.Region))
	}
	return strings.Join(words, " ")
}

// endpointVariables are the variables that point the AWS CLI and the SDKs at the
// emulator. AWS_ENDPOINT_URL alone is not enough, because some clients do not use it to
// sign in.
var endpointVariables = [...]string{
	"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SSO_ADMIN", "AWS_ENDPOINT_URL_IDENTITYSTORE",
	"AWS_ENDPOINT_URL_ORGANIZATIONS", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_EC2",
}

// allVariable points the AWS CLI and the SDKs at the emulator for all services without a variable of
// their own. It is set only if the emulator forwards requests.
const allVariable = "AWS_ENDPOINT_URL"

// adminVariable is the environment variable with the token of the admin API.
const adminVariable = "LANYARD_EMULATOR_ADMIN_TOKEN" //nolint:gosec // a name

// pointers returns shell lines that point clients at the emulator.
func pointers(e *emulator.Emulator, base, adminToken string) []string {
	lines := []string{"# start URL " + e.StartURL() + ", region " + e.Region()}
	for _, u := range e.Users() {
		how := "no password"
		if u.Password != "" {
			how = "password: " + u.Password
		}
		if u.TOTP != "" {
			how += ", with a code from an authenticator app: " + u.TOTP
		}
		lines = append(lines, "# user "+u.Name+", "+how)
	}
	for _, u := range e.IAMUsers() {
		how := "access key " + u.AccessKeyID + ", secret key " + u.SecretAccessKey
		if u.TOTP != "" {
			how += ", MFA device " + u.MFASerial(e.Region()) + " with the secret " + u.TOTP
		}
		lines = append(lines, "# IAM user "+u.Name+" of account "+u.Account+", "+how)
	}
	if adminToken != "" {
		lines = append(lines,
			"# admin API: "+base+emulator.AdminPath+", with the header Authorization: Bearer $"+adminVariable,
			"export "+adminVariable+"="+adminToken, "export "+urlVariable+"="+base)
	}
	for _, v := range endpointVariables {
		lines = append(lines, "export "+v+"="+base)
	}
	return append(lines, "export AWS_EC2_METADATA_DISABLED=true")
}

// reloadOnHangup reads the organization file again at each SIGHUP, until the caller calls stop.
// If the file is wrong, reloadOnHangup prints a warning and keeps the old organization.
func reloadOnHangup(app *command.App, cmd *cobra.Command, o options, e *emulator.Emulator) (stop func()) {
	hangups, release := child.TakeSignals(syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangups:
				reload(app, cmd, o, e)
			case <-done:
				return
			}
		}
	}()
	return func() {
		release()
		close(done)
	}
}

// reload reads the organization file again.
func reload(app *command.App, cmd *cobra.Command, o options, e *emulator.Emulator) {
	c, err := organization(app, cmd, o)
	if err == nil {
		err = explain(cmd, e.Reload(c), c)
	}
	if err == nil {
		fmt.Fprintf(app.IO.Err, "%s: read %s again\n", app.Name, o.org)
		return
	}
	text := err.Error()
	var config *command.ConfigError
	if errors.As(err, &config) {
		text = config.Msg
	}
	app.Warn(text+"; the organization is unchanged", command.HintOf(err))
}
