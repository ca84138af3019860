package completecmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/completion"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// complete calls emit for the possible words at the cursor that begin with current. words are the
// words before the cursor. If the shell must complete the word itself, complete returns
// [shell.CompleteFiles] or [shell.CompleteCommand], and otherwise "".
func complete(app *command.App, root *cobra.Command, words []string, current string, emit func(completion.Value)) string {
	p := position{app: app, cmd: root, current: current, emit: emit}
	p.read(words)
	if p.dashes && p.cmd != nil && strings.Contains(p.cmd.Use, "-- COMMAND") {
		return shell.CompleteCommand
	}
	if p.dashes || p.word() {
		return shell.CompleteFiles
	}
	return ""
}

// word offers the possible words at the cursor. It reports whether the word can be any file.
func (p *position) word() (files bool) {
	name, beginning, hasValue := strings.Cut(p.current, "=")
	isFlag := strings.HasPrefix(p.current, "-")
	switch {
	case p.pending != "":
		return p.flagValues(p.pending)
	case isFlag && hasValue:
		p.before, p.current = name+"=", beginning
		p.flagValues(name) // no files, because shells would complete the whole word as a file
		return false
	case isFlag:
		p.flags()
		return false
	case p.list != "":
		p.flagValues(p.list)
	}
	if p.offered == 0 {
		files = p.arguments()
	}
	if p.offered == 0 && !files {
		p.flags()
	}
	return files
}

// A position describes the cursor in the tree of commands.
type position struct {
	app *command.App
	cmd *cobra.Command // nil if only the AWS CLI has the command
	op  *model.Operation

	waits *model.Service // the service whose waiters follow

	args    []string // the arguments of cmd
	account string   // the value of --account
	dashes  bool     // the cursor is after "--"
	pending string   // the flag whose value is at the cursor, with its dashes
	list    string   // an option with a list of values; the word at the cursor can be one value

	before  string // the flag and = before the value, if they are in the same word
	current string // the beginning of the word or the value at the cursor
	emit    func(completion.Value)
	offered int // how many values were emitted
}

// offer emits a value, if it begins with the beginning of the word.
func (p *position) offer(v completion.Value) {
	if !strings.HasPrefix(v.Text, p.current) {
		return
	}
	if p.before != "" {
		v.Text = p.before + v.Text
	}
	p.offered++
	p.emit(v)
}

// offerWords emits values without descriptions.
func (p *position) offerWords(words ...string) {
	for _, w := range words {
		p.offer(completion.Value{Text: w})
	}
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
			name, value, hasValue := strings.Cut(word, "=")
			if !hasValue && i+1 < len(words) {
				value = words[i+1]
			}
			if name == "--account" {
				p.account = value
			}
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
	case cmdline.IsService(p.cmd):
		p.serviceWord(word)
	default:
		sub := cmdline.Child(p.cmd, word)
		if sub == nil && !p.cmd.HasParent() && model.Has(word) {
			sub = &cobra.Command{Use: word, Annotations: cmdline.Serves(word), DisableFlagParsing: true}
			p.cmd.AddCommand(sub)
		}
		if sub != nil {
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

// serviceWord reads a word after a service: an operation, a command of lanyard, or "wait" and a waiter.
func (p *position) serviceWord(word string) {
	service := p.cmd.Name()
	if sub := cmdline.Child(p.cmd, word); sub != nil {
		p.cmd = sub
		return
	}
	if p.waits != nil {
		w, _ := p.waits.Waiter(word)
		p.operation(service, w.Operation)
		return
	}
	if svc, err := model.Load(service); err == nil && word == model.WaitCommand && svc.HasWaiters() {
		p.waits = svc
		return
	}
	p.operation(service, word)
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
		return cmdline.GlobalSet(new(command.Globals)).Lookup(name)
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

// flags offers the flags that the command accepts.
func (p *position) flags() {
	if p.op != nil {
		for _, f := range arg.Flags(p.op) {
			about := f.Type
			if f.Required {
				about += ", required"
			}
			p.offer(completion.Value{Text: f.Name, About: about})
			if f.Negative != "" {
				p.offer(completion.Value{Text: f.Negative, About: about})
			}
		}
	}
	if p.cmd == nil {
		return
	}
	p.cmd.InitDefaultHelpFlag()
	add := func(f *pflag.Flag) {
		if !f.Hidden && (!cmdline.IsGlobal(p.cmd, f) || cmdline.UsesFlag(p.cmd, f.Name)) {
			_, usage := pflag.UnquoteUsage(f)
			p.offer(completion.Value{Text: "--" + f.Name, About: usage})
		}
	}
	p.cmd.NonInheritedFlags().VisitAll(add)
	p.cmd.InheritedFlags().VisitAll(add)
}

// serviceWords offers the words that can follow a service, or the waiters after "wait".
func (p *position) serviceWords() {
	if p.waits != nil {
		for _, w := range p.waits.Waiters() {
			p.offerWords(w.CLIName)
		}
		return
	}
	svc, err := model.Load(p.cmd.Name())
	if err != nil {
		return
	}
	p.offerWords(svc.Operations()...)
	for _, cmd := range p.cmd.Commands() {
		p.offer(completion.Value{Text: cmd.Name(), About: cmd.Short})
	}
	if svc.HasWaiters() {
		p.offerWords(model.WaitCommand)
	}
}

// arguments offers the commands and the values that can follow. files reports whether a file can
// follow.
func (p *position) arguments() (files bool) {
	switch {
	case p.cmd == nil || p.op != nil:
		return false
	case cmdline.IsService(p.cmd):
		p.serviceWords()
		return false
	case !p.cmd.HasSubCommands():
		return p.argumentValues()
	}
	for _, sub := range p.cmd.Commands() {
		if !sub.Hidden {
			p.offer(completion.Value{Text: sub.Name(), About: sub.Short})
		}
	}
	for _, name := range p.commandsOfAWS() {
		if cmdline.Child(p.cmd, name) == nil {
			about := "of the AWS CLI"
			if !p.cmd.HasParent() && model.Has(name) {
				about = "Call an operation of " + name
			}
			p.offer(completion.Value{Text: name, About: about})
		}
	}
	return false
}

// commandsOfAWS returns the names of the AWS CLI's commands. The AWS CLI has hundreds of
// top-level commands. So under the name lanyard, commandsOfAWS returns these names only if the
// user has typed the beginning of a word.
func (p *position) commandsOfAWS() []string {
	switch {
	case p.cmd.HasParent():
		return awsnames.Subcommands(p.cmd.Name())
	case p.app.Name == "aws" || p.current != "":
		return awsnames.Commands()
	}
	return nil
}
