package cmdline

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A Node is a command of the tree, for packages that look up commands and do not run them.
// Two Nodes of one tree are equal if they are the same command. The zero value is not a
// command.
type Node struct{ cmd *cobra.Command }

// NodeOf returns the node of a command.
func NodeOf(cmd *cobra.Command) Node { return Node{cmd} }

// Name returns the last word of the command's path.
func (n Node) Name() string { return n.cmd.Name() }

// Path returns the whole name of the command. It begins with the program's name.
func (n Node) Path() string { return n.cmd.CommandPath() }

// Root returns the node of the program.
func (n Node) Root() Node { return Node{n.cmd.Root()} }

// Group returns the first word of the command's path after the program's name.
func (n Node) Group() string {
	cmd := n.cmd
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return cmd.Name()
}

// Child returns the subcommand of n with a name.
func (n Node) Child(word string) (child Node, ok bool) {
	cmd := Child(n.cmd, word)
	return Node{cmd}, cmd != nil
}

// Has reports whether the words are the path of a command.
func (n Node) Has(words []string) bool {
	_, rest, err := n.cmd.Find(words)
	return err == nil && len(rest) == 0
}

// IsGroup reports whether the command has subcommands.
func (n Node) IsGroup() bool { return n.cmd.HasSubCommands() }

// IsService reports whether the command is the command of an AWS service.
func (n Node) IsService() bool { return IsService(n.cmd) }

// IsOfAWS reports whether the AWS CLI also has the command.
func (n Node) IsOfAWS() bool { return IsOfAWS(n.cmd) }

// Unknown returns the error for a word that is not a command below n.
func (n Node) Unknown(word string) error { return UnknownCommand(n.cmd, []string{word}) }

// HasNear reports whether a word looks like a typo of a command below n.
func (n Node) HasNear(word string) bool { return len(NearCommands(n.cmd, word)) > 0 }

// FlagWidth returns the number of arguments that the flag at the start of args takes. The
// word after an unknown flag counts as its value, unless the word is a command.
func (n Node) FlagWidth(args []string) int {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddFlagSet(n.cmd.Flags())
	flags.AddFlagSet(n.cmd.Root().PersistentFlags())
	if width := globalWidth(flags, args); width > 0 {
		return width
	}
	switch {
	case args[0] == "--help", !strings.HasPrefix(args[0], "--"), strings.Contains(args[0], "="):
		return 1
	case len(args) == 1, Child(n.cmd, args[1]) != nil:
		return 1
	}
	return 2
}
