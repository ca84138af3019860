// The help topics.

package helpcmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A topic is a page of help that does not belong to one command.
type topic struct {
	name, short string
	fill        func(p *command.Page, root *cobra.Command)
}

func topics() []topic {
	return []topic{
		{"config", "Settings in the AWS config", fillConfig},
		{"environment", "Environment variables", fillEnvironment},
		{"exit-codes", "Exit codes", fillExitCodes},
		{"files", "Files that lanyard reads and writes", fillFiles},
		{"flags", "Flags that many commands have", fillFlags},
		{"services", "The AWS services with built-in operations", fillServices},
	}
}

// show prints the page of the topic.
func (t topic) show(app *command.App, root *cobra.Command) error {
	p := app.NewPage()
	t.fill(p, root)
	return p.Print()
}

// topicNamed returns the topic that the arguments of "help" name. Under the name aws there are no
// topics, because the AWS CLI has its own.
func topicNamed(app *command.App, args []string) (topic, bool) {
	if len(args) == 1 && app.Name == "lanyard" {
		for _, t := range topics() {
			if t.name == args[0] {
				return t, true
			}
		}
	}
	return topic{}, false
}

// Topics returns the topics with their titles.
func Topics() []command.Item {
	var items []command.Item
	for _, t := range topics() {
		items = append(items, command.Item{Name: t.name, Text: t.short})
	}
	return items
}

// addText adds a section with paragraphs.
func addText(p *command.Page, heading string, paragraphs ...string) {
	p.Section(heading, func() {
		for i, text := range paragraphs {
			if i > 0 {
				p.Indent("\n")
			}
			p.Wrap(text)
		}
	})
}

func fillExitCodes(p *command.Page, _ *cobra.Command) {
	p.Prose("lanyard uses the AWS CLI's exit codes. Only \"exec\" and \"run\" add 124, 126 and 127.")
	addList(p, "EXIT CODES", []command.Item{
		{Name: "0", Text: "The command succeeded."},
		{Name: "1", Text: `A check failed, or nothing was found: "status --check" if you must sign in, "configure get" if the setting does not exist, "s3 ls" if nothing matches, "agent status" if no agent runs, "sso logout --verify" if the service still accepts a token, "guard check" if the rules would refuse the role, "audit --verify" if the record was changed, "doctor" if a check found a problem. The help of each command says when the command exits with 1.`},
		{Name: "124", Text: "\"lanyard run\" ended a run because of --timeout."},
		{Name: "126", Text: "\"lanyard exec\" or \"lanyard run\" found the program, but cannot run it."},
		{Name: "127", Text: "\"lanyard exec\" or \"lanyard run\" did not find the program."},
		{Name: "130", Text: "The command was interrupted, for example with Ctrl-C."},
		{Name: "252", Text: "The command line is wrong: an unknown command or flag, or a missing argument."},
		{Name: "253", Text: "The configuration is wrong: for example, a session that does not exist or a missing region. Or a rule of guard refuses the role."},
		{Name: "254", Text: "A service refused the request, or at least one run of \"lanyard run\" was refused."},
		{Name: "255", Text: "Anything else: for example, the session has ended, the profile does not exist, a file cannot be read, or a service cannot be reached."},
	})
	addText(p, "OTHER PROGRAMS",
		`A command that lanyard hands off to the AWS CLI returns the AWS CLI's exit code. "lanyard exec" and "lanyard emulator run" return the exit code of their program. "lanyard run" returns the highest exit code of a run, if no run was refused.`)
}

func fillServices(p *command.Page, _ *cobra.Command) {
	p.Prose("lanyard calls operations of these AWS services without the AWS CLI. To list the operations of a service, run \"lanyard SERVICE help\".")
	p.Section("SERVICES", func() { p.Wrap(strings.Join(model.Services(), " ")) })
	addText(p, "OTHER COMMANDS", `lanyard hands off other services, operations and options to the AWS CLI. "lanyard which SERVICE OPERATION" prints the program that a command line runs.`)
}

func fillFlags(p *command.Page, root *cobra.Command) {
	p.Prose("These flags can be anywhere in the command line. The help of each command lists the global flags that the command uses. " +
		"lanyard's own commands refuse other global flags. Commands of the AWS CLI, such as \"configure list\", accept all global flags.")
	flags := func(names ...string) []command.Item {
		var items []command.Item
		for _, name := range names {
			if f := root.PersistentFlags().Lookup(name); f != nil {
				items = append(items, flagItem(f))
			}
		}
		return items
	}
	addList(p, "EVERY COMMAND", flags("cli-error-format", "color", "debug", "no-cli-auto-prompt", "no-cli-pager"))
	addList(p, "PROFILE AND OUTPUT", flags("profile", "region", "output", "query"))
	addList(p, "A ROLE WITHOUT A PROFILE (exec, env, shell, AWS operations)", flags("account", "role", "sso-session", "assume-role"))
	addList(p, "CONNECTION", flags("ca-bundle", "no-verify-ssl", "cli-connect-timeout", "cli-read-timeout"))
	addList(p, "AWS OPERATIONS", flags("endpoint-url", "no-paginate", "no-sign-request", "cli-binary-format", cmdline.PromptFlag))
}
