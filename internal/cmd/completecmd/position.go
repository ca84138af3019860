package completecmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A value is a possible word at the cursor.
type value struct {
	text  string
	about string // the description; may be empty
}

// complete returns the possible words at the cursor that begin with current. words are the words
// before the cursor. files reports whether the word can also be any file.
func complete(app *command.App, root *cobra.Command, words []string, current string) (values []value, files bool) {
	p := position{app: app, cmd: root}
	p.read(words)
	name, beginning, hasValue := strings.Cut(current, "=")
	switch {
	case p.pending != "":
		values, files = p.flagValues(p.pending, current)
	case p.dashes:
		return nil, true
	case strings.HasPrefix(current, "-") && hasValue:
		if values, files = p.flagValues(name, beginning); files {
			return nil, false // otherwise shells would complete the whole word as a file
		}
		for i := range values {
			values[i].text = name + "=" + values[i].text
		}
	case strings.HasPrefix(current, "-"):
		values = p.flags()
	default:
		if p.list != "" {
			values, files = p.flagValues(p.list, current)
		}
		if len(values) == 0 && !files {
			values, files = p.arguments(current)
		}
		if len(values) == 0 && !files {
			values = p.flags()
		}
	}
	return slices.DeleteFunc(values, func(v value) bool { return !strings.HasPrefix(v.text, current) }), files
}

// A position describes the cursor in the tree of commands.
type position struct {
	app *command.App
	cmd *cobra.Command // nil if only the AWS CLI has the command
	op  *model.Operation

	args    []string // the arguments of cmd
	dashes  bool     // the cursor is after "--"
	pending string   // the flag whose value is at the cursor, with its dashes
	list    string   // the option whose list of values the word at the cursor may continue
}

// read reads the words before the cursor.
func (p *position) read(words []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			p.dashes = true
			return
		case strings.HasPrefix(word, "-") && word != "-":
			p.list = ""
			name, _, hasValue := strings.Cut(word, "=")
			switch takes := p.takes(name); {
			case hasValue || takes == nothing:
			case takes == list:
				p.list = name
			case i+1 == len(words):
				p.pending = name
			default:
				i++
			}
		case p.list == "":
			p.argument(word)
		}
	}
}

// argument reads a word that is not a flag.
func (p *position) argument(word string) {
	switch {
	case p.cmd == nil || p.op != nil:
	case command.IsService(p.cmd):
		p.operation(p.cmd.Name(), word)
	default:
		if sub := command.Child(p.cmd, word); sub != nil {
			p.cmd = sub
			if sub.Parent().Name() == "sso" && sub.DisableFlagParsing {
				p.operation("sso", sub.Name())
			}
			return
		}
		if p.cmd.HasSubCommands() {
			p.cmd = nil
			return
		}
		if p.args = append(p.args, word); p.cmd.Name() == "which" { // a command line follows "which"
			p.cmd, p.args = p.cmd.Root(), nil
			p.argument(word)
		}
	}
}

// operation sets the operation. The AWS CLI also has operations that lanyard does not have.
func (p *position) operation(service, name string) {
	p.op = nil
	if svc, err := model.Load(service); err == nil {
		p.op, _ = svc.Operation(name)
	}
	if p.op == nil {
		p.cmd = nil
	}
}

// A width is the number of values that a flag takes.
type width int

const (
	nothing width = iota
	one
	list
)

// takes returns the number of values that a flag takes. name includes the dashes.
func (p *position) takes(name string) width {
	if f := p.option(name); f != nil {
		switch {
		case f.Type == "boolean":
			return nothing
		case f.Type == "list":
			return list
		}
		return one
	}
	if f := p.flag(name); f != nil && f.NoOptDefVal == "" {
		return one
	}
	return nothing
}

// flag returns a flag of the command or a global flag, or nil.
func (p *position) flag(name string) *pflag.Flag {
	name, ok := strings.CutPrefix(name, "--")
	if !ok {
		return nil
	}
	if p.cmd == nil {
		return command.GlobalSet(new(command.Globals)).Lookup(name)
	}
	return p.cmd.Flag(name)
}

// option returns an option of the operation, or nil.
func (p *position) option(name string) *arg.Flag {
	if p.op == nil {
		return nil
	}
	for _, f := range arg.Flags(p.op) {
		if f.Name == name || f.Negative == name {
			return &f
		}
	}
	return nil
}

// flags returns the flags that the command accepts.
func (p *position) flags() []value {
	var values []value
	if p.op != nil {
		for _, f := range arg.Flags(p.op) {
			about := f.Type
			if f.Required {
				about += ", required"
			}
			values = append(values, value{f.Name, about})
			if f.Negative != "" {
				values = append(values, value{f.Negative, about})
			}
		}
	}
	if p.cmd == nil {
		return nil
	}
	p.cmd.InitDefaultHelpFlag()
	add := func(f *pflag.Flag) {
		if !f.Hidden && (!command.IsGlobal(p.cmd, f) || command.UsesFlag(p.cmd, f.Name)) {
			_, usage := pflag.UnquoteUsage(f)
			values = append(values, value{"--" + f.Name, usage})
		}
	}
	p.cmd.NonInheritedFlags().VisitAll(add)
	p.cmd.InheritedFlags().VisitAll(add)
	return values
}

// arguments returns the commands and the values that can follow.
func (p *position) arguments(current string) (values []value, files bool) {
	switch {
	case p.cmd == nil || p.op != nil:
		return nil, false
	case command.IsService(p.cmd):
		if svc, err := model.Load(p.cmd.Name()); err == nil {
			values = words(svc.Operations())
		}
		return values, false
	case !p.cmd.HasSubCommands():
		return p.argumentValues(current)
	}
	for _, sub := range p.cmd.Commands() {
		if !sub.Hidden {
			values = append(values, value{sub.Name(), sub.Short})
		}
	}
	for _, name := range p.commandsOfAWS(values, current) {
		if command.Child(p.cmd, name) == nil {
			values = append(values, value{name, "of the AWS CLI"})
		}
	}
	return values, false
}

// commandsOfAWS returns the names of the AWS CLI's commands. The AWS CLI has hundreds of
// top-level commands. So under the name lanyard, it returns them only if no other command
// matches.
func (p *position) commandsOfAWS(ours []value, current string) []string {
	switch {
	case p.cmd.HasParent():
		return awsnames.Subcommands(p.cmd.Name())
	case p.app.Name == "aws":
		return awsnames.Commands()
	case current == "" || slices.ContainsFunc(ours, func(v value) bool { return strings.HasPrefix(v.text, current) }):
		return nil
	}
	return awsnames.Commands()
}

func words(list []string) []value {
	values := make([]value, len(list))
	for i, w := range list {
		values[i].text = w
	}
	return values
}
