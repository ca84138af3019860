// Package cmdline has the parts of a command line that need cobra: the global flags, groups of
// commands, rules for arguments, and suggestions for typos. The values of the flags are in
// [command.Globals], so packages below the commands do not need cobra.
package cmdline

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/typo"
)

// NearCommands returns the command lines that the user may have meant by a word after cmd.
// They are commands with a similar name, and subcommands of other groups with exactly this
// name, also with the name of the group before it: "sso-login". If the only subcommand of a group
// takes the word as its argument, they have the subcommand: "migrate from granted".
func NearCommands(cmd *cobra.Command, word string) []string {
	var near []string
	for _, c := range cmd.Commands() {
		if name := c.Name(); c.IsAvailableCommand() && similar(word, name) {
			near = append(near, cmd.CommandPath()+" "+name)
		}
	}
	if cmd.HasParent() {
		if subs := cmd.Commands(); len(near) == 0 && len(subs) == 1 && slices.Contains(subs[0].ValidArgs, word) {
			near = append(near, subs[0].CommandPath()+" "+word)
		}
		return near
	}
	for _, group := range cmd.Commands() {
		name := strings.TrimPrefix(word, group.Name()+"-")
		if sub := Child(group, name); sub != nil {
			near = append(near, sub.CommandPath())
		}
	}
	for _, name := range awsnames.Near(word) {
		if line := cmd.Name() + " " + name; !slices.Contains(near, line) {
			near = append(near, line)
		}
	}
	return near
}

// similar reports whether the user may have meant the name by a word. A short word is always
// within two typos of another word.
func similar(word, name string) bool {
	lower := strings.ToLower(word)
	return word != "" && strings.HasPrefix(name, lower) || awsnames.OneTypo(word, name) ||
		len(word) > 3 && typo.Distance(lower, name, SuggestWithin) <= SuggestWithin
}

// Child returns the subcommand of cmd with a name, or nil.
func Child(cmd *cobra.Command, word string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == word || c.HasAlias(word) {
			return c
		}
	}
	return nil
}

// Start checks the global flags and turns on logging. Every command calls it after cobra has
// parsed the flags.
func Start(app *command.App, cmd *cobra.Command) error {
	app.Flags.Given = cmd.Root().PersistentFlags().Changed
	app.Debug()
	return checkFlags(app.Flags, cmd)
}

// FlagError returns cobra's error about a flag, in the AWS CLI's words.
func FlagError(cmd *cobra.Command, err error) error {
	msg := err.Error()
	if name, ok := strings.CutPrefix(msg, "unknown flag: "); ok {
		msg = "Unknown options: " + name
	}
	if _, in, ok := strings.Cut(msg, " in -"); ok && strings.HasPrefix(msg, "unknown shorthand flag") {
		msg = "Unknown options: -" + in
	}
	if flag, _, ok := strings.Cut(msg, ": strconv."); ok {
		msg = flag + ": not a valid number"
	}
	if err == pflag.ErrHelp { //nolint:errorlint // cobra also compares with ==
		return err
	}
	option := strings.TrimPrefix(msg, "Unknown options: ")
	hint := didYouMean(nearFlags(cmd, option))
	if !cmd.HasParent() && strings.EqualFold(option, "-v") {
		hint = didYouMean([]string{"version"})
	}
	if flag, _, ok := strings.Cut(msg, " flag: time: "); ok {
		msg = flag + " flag: not a time"
		hint = "write a time with its unit, such as 30s, 5m or 2h\n"
	} else if strings.Contains(option, " ") {
		hint += "if these are several words, remove the quotes around them\n"
	}
	return command.WithHint(command.Usagef("%s", msg), "%srun: %s --help", hint, cmd.CommandPath())
}

// nearFlags returns the names of flags of cmd that begin with an option. If no flag begins
// with the option, it returns the names that differ from the option by a typo.
func nearFlags(cmd *cobra.Command, option string) []string {
	name, isLong := strings.CutPrefix(option, "--")
	if !isLong {
		return nil
	}
	name, _, _ = strings.Cut(name, "=")
	var names, longer []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || IsGlobal(cmd, f) && !UsesFlag(cmd, f.Name) {
			return
		}
		names = append(names, f.Name)
		if len(name) > 2 && strings.HasPrefix(f.Name, name) {
			longer = append(longer, f.Name)
		}
	})
	if len(longer) > 0 && len(longer) <= 3 {
		return longer
	}
	return typo.Nearest(name, names)
}

// didYouMean returns a line of a hint that suggests flags, or "" if flags is empty.
func didYouMean(flags []string) string {
	if len(flags) == 0 {
		return ""
	}
	return "did you mean: --" + strings.Join(flags, ", --") + "\n"
}

// NearGlobal returns the hint for an option of an AWS operation that differs from a global
// flag by one typo, or "". A plural is not a typo: an operation may have --regions.
func NearGlobal(option string) string {
	name, isLong := strings.CutPrefix(option, "--")
	name, _, _ = strings.Cut(name, "=")
	var near []string
	GlobalSet(new(command.Globals)).VisitAll(func(f *pflag.Flag) {
		if isLong && awsnames.OneTypo(name, f.Name) && name != f.Name+"s" {
			near = append(near, f.Name)
		}
	})
	return strings.TrimSuffix(didYouMean(near), "\n")
}

// IsGroup reports whether a command of the tree only holds other commands.
func IsGroup(cmd *cobra.Command) bool { return cmd.Annotations[groupAnnotation] != "" }

// Group returns a command that only holds other commands.
func Group(use, short string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short,
		SuggestionsMinimumDistance: SuggestWithin,
		Annotations:                map[string]string{groupAnnotation: "true"},
		Args:                       UnknownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
}

// A HelpRequest ends a command whose only argument is the word help. As in the AWS CLI, the
// user then gets the command's help page.
type HelpRequest struct{ Cmd *cobra.Command }

func (h HelpRequest) Error() string { return "help on " + h.Cmd.CommandPath() }

// NoArgs accepts no arguments.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 1 && args[0] == "help" {
		return HelpRequest{cmd}
	}
	if len(args) > 0 {
		hint := "run: " + cmd.CommandPath() + " --help"
		if len(args) == 1 && UsesFlag(cmd, "profile") {
			hint = "to name a profile, run: " + cmd.CommandPath() + " --profile " + command.Quote(args[0]) + "\n" + hint
		}
		return command.WithHint(command.Usagef("Unknown options: %s", strings.Join(args, " ")), "%s", hint)
	}
	return nil
}

// WantArgs accepts exactly one argument for each name.
func WantArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 1 && args[0] == "help": // as in the AWS CLI
			return HelpRequest{cmd}
		case len(args) < len(names):
			hint := "run: " + cmd.CommandPath() + " --help"
			if len(names) == 1 && len(cmd.ValidArgs) > 0 {
				hint = "use one of: " + strings.Join(cmd.ValidArgs, ", ") + "\n" + hint
			}
			return command.WithHint(command.Usagef("the following arguments are required: %s", strings.Join(names[len(args):], ", ")), "%s", hint)
		case len(args) > len(names):
			return NoArgs(cmd, args[len(names):])
		}
		return nil
	}
}

// MaxArgs accepts up to n arguments.
func MaxArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 && args[0] == "help" {
			return HelpRequest{cmd}
		}
		return NoArgs(cmd, args[min(len(args), n):])
	}
}

// SuggestWithin is the largest number of typos between a word and a suggested command.
const SuggestWithin = 2

// UnknownCommand returns the error for a word that is not a command below cmd. The hint
// suggests similar commands, or names the AWS CLI if the AWS CLI has the command.
func UnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	word := args[0]
	if len(args) == 1 && word == "help" && cmd.HasParent() {
		return HelpRequest{cmd}
	}
	err := command.Usagef("unknown command %q for %q", word, cmd.CommandPath())
	root := cmd.Root().Name()
	switch near := NearCommands(cmd, word); {
	case !cmd.HasParent() && awsnames.Command(word):
		return command.WithHint(err, "%s is a command of the AWS CLI; run: %s %s help", word, root, word)
	case len(near) > 0:
		return command.WithHint(err, "did you mean: %s", strings.Join(near, ", "))
	case !cmd.HasParent() && root != "aws":
		return command.WithHint(err, "run: %s --help\nif the AWS CLI has this command, run: aws %s", root, command.Quote(word))
	}
	return command.WithHint(err, "run: %s --help", cmd.CommandPath())
}

// IsHelp reports whether an argument asks for help.
func IsHelp(word string) bool { return word == "help" || word == "--help" || word == "-h" }

// NeedsYes returns an error if a command must ask for a confirmation but has no terminal and
// no --yes. Commands call it before they print the planned changes.
func NeedsYes(app *command.App, cmd *cobra.Command, confirmed bool) error {
	if confirmed || app.IO.Terminal {
		return nil
	}
	return command.WithHint(command.Usagef("%q needs a confirmation, and there is no terminal", commandPath(cmd)), "to confirm, add --yes")
}
