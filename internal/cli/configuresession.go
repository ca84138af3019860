package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func newConfigureSession(app *command.App) *cobra.Command {
	var o ssoOptions
	cmd := &cobra.Command{
		Use:   "sso-session",
		Short: "Set up an [sso-session], without signing in",
		Long: `Ask for name, start URL, region and scopes of an [sso-session] and write it. If it
exists, Enter keeps what it has. What a flag gives is not asked; without a terminal
nothing is.`,
		Annotations: command.Uses(command.Connection),
		Args:        command.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.given = cmd.Flags().Changed
			return configureSession(cmd.Context(), app, o)
		},
	}
	o.addSession(cmd.Flags())
	return cmd
}

func configureSession(ctx context.Context, app *command.App, o ssoOptions) error {
	z, err := openWizard(app, o)
	if err != nil {
		return err
	}
	if app.IO.Terminal {
		err = z.askWholeSession(ctx)
	} else {
		err = z.wholeSessionByFlags(ctx)
	}
	if err != nil {
		return app.ExplainConsole(err)
	}
	changes := z.newSessionChanges()
	for _, c := range changes {
		if err := profile.CheckAgreement(z.In, c); err != nil {
			return err
		}
	}
	if _, err := z.Edit(ctx, false, "configure sso-session", changes...); err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "\nCompleted configuring SSO session: %s\nRun the following to login and refresh access token for this session:\n\n%s\n",
		terminal.Printable(z.session.Name), signin.LoginFor(app, z.session.Name, ""))
	return nil
}

// askWholeSession asks for every setting of the session.
func (z *wizard) askWholeSession(ctx context.Context) (err error) {
	z.session.Name = z.o.name
	if z.session.Name == "" {
		z.session.Name, err = z.con.Ask(ctx, picker.Question{
			Text: "SSO session name: ", Suggestions: z.sessionNames(), Note: z.describeSession,
			Check: required(checkName(awsconfig.SSOSession)),
		})
		if err != nil {
			return err
		}
	}
	get, err := z.ofSession()
	if err != nil {
		return err
	}
	scopes := get("sso_registration_scopes")
	if scopes == "" {
		scopes = profile.AccessScope
	}
	return z.askNewSession(ctx, get("sso_start_url"), get("sso_region"), scopes)
}

// ofSession reads what the config says of the session now.
func (z *wizard) ofSession() (get func(key string) string, err error) {
	section, err := z.Section(awsconfig.SSOSession, z.session.Name)
	return func(key string) string {
		s, _ := section.Get(key)
		return s.Value
	}, err
}

// wholeSessionByFlags takes every setting from the flags, or else from the session
// as it is.
func (z *wizard) wholeSessionByFlags(ctx context.Context) error {
	z.session.Name = z.o.name
	if z.o.name == "" {
		missing := []string{"--sso-session-name"}
		if z.o.startURL == "" {
			missing = append(missing, "--sso-start-url")
		}
		if z.o.region == "" {
			missing = append(missing, "--sso-region")
		}
		return noTerminal(z.App, missing)
	}
	get, err := z.ofSession()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		to  *string
		key string
	}{{&z.o.startURL, "sso_start_url"}, {&z.o.region, "sso_region"}, {&z.o.scopes, "sso_registration_scopes"}} {
		if *f.to == "" {
			*f.to = get(f.key)
		}
	}
	if err := z.sessionByFlags(ctx); err != nil {
		return err
	}
	var missing []string
	if z.session.StartURL == "" {
		missing = append(missing, "--sso-start-url")
	}
	if z.session.Region == "" {
		missing = append(missing, "--sso-region")
	}
	if missing != nil {
		return noTerminal(z.App, missing)
	}
	return nil
}
