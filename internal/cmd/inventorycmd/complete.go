package inventorycmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// completeAccount returns the function that completes the name or id of an account.
func completeAccount(app *command.App) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, current string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var lines []string
		accountindex.Accounts(app.Env.Lookup, current, func(text, about string) { lines = append(lines, text+"\t"+about) })
		return lines, cobra.ShellCompDirectiveNoFileComp
	}
}
