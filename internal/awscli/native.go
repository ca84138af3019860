package awscli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// native reports whether a command line is ours. Otherwise it is for the AWS CLI, or
// err says that its command is unknown. The words that name the command decide, not
// the options.
//
// Every command of the tree is ours; of a service only the operations in the tables
// are. Under the name lanyard an unknown word is an error, and only the commands that
// the AWS CLI is known to have are handed off. Under the name aws the AWS CLI gets
// every unknown word, and also a bare "configure", its wizard for keys.
func native(root *cobra.Command, args []string) (ours bool, err error) {
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
			return nativeOperation(cmd.Name(), arg) && !prompt, nil
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

func nativeOperation(service, name string) bool {
	if name == "help" {
		return true
	}
	s, err := model.Load(service)
	return err == nil && slices.Contains(s.Operations(), name)
}
