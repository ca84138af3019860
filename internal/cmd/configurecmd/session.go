package configurecmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/wizard"
)

func newConfigureSession(app *command.App) *cobra.Command {
	var o wizard.Options
	cmd := &cobra.Command{
		Use:   "sso-session",
		Short: "Set up an [sso-session], without signing in",
		Long: `Ask for name, start URL, region and scopes of an [sso-session] and write it. If it
exists, Enter keeps what it has. What a flag gives is not asked; without a terminal
nothing is.`,
		Annotations: command.Uses(command.Connection),
		Args:        command.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Given = cmd.Flags().Changed
			return configureSession(cmd.Context(), app, o)
		},
	}
	addSessionFlags(&o, cmd.Flags())
	return cmd
}

func configureSession(ctx context.Context, app *command.App, o wizard.Options) error {
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
