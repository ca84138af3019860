// The pages of commands.

package helpcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// Show prints the help page of a command.
func Show(app *command.App, cmd *cobra.Command) error {
	p := app.NewPage()
	if cmd.Long != "" {
		p.Paragraph(cmd.Long)
	} else {
		p.Paragraph(cmd.Short + ".")
	}
	p.Section("USAGE", func() { p.Indent(strings.Join(usage(cmd), "\n")) })
	if cmd.HasParent() {
		addList(p, "COMMANDS", commandItems(cmd, ""))
	} else {
		addGroups(p, cmd)
	}
	addList(p, "FLAGS", ownFlags(cmd))
	if text := inherited(cmd); text != "" {
		p.Section("INHERITED FLAGS", func() { p.Wrap(text) })
	}
	if cmd.Example != "" {
		p.Section("EXAMPLES", func() { p.Example(cmd.Example) })
	}
	addLearnMore(p, app, cmd)
	return p.Print()
}

// usage returns the command lines that run cmd.
func usage(cmd *cobra.Command) []string {
	line := cmd.CommandPath()
	if _, args, ok := strings.Cut(cmd.Use, " "); ok {
		line += " " + args
	}
	flags := ""
	if len(ownFlags(cmd)) > 0 && !strings.Contains(line, "[flags]") && !cmd.DisableFlagsInUseLine || !cmd.HasParent() {
		flags = " [flags]"
	}
	if !cmd.HasAvailableSubCommands() {
		return []string{line + flags}
	}
	lines := []string{cmd.CommandPath() + " COMMAND [flags]"}
	if !cmdline.IsGroup(cmd) && cmd.HasParent() {
		lines = slices.Insert(lines, 0, line+flags)
	}
	return lines
}

// addList adds a section with a list, unless the list is empty.
func addList(p *command.Page, heading string, items []command.Item) {
	if len(items) > 0 {
		p.Section(heading, func() { p.List(items) })
	}
}

// commandItems returns the subcommands of cmd in a group.
func commandItems(cmd *cobra.Command, group string) []command.Item {
	var items []command.Item
	for _, sub := range cmd.Commands() {
		if !sub.Hidden && sub.GroupID == group && !cmdline.IsService(sub) {
			items = append(items, command.Item{Name: sub.Name(), Text: sub.Short})
		}
	}
	return items
}

// OperationsTitle is the title of the group with the commands that call AWS operations.
const OperationsTitle = "AWS OPERATIONS"

// addGroups adds the commands of the program, group by group. All AWS services share one item.
func addGroups(p *command.Page, root *cobra.Command) {
	for _, group := range root.Groups() {
		items := commandItems(root, group.ID)
		if group.ID == OperationsTitle {
			items = append(items, command.Item{Name: "SERVICE", Text: fmt.Sprintf("Call an operation of one of %d AWS services, such as "+
				"ec2, iam or sts: see \"lanyard help services\"", len(model.Services()))})
		}
		addRootList(p, group.Title, items)
	}
}

// addRootList adds a list to the root page. In all lists of this page, the second column begins at
// the same place.
func addRootList(p *command.Page, heading string, items []command.Item) {
	for i := range items {
		items[i].Name = fmt.Sprintf("%-11s", items[i].Name)
	}
	addList(p, heading, items)
}

// ownFlags returns the flags of a command, without global flags and --help.
func ownFlags(cmd *cobra.Command) []command.Item {
	var items []command.Item
	add := func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" && !cmdline.IsGlobal(cmd, f) {
			items = append(items, flagItem(f))
		}
	}
	cmd.NonInheritedFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return items
}

// globalOrder returns the global flags in the order in which pages name them.
func globalOrder() []string {
	return []string{
		"profile", "region", "account", "role", "sso-session", "assume-role", "output", "query", "endpoint-url", "no-paginate", "no-sign-request", "cli-binary-format",
		"ca-bundle", "no-verify-ssl", "cli-connect-timeout", "cli-read-timeout",
		"debug", "color", "no-cli-pager", "cli-error-format", "no-cli-auto-prompt",
	}
}

// inherited returns one line that names the global flags of a command. It returns "" for a
// command that has only subcommands.
func inherited(cmd *cobra.Command) string {
	if cmdline.IsGroup(cmd) || !cmd.HasParent() {
		return ""
	}
	const end, width = `(see "lanyard help flags")`, 78
	var line string
	for _, name := range globalOrder() {
		if !cmdline.UsesFlag(cmd, name) {
			continue
		}
		next := "--" + name
		if len(line+next+", … "+end) > width {
			return line + "… " + end
		}
		line += next + ", "
	}
	return strings.TrimSuffix(line, ", ") + " " + end
}

// flagItem returns the line for a flag. The text of a flag has the name of its value in
// backquotes.
func flagItem(f *pflag.Flag) command.Item {
	value, text := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.NoOptDefVal == "" {
		name += " " + strings.ToUpper(value)
	}
	switch f.DefValue {
	case "", "0", "false", "[]":
	default:
		text += " (default " + f.DefValue + ")"
	}
	return command.Item{Name: name, Text: text}
}

// addLearnMore adds a section that says where to find more help.
func addLearnMore(p *command.Page, app *command.App, cmd *cobra.Command) {
	switch {
	case !cmd.HasParent() && app.Name == "aws":
		p.Section("LEARN MORE", func() {
			p.Wrap(`Run "aws COMMAND help" for help on a command. lanyard hands off every command that is not listed here to the AWS CLI.`)
			p.Wrap(`Run "lanyard help" for the commands that the AWS CLI does not have.`)
		})
	case !cmd.HasParent():
		addRootList(p, "HELP TOPICS", Topics())
		p.Section("LEARN MORE", func() {
			p.List([]command.Item{
				{Name: "lanyard COMMAND --help", Text: "Show help for a command"},
				{Name: "lanyard ec2 help", Text: "List the operations of a service"},
				{Name: "lanyard help TOPIC", Text: "Show a help topic, for example: environment"},
				{Name: "https://github.com/lanyard-cli/lanyard", Text: "Read the documentation, or report a problem"},
			})
		})
	case cmd.HasAvailableSubCommands():
		p.Section("LEARN MORE", func() {
			p.Wrap(fmt.Sprintf("Run %q for help on a command.", cmd.CommandPath()+" COMMAND --help"))
		})
	}
}
