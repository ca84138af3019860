package awscli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// Route reports whether a command line is ours, and expands the aliases of the AWS
// CLI's file in a line of ours. The AWS CLI gets its lines unchanged, and expands the
// aliases itself. An unknown command is an error.
//
// If the file cannot be parsed, the AWS CLI refuses every command. Here that is an error
// only for a line that is no command of ours: the file may define it.
func Route(app *command.App, root *cobra.Command, args []string) (line []string, ours bool, err error) {
	ours, unknown := builtIn(root, args)
	aliases, err := readAliases(app)
	if err != nil && ours {
		app.Warn(err.Error(), "")
		return args, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	e := expansion{root: root, aliases: aliases}
	if err := e.expand(args); err != nil {
		return nil, false, err
	}
	if len(e.used) == 0 {
		return args, ours, unknown
	}
	if e.shell {
		return args, false, nil
	}
	if ours, err = builtIn(root, e.line()); !ours {
		return args, false, err
	}
	app.Log.Debug("alias", "used", strings.Join(e.used, " -> "))
	return e.line(), true, nil
}

// builtIn reports whether a command line is ours. Otherwise it is for the AWS CLI, or
// err says that its command is unknown. The words that name the command decide, not
// the options.
//
// Every command of the tree is ours; of a service only the operations in the tables
// are. Under the name lanyard an unknown word is an error, and only the commands that
// the AWS CLI is known to have are handed off. Under the name aws the AWS CLI gets
// every unknown word, and also a bare "configure", its wizard for keys.
func builtIn(root *cobra.Command, args []string) (ours bool, err error) {
	cmd, help, prompt := root, false, false
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "-") && arg != "-" {
			help = help || arg == "-h" || arg == "--help"
			prompt = prompt || arg == "--"+command.PromptFlag
			args = args[flagWidth(cmd, args):]
			continue
		}
		sub := command.Child(cmd, arg)
		switch {
		case command.IsService(cmd):
			return builtInOperation(cmd.Name(), arg) && !prompt, nil
		case cmd == root && arg == "help":
			return root.Name() != "aws" || topic(root, args[1:]), nil
		case cmd == root && strings.HasPrefix(arg, cobra.ShellCompRequestCmd), cmd != root && arg == "help":
			return true, nil
		case sub == nil && isAWSCommand(cmd, arg):
			return false, nil
		case sub == nil:
			return false, command.UnknownCommand(cmd, []string{arg})
		case !sub.HasSubCommands() && !command.IsService(sub):
			return !prompt || !command.IsOfAWS(sub), nil
		}
		cmd, args = sub, args[1:]
	}
	return help || cmd.CommandPath() != "aws configure", nil
}

// isAWSCommand reports whether the AWS CLI has the command that a word names below
// cmd. Under the name aws every word in a group of the AWS CLI's may be one.
func isAWSCommand(cmd *cobra.Command, word string) bool {
	switch root := cmd.Root(); {
	case cmd != root && !awsName(groupOf(cmd)):
		return false
	case root.Name() == "aws":
		return true
	case cmd == root:
		return awsnames.Command(word)
	}
	return slices.Contains(awsnames.Subcommands(groupOf(cmd)), word)
}

// topic reports whether the words after "help" name a command of the tree.
func topic(root *cobra.Command, words []string) bool {
	_, rest, err := root.Find(words)
	return err == nil && len(rest) == 0
}

// flagWidth returns how many arguments the flag at their beginning takes up. The word
// after an unknown flag is its value, unless the word is a command.
func flagWidth(cmd *cobra.Command, args []string) int {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddFlagSet(cmd.Flags())
	flags.AddFlagSet(cmd.Root().PersistentFlags())
	if width := globalWidth(flags, args); width > 0 {
		return width
	}
	switch {
	case args[0] == "--help", !strings.HasPrefix(args[0], "--"), strings.Contains(args[0], "="):
		return 1
	case len(args) == 1, command.Child(cmd, args[1]) != nil:
		return 1
	}
	return 2
}

// groupOf is the first word of the command.
func groupOf(cmd *cobra.Command) string {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return cmd.Name()
}

// awsName reports whether the AWS CLI has a command of the name, as far as we have
// one too.
func awsName(name string) bool {
	return name == "sso" || name == "configure" || name == "s3" || slices.Contains(model.Services(), name)
}

func builtInOperation(service, name string) bool {
	if name == "help" {
		return true
	}
	s, err := model.Load(service)
	return err == nil && slices.Contains(s.Operations(), name)
}

// globalWidth returns how many of the arguments the global flag at their beginning
// takes up; 0 if it is none.
func globalWidth(flags *pflag.FlagSet, args []string) int {
	long, ok := strings.CutPrefix(args[0], "--")
	if !ok {
		return 0
	}
	name, _, hasValue := strings.Cut(long, "=")
	switch f := flags.Lookup(name); {
	case f == nil:
		return 0
	case f.NoOptDefVal == "" && !hasValue && len(args) > 1:
		return 2
	}
	return 1
}

// SplitGlobals takes the global flags out of a command line, as the AWS CLI does
// wherever they stand. What follows "--" is left alone.
func SplitGlobals(flags *pflag.FlagSet, args []string) (globals [][]string, rest []string) {
	for i := 0; i < len(args); {
		if args[i] == "--" {
			return globals, append(rest, args[i:]...)
		}
		width := globalWidth(flags, args[i:])
		if width == 0 {
			rest = append(rest, args[i])
			i++
			continue
		}
		globals = append(globals, args[i:i+width])
		i += width
	}
	return globals, rest
}

// ReadGlobals sets the global flags from a line that the parser of flags has not
// seen. What is wrong with one is for the program to say that gets the line.
func ReadGlobals(app *command.App, args []string) {
	flags := command.GlobalSet(&app.Flags)
	globals, _ := SplitGlobals(flags, args)
	for _, words := range globals {
		if err := flags.Parse(words); err != nil {
			app.Log.Debug("a global flag that is not understood", "error", err)
		}
	}
}

// CommandWords are the words that name a command: at most two, before any option
// of its own.
func CommandWords(args []string) []string {
	for i, arg := range args {
		if i == 2 || strings.HasPrefix(arg, "-") {
			return args[:i]
		}
	}
	return args
}

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
