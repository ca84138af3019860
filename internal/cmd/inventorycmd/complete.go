package inventorycmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/completion"
	"github.com/lanyard-cli/lanyard/internal/listing"
)

// completeAccount returns the function that completes the name or id of an account.
func completeAccount(app *command.App) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, current string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var lines []string
		listing.CompleteAccounts(app.Env.Lookup, current, func(v completion.Value) { lines = append(lines, v.Text+"\t"+v.About) })
		return lines, cobra.ShellCompDirectiveNoFileComp
	}
}
