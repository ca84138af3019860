package emulatorcmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
)

func New(app *command.App) *cobra.Command {
	var (
		o      emulatorOptions
		listen string
	)
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Run an Identity Center of your own, to try, test and debug against",
		Long: `Serve an IAM Identity Center that is kept in memory: real clients sign in to it,
list accounts and get role credentials, without an AWS account. The first line
is its base URL; the lines after it point any client at it. It runs until it is
interrupted, and listens on this machine only.

With --org, SIGHUP makes it read the file again; nobody is signed out.

  lanyard emulator init org.yaml      write an example organization
  lanyard emulator run -- CMD         run a program against an emulator, in a
                                      home of its own
  lanyard emulator env --url URL      point a shell at a running emulator`,
		Annotations: command.Uses("region"),
		Args:        command.UnknownCommand,
		RunE:        func(cmd *cobra.Command, _ []string) error { return runEmulator(app, cmd, o, listen) },
	}
	o.addOrganization(cmd)
	o.addService(cmd)
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "the loopback address to listen on; port 0 means any")
	cmd.AddCommand(newEmulatorInit(app), newEmulatorEnv(app), newEmulatorRun(app), newEmulatorBrowse(app))
	return cmd
}

func runEmulator(app *command.App, cmd *cobra.Command, o emulatorOptions, listen string) error {
	config, err := emulatorConfig(app, cmd, o)
	if err != nil {
		return err
	}
	e, base, stop, err := serveEmulator(config, listen)
	if err != nil {
		return emulatorProblem(app, cmd, err, config)
	}
	defer stop()
	if o.org != "" {
		defer reloadOnHangup(app, cmd, o, e)()
	}
	lines := append([]string{base}, pointers(e, base, config.AdminToken)...)
	if _, err := fmt.Fprintln(app.Out, strings.Join(lines, "\n")); err != nil {
		return err // nobody knows where it is
	}
	<-cmd.Context().Done()
	return nil
}

// endpointVariables send the AWS CLI and the SDKs to another address. Some
// clients need the variable of each service: AWS_ENDPOINT_URL alone does not
// reach their sign-in.
var endpointVariables = [...]string{
	"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_EC2",
}

// adminVariable holds the token of the admin API.
const adminVariable = "LANYARD_EMULATOR_ADMIN_TOKEN" //nolint:gosec // a name

// pointers are shell lines that point any client at the emulator.
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
