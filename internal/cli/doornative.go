package cli

import (
	"slices"
	"strings"

	"lanyard/internal/awsmodel"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// native decides whether a command line is ours, or is for the AWS CLI. It goes by
// the words that name the command, whatever options there are.
//
// Every command of the tree is ours, and so is what looks like a slip of the hand
// for one: a last word near a name. Under the name aws a slip is for the AWS CLI,
// because its names beyond ours are not known here; so is a bare "configure", its
// wizard for keys. Of services, only the operations in the tables are ours.
func native(root *cobra.Command, args []string) bool {
	cmd, help := root, false
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "-") && arg != "-" {
			width, foreign := flagWidth(cmd, args)
			if foreign {
				return false
			}
			help = help || arg == "-h" || arg == "--help"
			args = args[width:]
			continue
		}
		if isService(cmd) {
			return nativeOperation(cmd.Name(), arg)
		}
		sub := child(cmd, arg)
		switch {
		case cmd == root && arg == "help":
			return root.Name() != "aws" || topic(root, args[1:])
		case sub == nil:
			return ownUnknown(cmd, args)
		case !sub.HasSubCommands() && !isService(sub):
			return true
		}
		cmd, args = sub, args[1:]
	}
	return help || cmd.CommandPath() != "aws configure"
}

// ownUnknown decides who is to say that a word is unknown.
func ownUnknown(cmd *cobra.Command, words []string) bool {
	root := cmd.Root()
	if cmd == root && strings.HasPrefix(words[0], cobra.ShellCompRequestCmd) {
		return true
	}
	if cmd != root && (words[0] == "help" || !awsName(groupOf(cmd))) {
		return true
	}
	if root.Name() == "aws" || cmd != root && groupOf(cmd) == "s3" {
		return false // the AWS CLI's mb is no slip for our ls
	}
	_, rest := splitGlobals(root.PersistentFlags(), words[1:])
	for _, word := range rest {
		if !strings.HasPrefix(word, "-") {
			return false
		}
	}
	return len(words[0]) > 1 && len(cmd.SuggestionsFor(words[0])) > 0
}

// topic reports whether the words after "help" name a command of the tree.
func topic(root *cobra.Command, words []string) bool {
	_, rest, err := root.Find(words)
	return err == nil && len(rest) == 0
}

// flagWidth is how many arguments the flag at their beginning takes up. foreign is
// true for a global flag that only the AWS CLI has. Of a flag that nobody knows the
// next word is the value, unless it is a command.
func flagWidth(cmd *cobra.Command, args []string) (width int, foreign bool) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddFlagSet(cmd.Flags())
	flags.AddFlagSet(cmd.Root().PersistentFlags())
	if width, ours := globalWidth(flags, args); width > 0 {
		return width, !ours
	}
	switch {
	case args[0] == "--help", !strings.HasPrefix(args[0], "--"), strings.Contains(args[0], "="):
		return 1, false
	case len(args) == 1, child(cmd, args[1]) != nil:
		return 1, false
	}
	return 2, false
}

// child is the command that a word names below cmd, or nil.
func child(cmd *cobra.Command, word string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == word || c.HasAlias(word) {
			return c
		}
	}
	return nil
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
	return name == "sso" || name == "configure" || name == "s3" || slices.Contains(awsmodel.Services(), name)
}

// isService reports whether the command takes the operations of a service from the
// tables.
func isService(cmd *cobra.Command) bool {
	return cmd.HasParent() && !cmd.Parent().HasParent() && !cmd.HasSubCommands() && slices.Contains(awsmodel.Services(), cmd.Name())
}

func nativeOperation(service, name string) bool {
	if name == "help" {
		return true
	}
	s, err := awsmodel.Load(service)
	return err == nil && slices.Contains(s.Operations(), name)
}
