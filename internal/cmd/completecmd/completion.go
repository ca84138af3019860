// Package completecmd completes command lines in shells. The command completion prints a script
// for a shell. The script sends requests, and [Answer] answers them.
package completecmd

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// New returns the command completion.
func New(app *command.App) *cobra.Command {
	shells := shell.CompletionShells()
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes command lines",
		Long: `Print a script that completes command lines of lanyard: commands, flags and
their values, profiles with their accounts and roles, sessions, regions,
services, operations and their options. If the aws command on PATH is lanyard,
the script also completes command lines of aws.

SHELL is ` + strings.Join(shells[:len(shells)-1], ", ") + ` or ` + shells[len(shells)-1] + `.
Evaluate the script in the start-up file of the shell:

  bash        ~/.bashrc
              eval "$(lanyard completion bash)"
  zsh         ~/.zshrc, after compinit
              eval "$(lanyard completion zsh)"
  fish        ~/.config/fish/config.fish
              lanyard completion fish | source
  elvish      ~/.config/elvish/rc.elv
              eval (lanyard completion elvish | slurp)
  xonsh       ~/.xonshrc
              execx($(lanyard completion xonsh))
  nu          save the script in an autoload folder after each update of lanyard
              lanyard completion nu | save -f lanyard.nu
  powershell  the file $PROFILE
              Invoke-Expression (lanyard completion powershell | Out-String)

A completion reads only the config and credentials files, makes no request, and
writes no file.`,
		Example: `# complete command lines in this shell (bash or zsh)
eval "$(lanyard completion bash)"`,
		Args:      cmdline.WantArgs("SHELL"),
		ValidArgs: shells,
		RunE: func(_ *cobra.Command, args []string) error {
			script, err := shell.CompletionScript(args[0], self.Names()...)
			if err != nil {
				return command.WithHint(command.Usagef("%s", err), "use %s", strings.Join(shells, ", "))
			}
			_, err = io.WriteString(app.Out, script)
			return err
		},
	}
}
