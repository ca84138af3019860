package configurecmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/wizard"
)

// newSSO returns the command configure sso.
func newSSO(app *command.App) *cobra.Command {
	var o wizard.Options
	cmd := &cobra.Command{
		Use:   "sso",
		Short: "Set up profiles for IAM Identity Center",
		Long: `Ask for the start URL, sign in, let you choose an account and a role, and write
a profile. Each flag answers a question. Without a terminal, give every answer
as a flag. lanyard then writes the profile and does not sign in.

lanyard writes --region and --output to the profile. On a terminal, these flags
set the defaults of the questions; --default-region and --output-format skip the
questions.

Esc or Ctrl-C stops the command, and lanyard writes nothing. To undo a change,
run "lanyard configure undo".`,
		Example: `# answer questions
lanyard configure sso
# give every answer as a flag
lanyard configure sso --profile-name dev-admin --sso-session-name corp \
  --sso-start-url https://your-domain.awsapps.com/start \
  --sso-region us-east-1 --sso-registration-scopes sso:account:access \
  --sso-account-id 111122223333 --sso-role-name AdministratorAccess \
  --default-region us-east-1 --output-format json --yes`,
		Annotations: cmdline.Uses("profile", "region", "output", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Given = cmd.Flags().Changed
			return setUpProfiles(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	addSessionFlags(&o, f)
	f.StringVar(&o.Name, "sso-session-name", "", "use or create the [sso-session] `NAME`; \"\" for a legacy profile")
	f.StringVar(&o.Account, "sso-account-id", "", "the account `ID` of the profile")
	f.StringVar(&o.Role, "sso-role-name", "", "the `ROLE` (permission set) of the profile")
	f.StringVar(&o.DefaultRegion, "default-region", "", "the `REGION` of the profile, without a question")
	f.StringVar(&o.Output, "output-format", "", "the output `FORMAT` of the profile, without a question")
	cmdline.Offer(f, "output-format", "json", "text", "table", "yaml", "yaml-stream", "off")
	f.StringVar(&o.Profile, "profile-name", "", "the `NAME` of the profile (default ROLE-ACCOUNT)")
	f.BoolVar(&o.Yes, "yes", false, "ask nothing at the end, and replace an existing profile of the same name, even if its account or role differs")
	f.BoolVar(&o.NoBrowser, "no-browser", false, "print the URL instead of opening a browser")
	f.BoolVar(&o.UseDevice, "use-device-code", false, "sign in with a code that you enter on any device")
	f.IntVar(&o.CallbackPort, "callback-port", 0, "the `PORT` on 127.0.0.1 for the browser's callback; 0 means any free port")
	return cmd
}

// setUpProfiles runs the wizard, or writes one profile from flags if there is no terminal.
func setUpProfiles(ctx context.Context, app *command.App, o wizard.Options) error {
	z, err := wizard.New(app, o)
	if err != nil {
		return err
	}
	if !app.IO.Terminal {
		return z.ByFlags(ctx)
	}
	return app.ExplainConsole(z.Run(ctx))
}

// newSession returns the command configure sso-session.
func newSession(app *command.App) *cobra.Command {
	var o wizard.Options
	cmd := &cobra.Command{
		Use:   "sso-session",
		Short: "Set up an [sso-session] without signing in",
		Long: `Ask for the name, start URL, region and scopes of an [sso-session], and write
the [sso-session] to the config. If the session exists, Enter keeps its values.
Each flag answers a question. Without a terminal, lanyard asks no questions.`,
		Example: `# answer questions
lanyard configure sso-session
# give every answer as a flag
lanyard configure sso-session --sso-session-name corp \
  --sso-start-url https://your-domain.awsapps.com/start \
  --sso-region us-east-1`,
		Annotations: cmdline.Uses(cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Given = cmd.Flags().Changed
			return setUpSession(cmd.Context(), app, o)
		},
	}
	addSessionFlags(&o, cmd.Flags())
	cmd.Flags().StringVar(&o.Name, "sso-session-name", "", "create or change the [sso-session] `NAME`")
	return cmd
}

// setUpSession asks for the settings of an [sso-session], or takes them from flags, and
// writes them.
func setUpSession(ctx context.Context, app *command.App, o wizard.Options) error {
	z, err := wizard.New(app, o)
	if err != nil {
		return err
	}
	if app.IO.Terminal {
		err = z.AskWholeSession(ctx)
	} else {
		err = z.WholeSessionByFlags(ctx)
	}
	if err != nil {
		return app.ExplainConsole(err)
	}
	changes := z.NewSessionChanges()
	for _, c := range changes {
		if err := profile.CheckAgreement(z.In, c); err != nil {
			return err
		}
	}
	if _, err := z.Edit(ctx, false, "configure sso-session", changes...); err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "\nCompleted configuring SSO session: %s\nRun the following to login and refresh access token for this session:\n\n%s\n",
		terminal.Printable(z.Session.Name), signin.LoginFor(app, z.Session.Name, ""))
	return nil
}

// addSessionFlags adds the flags for the settings of a session, without its name.
func addSessionFlags(o *wizard.Options, f *pflag.FlagSet) {
	f.StringVar(&o.StartURL, "sso-start-url", "", "the start `URL` of a new session")
	f.StringVar(&o.Region, "sso-region", "", "the `REGION` of Identity Center, for a new session")
	f.StringVar(&o.Scopes, "sso-registration-scopes", "", "the `SCOPES` of a new session, separated by commas (default "+profile.AccessScope+")")
	f.StringVar(&o.AutoRefresh, "sso-auto-refresh", "", "refresh the session automatically: `BOOL` is true or false")
	f.StringVar(&o.RefreshWindow, "sso-refresh-window", "", "refresh the session when fewer than `SECONDS` are left")
}
