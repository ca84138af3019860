// Package completecmd completes command lines in shells. The command completion prints a script
// for a shell. The script sends requests, and [Answer] answers them.
package completecmd

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

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
  nu          save the script in an autoload folder after each update
              lanyard completion nu | save -f
                ($nu.user-autoload-dirs.0 | path join lanyard.nu)
  powershell  the file $PROFILE
              lanyard completion powershell | Out-String | Invoke-Expression

A completion reads only the config and credentials files. It makes no request,
and writes no file.`,
		Example: `# complete command lines in this shell (bash or zsh)
eval "$(lanyard completion bash)"`,
		Args:      command.WantArgs("SHELL"),
		ValidArgs: shells,
		RunE:      func(_ *cobra.Command, args []string) error { return printScripts(app, args[0]) },
	}
}

// printScripts prints the script for lanyard. If aws is lanyard, it also prints the script for
// aws.
func printScripts(app *command.App, name string) error {
	programs := []string{"lanyard"}
	if path, err := exec.LookPath("aws"); err == nil && self.Is(path) {
		programs = append(programs, "aws")
	}
	for _, program := range programs {
		script, err := shell.CompletionScript(name, program)
		if err != nil {
			return command.WithHint(command.Usagef("%s", err), "use %s", strings.Join(shell.CompletionShells(), ", "))
		}
		if _, err := fmt.Fprint(app.Out, script); err != nil {
			return err
		}
	}
	return nil
}
