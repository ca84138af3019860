package execcmd

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// functionName matches the names that a function may have in every shell.
var functionName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`) })

// NewInit returns the command init.
func NewInit(app *command.App) *cobra.Command {
	var function string
	var prompt bool
	shells := strings.Join(shell.InitShells(), ", ")
	cmd := &cobra.Command{
		Use:   "init SHELL",
		Short: "Print shell functions for a start-up file",
		Long: `Print lines for the start-up file of a shell: bash, zsh, fish, nu, xonsh, elvish
or powershell. The printed lines define the function use, which changes the AWS
profile of the shell: see "lanyard help use". In elvish and nu, use is a
reserved word, so the function has the name use-profile. The printed lines also
complete command lines of lanyard and of use, like "lanyard completion".

With --prompt, the printed lines also put the profile in use before your prompt.

Evaluate the output in the start-up file:

  bash        eval "$(lanyard init bash)"
  zsh         eval "$(lanyard init zsh)"
  fish        lanyard init fish | source
  elvish      eval (lanyard init elvish | slurp)
  xonsh       execx($(lanyard init xonsh))
  powershell  Invoke-Expression (lanyard init powershell | Out-String)

nu reads only files. Save the output of "lanyard init nu" in a file, and source
the file in config.nu.`,
		Example: `# in ~/.bashrc
eval "$(lanyard init bash --prompt)"
# with another name of the function
eval "$(lanyard init bash --function awsp)"`,
		Args:      cmdline.WantArgs("SHELL"),
		ValidArgs: shell.InitShells(),
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(shell.InitShells(), args[0]) {
				return command.WithHint(command.Usagef("argument SHELL: Found invalid choice '%s'", args[0]), "choose from %s", shells)
			}
			if function == "" {
				function = shell.UseFunction(args[0])
			}
			if !functionName().MatchString(function) {
				return command.Usagef("--function %s: the name of a function has only letters, digits, _ and -", command.Quote(function))
			}
			script, err := shell.InitScript(args[0], function, prompt, self.Names()...)
			if err != nil {
				return err
			}
			_, err = io.WriteString(app.Out, script)
			return err
		},
	}
	cmd.Flags().StringVar(&function, "function", "", "name the function `NAME` instead of use")
	cmd.Flags().BoolVar(&prompt, "prompt", false, "also put the profile in use into the prompt")
	return cmd
}

// evaluation returns the line that evaluates the output of init in a shell.
func evaluation(name string) string {
	switch name {
	case "fish":
		return "lanyard init fish | source"
	case "elvish":
		return "eval (lanyard init elvish | slurp)"
	case "xonsh":
		return "execx($(lanyard init xonsh))"
	case "powershell":
		return "Invoke-Expression (lanyard init powershell | Out-String)"
	case "nu":
		return "lanyard init nu | save --force lanyard.nu; source lanyard.nu"
	case "zsh":
		return `eval "$(lanyard init zsh)"`
	}
	return `eval "$(lanyard init bash)"`
}
