package configurecmd

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// exportFormats lists the AWS CLI's values of --format.
var exportFormats = [...]string{"process", "env", "env-no-export", "powershell", "windows-cmd", "fish"}

// newExport returns the command configure export-credentials.
func newExport(app *command.App) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "export-credentials",
		Short: "Print credentials as JSON or as shell variables",
		Long: `Print the credentials of a profile for other programs, in the formats of the AWS
CLI. lanyard quotes values that a shell would misread.`,
		Example: `lanyard configure export-credentials --profile dev-admin
# set the variables in this shell (bash or zsh)
eval "$(lanyard configure export-credentials --profile dev-admin \
  --format env)"`,
		Annotations: cmdline.Uses("profile", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return export(cmd.Context(), app, format) },
	}
	cmd.Flags().StringVar(&format, "format", "process", "the `FORMAT` of the output: "+strings.Join(exportFormats[:], ", "))
	cmdline.Offer(cmd.Flags(), "format", exportFormats[:]...)
	return cmd
}

// export prints the credentials in a format.
func export(ctx context.Context, app *command.App, format string) error {
	if !slices.Contains(exportFormats[:], format) {
		return command.Usagef("argument --format: Found invalid choice '%s'", format)
	}
	c, err := inUse(ctx, app)
	if err != nil {
		return err
	}
	if format == "process" {
		_, err := app.Out.Write(c.ExportJSON())
		return err
	}
	lines := [][2]string{{"AWS_ACCESS_KEY_ID", c.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey.Reveal()}}
	if !c.SessionToken.IsZero() {
		lines = append(lines, [2]string{"AWS_SESSION_TOKEN", c.SessionToken.Reveal()})
	}
	if !c.Expiration.IsZero() {
		lines = append(lines, [2]string{"AWS_CREDENTIAL_EXPIRATION", ssocache.FormatOffset(c.Expiration)})
	}
	var text strings.Builder // print nothing after an error: a shell would evaluate an incomplete text
	dialect := map[string]shell.Dialect{"fish": shell.Fish, "powershell": shell.PowerShell, "windows-cmd": shell.Cmd}[format]
	for _, l := range lines {
		line, err := dialect.Export(l[0], l[1])
		if err != nil {
			return command.WithHint(err, "use --format process")
		}
		if format == "env-no-export" {
			line = strings.TrimPrefix(line, "export ")
		}
		text.WriteString(line + "\n")
	}
	_, err = io.WriteString(app.Out, text.String())
	return err
}

// inUse returns the credentials in use. As in the AWS CLI, keys in the environment come
// before the profile.
func inUse(ctx context.Context, app *command.App) (ssocache.Credentials, error) {
	if c, ok, err := workspace.EnvironmentKeys(app); ok || err != nil {
		if err != nil && !errors.Is(err, workspace.ErrExpiredKeys) {
			err = &command.ConfigError{Code: "Configuration", Msg: "Unable to retrieve credentials: " + err.Error()}
		}
		return c, err
	}
	w := workspace.Files(app)
	p, err := w.Resolve()
	var prof *profile.Error
	if errors.As(err, &prof) {
		return ssocache.Credentials{}, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Unable to retrieve credentials: " + prof.Msg}, "%s", app.FullHint(err))
	}
	if err != nil {
		return ssocache.Credentials{}, err
	}
	if err := credentials.CheckChain(app, p.Name); err != nil {
		return ssocache.Credentials{}, err
	}
	c, err := credentials.Get(ctx, w, p, "configure export-credentials")
	switch {
	case credentials.None(err):
		err = command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Unable to retrieve credentials: no credentials found"}, "%s", signin.MissingKeys(w, p))
	case errors.As(err, &prof): // while the source of the credentials is chosen
		err = command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Unable to retrieve credentials: " + prof.Msg}, "%s", app.FullHint(err))
	}
	return c, err
}
