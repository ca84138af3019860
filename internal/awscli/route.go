package awscli

import (
	"slices"
	"strings"

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
func Route(app *command.App, root command.Node, args []string) (line []string, ours bool, err error) {
	ours, unknown := builtIn(root, args)
	aliases, err := readAliases(app)
	if err != nil && ours {
		app.Warn(err.Error(), "")
		return args, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if len(aliases) == 0 {
		return args, ours, unknown
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
func builtIn(root command.Node, args []string) (ours bool, err error) {
	cmd, help, prompt := root, false, false
	for len(args) > 0 && args[0] != "--" {
		word := args[0]
		if strings.HasPrefix(word, "-") && word != "-" {
			help = help || word == "-h" || word == "--help"
			prompt = prompt || word == "--"+command.PromptFlag
			args = args[cmd.FlagWidth(args):]
			continue
		}
		if cmd.IsService() {
			return builtInOperation(cmd.Name(), word) && !prompt, nil
		}
		if ours, special := specialWord(cmd, args); special {
			return ours, nil
		}
		sub, ok := cmd.Child(word)
		if !ok && isAWSCommand(cmd, word) {
			return false, nil
		}
		if !ok {
			return false, cmd.Unknown(word)
		}
		if !sub.IsGroup() && !sub.IsService() {
			return !prompt || !sub.IsOfAWS(), nil
		}
		cmd, args = sub, args[1:]
	}
	return help || cmd.Path() != "aws configure", nil
}

// specialWord reports whether the first argument is help or a request for completions,
// which name no command, and whether they are ours.
func specialWord(cmd command.Node, args []string) (ours, special bool) {
	switch word := args[0]; {
	case word == "help" && cmd == cmd.Root():
		return cmd.Name() != "aws" || cmd.Has(args[1:]), true
	case word == "help", strings.HasPrefix(word, command.CompletionRequest) && cmd == cmd.Root():
		return true, true
	}
	return false, false
}

// isAWSCommand reports whether the AWS CLI has the command that a word names below
// cmd. Under the name aws every word in a group of the AWS CLI's may be one.
func isAWSCommand(cmd command.Node, word string) bool {
	switch root := cmd.Root(); {
	case cmd != root && !awsName(cmd.Group()):
		return false
	case root.Name() == "aws":
		return true
	case cmd == root:
		return awsnames.Command(word)
	}
	return slices.Contains(awsnames.Subcommands(cmd.Group()), word)
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

// Misspelled returns the error for a line that is for the AWS CLI, if it looks like a
// typo in a command of ours. It is for machines without the AWS CLI.
func Misspelled(app *command.App, root command.Node, args []string) error {
	words := command.Words(args)
	if len(words) < 2 || slices.Contains(awsnames.Subcommands(words[0]), words[1]) {
		return nil
	}
	if group, ok := root.Child(words[0]); ok && group.HasNear(words[1]) {
		return group.Unknown(words[1])
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
