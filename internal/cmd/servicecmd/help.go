// The help of services and their operations.

package servicecmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// inheritedFlags names the global flags that users most often use with an operation.
const inheritedFlags = `--profile, --region, --output, --query, … (see "lanyard help flags")`

// serviceHelp lists the operations of a service, and its other commands.
func serviceHelp(app *command.App, service string, others []*cobra.Command) error {
	svc, err := model.Load(service)
	if err != nil {
		return err
	}
	name, help := app.Name+" "+service, "--help"
	if app.Name == "aws" {
		help = "help" // the AWS CLI does not know --help
	}
	p := app.NewPage()
	p.Paragraph(fmt.Sprintf("Call an operation of the service %s.", service))
	p.Section("USAGE", func() { p.Indent(name + " OPERATION [options]") })
	p.Section("OPERATIONS", func() { p.Indent(strings.Join(svc.Operations(), "\n")) })
	var items []command.Item
	for _, cmd := range others {
		items = append(items, command.Item{Name: cmd.Name(), Text: cmd.Short})
	}
	addList(p, "OTHER COMMANDS", items)
	if svc.HasWaiters() {
		p.Section("WAITERS", func() { p.Wrap(fmt.Sprintf("Run %q for the list of states to wait for.", name+" wait help")) })
	}
	p.Section("INHERITED FLAGS", func() { p.Wrap(inheritedFlags) })
	p.Section("EXAMPLES", func() {
		op := exampleOperation(svc)
		p.Example("lanyard " + service + " " + op.CLIName + " --help\n" + exampleLine(svc, op))
	})
	p.Section("LEARN MORE", func() {
		p.Wrap(fmt.Sprintf("Run %q for the options of an operation.", name+" OPERATION "+help))
		p.Wrap(fmt.Sprintf("lanyard hands off other operations of %s to the AWS CLI. The AWS CLI's page describes them:", service))
		p.Indent(awsPage(service, "index"))
	})
	return p.Print()
}

// exampleOperation returns the first operation that reads, and needs no options. If there is no such
// operation, it returns the first operation.
func exampleOperation(svc *model.Service) *model.Operation {
	names := svc.Operations()
	for _, name := range names {
		verb, _, _ := strings.Cut(name, "-")
		if verb != "describe" && verb != "get" && verb != "list" {
			continue
		}
		if op, ok := svc.Operation(name); ok && len(requiredOptions(svc, op)) == 0 {
			return op
		}
	}
	op, _ := svc.Operation(names[0])
	return op
}

// operationHelp prints the options of an operation, and the members of its result.
func operationHelp(app *command.App, svc *model.Service, op *model.Operation) error {
	p := app.NewPage()
	p.Paragraph(summary(svc, op))
	own, general := optionItems(svc, op)
	p.Section("USAGE", func() { p.Wrap(usage(app, svc, op)) })
	addList(p, "OPTIONS", own)
	addList(p, "GENERAL OPTIONS", general)
	p.Section("INHERITED FLAGS", func() { p.Wrap(inheritedFlags) })
	addList(p, "OUTPUT", outputItems(op))
	p.Section("EXAMPLES", func() {
		p.Example(exampleLine(svc, op))
		if slices.ContainsFunc(general, func(i command.Item) bool { return i.Name == "--max-items" }) {
			p.Example(exampleLine(svc, op, "--max-items 10", "--output table"))
		}
	})
	p.Section("LEARN MORE", func() {
		p.Wrap("The AWS CLI's page describes every option:")
		p.Indent(awsPage(svc.Name, op.CLIName))
		p.Wrap("If the AWS CLI is installed, this command shows the page too:")
		p.Indent(fmt.Sprintf(`"$(lanyard which)" %s %s help`, svc.Name, op.CLIName))
	})
	return p.Print()
}

func addList(p *command.Page, heading string, items []command.Item) {
	if len(items) > 0 {
		p.Section(heading, func() { p.List(items) })
	}
}

// awsPage returns the URL of a page of the AWS CLI's reference.
func awsPage(service, page string) string {
	return "https://docs.aws.amazon.com/cli/latest/reference/" + service + "/" + page + ".html"
}

// summary returns one line about an operation. It can say only what the model says.
func summary(svc *model.Service, op *model.Operation) string {
	if short := portalSummary(svc.Name, op.CLIName); short != "" {
		return short + "."
	}
	return fmt.Sprintf("Call the operation %s of the service %s.", op.Name, svc.Name)
}

// portalSummary returns one line about an operation of the access portal.
func portalSummary(service, operation string) string {
	switch service + " " + operation {
	case "sso list-accounts":
		return "List the accounts that you can use"
	case "sso list-account-roles":
		return "List your roles in an account"
	case "sso get-role-credentials":
		return "Get the credentials of a role"
	}
	return ""
}

// usage returns the form of the command line.
func usage(app *command.App, svc *model.Service, op *model.Operation) string {
	line := app.Name + " " + svc.Name + " " + op.CLIName
	for _, f := range requiredOptions(svc, op) {
		line += " " + withValue(f, placeholder(f))
	}
	return line + " [options]"
}

// requiredOptions returns the options that every call of the operation needs. It omits the access
// token of the portal, which comes from the session.
func requiredOptions(svc *model.Service, op *model.Operation) []arg.Flag {
	return slices.DeleteFunc(arg.Flags(op), func(f arg.Flag) bool { return !f.Required || isToken(svc, f) })
}

func isToken(svc *model.Service, f arg.Flag) bool {
	return svc.Name == "sso" && f.Member != nil && f.Member.Name == tokenMember
}

// withValue returns an option with its value. The file for the body of a reply has no option: it is
// an argument.
func withValue(f arg.Flag, value string) string {
	if !strings.HasPrefix(f.Name, "--") {
		return value
	}
	return f.Name + " " + value
}

// placeholder returns the name of an option's value, such as ROLE_NAME for --role-name.
func placeholder(f arg.Flag) string {
	return strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(f.Name, "--"), "-", "_"))
}

// exampleLine returns a command line with the required options and more options. A long command
// line continues on a second line.
func exampleLine(svc *model.Service, op *model.Operation, more ...string) string {
	var options []string
	for _, f := range requiredOptions(svc, op) {
		options = append(options, withValue(f, exampleValue(f)))
	}
	lines := []string{"lanyard " + svc.Name + " " + op.CLIName}
	for _, option := range append(options, more...) {
		last := len(lines) - 1
		if len(lines[last])+len(option) > exampleWidth {
			lines[last] += " \\"
			lines = append(lines, " ")
			last++
		}
		lines[last] += " " + option
	}
	return strings.Join(lines, "\n")
}

// exampleWidth leaves room for an indentation and a backslash in 80 columns.
const exampleWidth = 74

// exampleValue returns a value for a required option.
func exampleValue(f arg.Flag) string {
	switch f.Name {
	case "--account-id":
		return "111122223333"
	case "outfile":
		return "body.out"
	case "--bucket":
		return "my-bucket"
	case "--role-arn":
		return "arn:aws:iam::111122223333:role/my-role"
	case "--role-name":
		return "my-role"
	case "--role-session-name":
		return "my-session"
	case "--stack-name":
		return "my-stack"
	}
	if f.Member != nil && len(f.Member.Shape.Values()) > 0 {
		return f.Member.Shape.Values()[0]
	}
	return placeholder(f)
}

// optionItems returns the options of an operation. specific has the options of only this operation,
// with the required options first. general has the options that every operation has.
func optionItems(svc *model.Service, op *model.Operation) (specific, general []command.Item) {
	flags := arg.Flags(op)
	slices.SortStableFunc(flags, func(a, b arg.Flag) int {
		return cmp.Compare(rank(svc, a), rank(svc, b))
	})
	session := svc.Name == "sso" // --sso-session is missing from the list
	for _, f := range flags {
		if session && rank(svc, f) > 0 {
			specific, session = append(specific, sessionItem()), false
		}
		item := command.Item{Name: f.Name, Text: generalText(f.Name)}
		if f.Member == nil && item.Text != "" {
			general = append(general, item)
			continue
		}
		item.Text = optionText(svc, f)
		if !strings.HasPrefix(f.Name, "--") {
			item = command.Item{Name: placeholder(f), Text: "the file for the body of the reply; an argument, not an option"}
		}
		specific = append(specific, item)
	}
	return specific, general
}

// sessionItem returns the option --sso-session. The AWS CLI does not have this option for
// operations of the portal.
func sessionItem() command.Item {
	return command.Item{
		Name: "--sso-session",
		Text: "string; the [sso-session] to use. The default is the session of the profile, or the only session in the config",
	}
}

// rank returns a number by which to sort options. Required options come first.
func rank(svc *model.Service, f arg.Flag) int {
	if f.Required && !isToken(svc, f) {
		return 0
	}
	return 1
}

// optionText describes the type of an option, and its allowed values.
func optionText(svc *model.Service, f arg.Flag) string {
	if f.Member == nil {
		return f.Type
	}
	text := typeText(f.Member.Shape)
	switch {
	case isToken(svc, f):
		text += "; the default is the token of the session"
	case f.Required:
		text += ", required"
	case f.Negative != "":
		text += "; the opposite is " + f.Negative
	}
	shape := f.Member.Shape
	if shape.Kind == model.List {
		shape = shape.Element.Shape
	}
	if len(shape.Values()) > 0 {
		text += "; allowed values: " + strings.Join(shape.Values(), ", ")
	}
	if form := shorthand(f.Member.Shape); form != "" {
		text += ": " + form
	}
	return text
}

// typeText returns the name of a type.
func typeText(s *model.Shape) string {
	switch s.Kind {
	case model.Long:
		return "integer"
	case model.List:
		return "list of " + typeText(s.Element.Shape) + "s"
	case model.Map:
		return "map of " + typeText(s.Key.Shape) + " to " + typeText(s.Value.Shape)
	}
	return s.Kind.String()
}

// shorthand returns the AWS CLI's short form of a value that has parts. It returns "" for a value
// without parts, and for a value that must be JSON.
func shorthand(s *model.Shape) string {
	switch {
	case s.Kind == model.List && s.Element.Shape.Kind == model.Structure:
		if form := members(s.Element.Shape); form != "" {
			return form + " ..."
		}
	case s.Kind == model.Structure:
		return members(s)
	case s.Kind == model.Map:
		return "KEY=VALUE,KEY=VALUE"
	}
	return ""
}

// members returns the short form of a structure whose members are values or lists of values, such
// as Name=string,Values=string,string.
func members(s *model.Shape) string {
	var parts []string
	for _, m := range s.Members {
		name := typeText(m.Shape)
		switch m.Shape.Kind {
		case model.Structure, model.Map, model.Blob:
			return ""
		case model.List:
			switch m.Shape.Element.Shape.Kind {
			case model.Structure, model.Map, model.List, model.Blob:
				return ""
			}
			name = typeText(m.Shape.Element.Shape)
			name += "," + name
		}
		parts = append(parts, m.Name+"="+name)
	}
	return strings.Join(parts, ",")
}

// generalText returns the text about an option of all operations, or of all operations with pages.
func generalText(name string) string {
	switch name {
	case "--starting-token":
		return "string; continue after an earlier call, by the NextToken of that call"
	case "--page-size":
		return "integer; how many items to ask the service for at a time"
	case "--max-items":
		return "integer; how many items to print at most"
	case "--cli-input-json":
		return "string; read options from JSON; file://FILE for a file"
	case "--cli-input-yaml":
		return "string; read options from YAML; file://FILE for a file"
	case "--generate-cli-skeleton":
		return "print a template for these options, and make no call; allowed values: input, yaml-input, output"
	}
	return ""
}

// outputItems returns the members of an operation's result.
func outputItems(op *model.Operation) []command.Item {
	if op.Output == nil {
		return nil
	}
	var paging []string // help omits these members, because lanyard fetches all pages
	if p := op.Paginator; p != nil {
		paging = append(slices.Clone(p.Output), p.More)
	}
	var items []command.Item
	for _, m := range op.Output.Shape.Members {
		if !slices.Contains(paging, m.Name) {
			items = append(items, command.Item{Name: m.Name, Text: typeText(m.Shape)})
		}
	}
	return items
}
