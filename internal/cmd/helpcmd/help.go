// Package helpcmd has the help command, the help pages of commands, and the help topics.
package helpcmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/typo"
)

// New returns the help command. Unlike cobra's help command, it rejects a word that is neither a
// command nor a topic.
func New(app *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [COMMAND | TOPIC]",
		Short: "Show help for a command or a topic",
		Example: `lanyard help sso login
lanyard help ec2 describe-instances
lanyard help environment`,
		RunE: func(cmd *cobra.Command, args []string) error { return help(app, cmd.Root(), args) },
		ValidArgsFunction: func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			return complete(app, cmd.Root(), args, prefix), cobra.ShellCompDirectiveNoFileComp
		},
	}
	if app.Name == "lanyard" {
		cmd.Long = "Show help for a command or a topic. The topics are:\n\n" + listTopics()
	}
	return cmd
}

// help prints the page of a topic or a command.
func help(app *command.App, root *cobra.Command, args []string) error {
	if t, ok := topicNamed(app, args); ok {
		return t.show(app, root)
	}
	found, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		err = cmdline.UnknownCommand(found, rest)
		if near := nearTopics(app, args); len(near) > 0 {
			return command.WithHint(err, "did you mean: %s", strings.Join(near, ", "))
		}
		if len(args) == 1 && app.Name == "lanyard" && !awsnames.Command(args[0]) && len(cmdline.NearCommands(root, args[0])) == 0 {
			return command.WithHint(err, "the topics are: %s\nfor a list of the commands, run: %s help", strings.Join(topicNames(), ", "), app.Name)
		}
		return err
	}
	return found.Help()
}

// nearTopics returns the command lines for the topics whose names are similar to args.
func nearTopics(app *command.App, args []string) []string {
	if len(args) != 1 || app.Name != "lanyard" {
		return nil
	}
	near := typo.Nearest(args[0], topicNames())
	for i, name := range near {
		near[i] = app.Name + " help " + name
	}
	return near
}

// topicNames returns the names of the topics.
func topicNames() []string {
	var names []string
	for _, t := range topics() {
		names = append(names, t.name)
	}
	return names
}

// complete returns the commands and topics that can follow "help".
func complete(app *command.App, root *cobra.Command, args []string, prefix string) []string {
	parent, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		return nil
	}
	var words []string
	add := func(name, text string) {
		if strings.HasPrefix(name, prefix) {
			words = append(words, cobra.CompletionWithDesc(name, text))
		}
	}
	for _, sub := range parent.Commands() {
		if !sub.Hidden {
			add(sub.Name(), sub.Short)
		}
	}
	if len(args) == 0 && app.Name == "lanyard" {
		for _, t := range topics() {
			add(t.name, t.short)
		}
	}
	return words
}

// listTopics returns the topics as indented lines.
func listTopics() string {
	var b strings.Builder
	for _, t := range topics() {
		fmt.Fprintf(&b, "  %-12s  %s\n", t.name, t.short)
	}
	return b.String()
}
