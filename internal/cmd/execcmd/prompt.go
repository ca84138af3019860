package execcmd

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/prompt"
)

// NewPrompt returns the command prompt. Package warm answers nearly all its command lines.
func NewPrompt(app *command.App) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "prompt",
		Short: "Print the profile in use for the shell's prompt",
		Long: `Print the profile in use, its account and the state of its session, for the
prompt of a shell. The states are:

  42m           the token is valid for this time
  refreshable   the token has expired; the next use of the profile refreshes it
  ended         you must sign in
  signed out    you must sign in: there is no token

In "lanyard shell" and after "lanyard env", the shell has keys. Then the state
says how long the keys are valid, or "ended". If the keychain or another store
holds the token, lanyard prints no state. The JSON output has the states of
"lanyard status".

lanyard uses --profile, else the profile of the environment. If no profile is in
use, or after an error, lanyard prints nothing and exits with 0. The command
makes no request, takes no lock and writes no file.

In --format, lanyard replaces {profile}, {account}, {role}, {region}, {session}
(the state), and {text}: the known values of profile, account and state. lanyard
prints no line break at the end.`,
		Example: `lanyard prompt
# in ~/.bashrc, with single quotes
PS1='$(lanyard prompt --format "({text}) ")'"$PS1"
# as JSON
lanyard prompt --output json`,
		Annotations: cmdline.Uses("profile", "output", "query"),
		Args:        cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			seg, err := prompt.Find(app.Flags.Profile, app.Env.Lookup, app.Now())
			switch {
			case err != nil:
				app.Log.Debug("nothing to show", "error", err)
				return nil
			case app.Flags.Output != "" || app.Flags.Query != "":
				return output.Print(app, "Prompt", seg)
			}
			_, err = io.WriteString(app.Out, seg.Text(format))
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "", `print this `+"`TEXT`"+`; by default "{text}"`)
	return cmd
}
