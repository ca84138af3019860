package awscli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// Misspelled returns the error for a line that is for the AWS CLI, if it looks like a
// typo in a command of ours. It is for machines without the AWS CLI.
func Misspelled(app *command.App, root *cobra.Command, args []string) error {
	_, rest := SplitGlobals(command.GlobalSet(new(command.Globals)), args)
	words := CommandWords(rest)
	if len(words) < 2 || slices.Contains(awsnames.Subcommands(words[0]), words[1]) {
		return nil
	}
	if group, _, err := root.Find(words[:1]); err == nil && group != root && len(command.NearCommands(group, words[1])) > 0 {
		return command.UnknownCommand(group, words[1:])
	}
	svc, err := model.Load(words[0])
	if err != nil {
		return nil //nolint:nilerr // no service of ours, and so no typo
	}
	return MisspelledOperation(app, svc, words[1])
}

// MisspelledOperation returns the error for an operation whose name looks like a typo, or nil.
func MisspelledOperation(app *command.App, svc *model.Service, name string) error {
	near := profile.Nearest(name, svc.Operations())
	if near == nil || near[0] == name {
		return nil
	}
	return command.WithHint(command.Usagef("unknown operation %q of %s", name, svc.Name), "did you mean: %s %s %s\n%s", app.Name, svc.Name, strings.Join(near, ", "), InstallHint)
}
