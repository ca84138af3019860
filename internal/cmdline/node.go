package cmdline

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A Node is a command of the tree, for packages that look up commands and do not run them.
// Two Nodes of one tree are equal if they are the same command. The zero value is not a
// command.
//
// The tree has no commands for the hundreds of AWS services, because they would slow down every
// start. But a Node of the program has a child for each service.
type Node struct {
	cmd     *cobra.Command
	service string // for the command of a service: its name; cmd is then the program
}

// NodeOf returns the node of a command.
func NodeOf(cmd *cobra.Command) Node { return Node{cmd: cmd} }

// Name returns the last word of the command's path.
func (n Node) Name() string {
	if n.service != "" {
		return n.service
	}
	return n.cmd.Name()
}

// Path returns the whole name of the command. It begins with the program's name.
func (n Node) Path() string {
	if n.service != "" {
		return n.cmd.CommandPath() + " " + n.service
	}
	return n.cmd.CommandPath()
}

// Root returns the node of the program.
func (n Node) Root() Node { return Node{cmd: n.cmd.Root()} }

// Group returns the first word of the command's path after the program's name.
func (n Node) Group() string {
	if n.service != "" {
		return n.service
	}
	cmd := n.cmd
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return cmd.Name()
}

// Child returns the subcommand of n with a name.
func (n Node) Child(word string) (child Node, ok bool) {
	if n.service != "" {
		return Node{}, false
	}
	if cmd := Child(n.cmd, word); cmd != nil {
		return Node{cmd: cmd}, true
	}
	if !n.cmd.HasParent() && model.Has(word) {
		return Node{n.cmd, word}, true
	}
	return Node{}, false
}

// Has reports whether the words are the path of a command.
func (n Node) Has(words []string) bool {
	for _, word := range words {
		var ok bool
		if n, ok = n.Child(word); !ok {
			return false
		}
	}
	return true
}

// IsGroup reports whether the command has subcommands.
func (n Node) IsGroup() bool { return n.service == "" && n.cmd.HasSubCommands() }

// IsService reports whether the command is the command of an AWS service.
func (n Node) IsService() bool { return n.service != "" || IsService(n.cmd) }

// IsOfAWS reports whether the AWS CLI also has the command.
func (n Node) IsOfAWS() bool { return n.service != "" || IsOfAWS(n.cmd) }

// Unknown returns the error for a word that is not a command below n.
func (n Node) Unknown(word string) error { return UnknownCommand(n.cmd, []string{word}) }

// HasNear reports whether a word looks like a typo of a command below n.
func (n Node) HasNear(word string) bool {
	return n.service == "" && len(NearCommands(n.cmd, word)) > 0
}

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
	case len(args) == 1:
		return 1
	}
	if _, isCommand := n.Child(args[1]); isCommand {
		return 1
	}
	return 2
}
