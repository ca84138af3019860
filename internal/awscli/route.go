package awscli

import (
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/typo"
)

// Route reports whether lanyard runs a command line itself. For such a line, Route expands
// the aliases of ~/.aws/cli/alias. The AWS CLI gets every other line unchanged, and expands
// the aliases itself. Route returns an error for an unknown command.
//
// If the alias file cannot be parsed, the AWS CLI refuses every command. Route returns an
// error only for commands that lanyard does not have, because the file may define them.
func Route(app *command.App, root cmdline.Node, args []string) (line []string, runsHere bool, err error) {
	runsHere, unknown := builtIn(root, args)
	aliases, err := readAliases(app)
	if err != nil && runsHere {
		app.Warn(err.Error(), "")
		return args, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if len(aliases) == 0 {
		return args, runsHere, unknown
	}
	e := expansion{root: root, aliases: aliases}
	if err := e.expand(args); err != nil {
		return nil, false, err
	}
	if len(e.used) == 0 {
		return args, runsHere, unknown
	}
	if e.shell {
		return args, false, nil
	}
	if runsHere, err = builtIn(root, e.line()); !runsHere {
		return args, false, err
	}
	app.Log.Debug("alias", "used", strings.Join(e.used, " -> "))
	return e.line(), true, nil
}

// RunsService reports whether lanyard itself runs a command line of an AWS service, and returns an
// error for a typo. rest is the line without the global flags.
func RunsService(root cmdline.Node, line, rest []string) (runsHere bool, err error) {
	if len(rest) < 2 || !model.Has(rest[0]) && rest[0] != "s3" {
		return false, nil
	}
	return builtIn(root, line)
}

// builtIn reports whether lanyard runs a command line itself. If runsHere is false, the line is for
// the AWS CLI, or err says that the command is unknown. The result depends on the words of the
// command, not on the options.
//
// Lanyard runs every command of the tree. For a service, it runs the built-in operations. Under the
// name lanyard, an unknown word is an error, and only known commands of the AWS CLI are handed off.
// Under the name aws, the AWS CLI gets every unknown word. It also gets "configure" without a
// subcommand, which is the AWS CLI's wizard for keys.
func builtIn(root cmdline.Node, args []string) (runsHere bool, err error) {
	cmd, help, prompt := root, false, false
	for len(args) > 0 && args[0] != "--" {
		word := args[0]
		if strings.HasPrefix(word, "-") && word != "-" {
			help = help || word == "-h" || word == "--help"
			prompt = prompt || word == "--"+cmdline.PromptFlag
			args = args[cmd.FlagWidth(args):]
			continue
		}
		if cmd.IsService() {
			if word == model.WaitCommand {
				return waitsHere(cmd, args[1:], prompt)
			}
			runsHere := builtInOperation(cmd.Name(), word) || slices.Contains(awsnames.Subcommands(cmd.Name()), word)
			if !runsHere && root.Name() != "aws" {
				return false, TypoInOperation(root.Name(), cmd.Name(), word)
			}
			return runsHere && !prompt, nil
		}
		if runsHere, special := specialWord(cmd, args); special {
			return runsHere, nil
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

// specialWord reports whether the first argument is help or a request for completions. These words
// are not commands of the tree. runsHere is true if lanyard runs the line itself.
func specialWord(cmd cmdline.Node, args []string) (runsHere, special bool) {
	switch word := args[0]; {
	case word == "help" && cmd == cmd.Root():
		return cmd.Name() != "aws" || cmd.Has(args[1:]), true
	case word == "help":
		return true, true
	}
	return false, false
}

// isAWSCommand reports whether the AWS CLI has a command of this name below cmd. Under the
// name aws, it returns true for every word in a group of the AWS CLI.
func isAWSCommand(cmd cmdline.Node, word string) bool {
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

// awsName reports whether both lanyard and the AWS CLI have a command of this name.
func awsName(name string) bool {
	return name == "sso" || name == "configure" || name == "s3" || model.Has(name)
}

// waitsHere reports whether lanyard itself runs a waiter. args are the arguments after "wait". The
// result is also true for the help of waiters, and if the name of the waiter is missing. Under the
// name lanyard, a typo in the name is an error.
func waitsHere(service cmdline.Node, args []string, prompt bool) (runsHere bool, err error) {
	s, err := model.Load(service.Name())
	if err != nil || !s.HasWaiters() {
		return false, nil //nolint:nilerr // the AWS CLI may know the service
	}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[service.FlagWidth(args):]
	}
	if len(args) == 0 || args[0] == "help" {
		return !prompt, nil
	}
	w, ok := s.Waiter(args[0])
	if ok || service.Root().Name() == "aws" {
		return ok && s.Has(w.Operation) && !prompt, nil
	}
	for _, w := range s.Waiters() {
		if awsnames.OneTypo(args[0], w.CLIName) {
			return false, command.WithHint(command.Usagef("unknown waiter %q of %s", args[0], s.Name),
				"did you mean: %s %s wait %s", service.Root().Name(), s.Name, w.CLIName)
		}
	}
	return false, nil
}

func builtInOperation(service, name string) bool {
	if name == "help" {
		return true
	}
	s, err := model.Load(service)
	return err == nil && s.Has(name)
}

// TypoInOperation returns the error for a word that differs by one typo from a built-in operation.
// For other words it returns nil. A word that is itself an operation of AWS is not a typo. Words
// with two typos are not reported, because many operations are that similar, such as assume-role
// and assume-root.
func TypoInOperation(program, service, word string) error {
	s, err := model.Load(service)
	if err != nil {
		return nil //nolint:nilerr // the AWS CLI may know the service
	}
	for _, name := range append(awsnames.Subcommands(service), s.Operations()...) {
		if awsnames.OneTypo(word, name) && !awsnames.Twin(word) {
			return command.WithHint(command.Usagef("unknown operation %q of %s", word, service),
				"did you mean: %s %s %s\nif the AWS CLI has this operation, run: aws %s %s", program, service, name, service, command.Quote(word))
		}
	}
	return nil
}

// Misspelled returns an error if a command line for the AWS CLI looks like a typo in a
// command of lanyard. Otherwise it returns nil. It is for machines without the AWS CLI.
func Misspelled(app *command.App, root cmdline.Node, args []string) error {
	words := cmdline.Words(args)
	if len(words) < 2 || slices.Contains(awsnames.Subcommands(words[0]), words[1]) {
		return nil
	}
	if group, ok := root.Child(words[0]); ok && group.HasNear(words[1]) {
		return group.Unknown(words[1])
	}
	svc, err := model.Load(words[0])
	if err != nil {
		return nil //nolint:nilerr // lanyard does not know the service
	}
	return MisspelledOperation(app, svc, words[1])
}

// MisspelledOperation returns the error for an operation whose name looks like a typo, or nil.
func MisspelledOperation(app *command.App, svc *model.Service, name string) error {
	near := typo.Nearest(name, svc.Operations())
	if near == nil || near[0] == name {
		return nil
	}
	return command.WithHint(command.Usagef("unknown operation %q of %s", name, svc.Name), "did you mean: %s %s %s\n%s", app.Name, svc.Name, strings.Join(near, ", "), InstallHint)
}
