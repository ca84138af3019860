// The options of an operation.

package arg

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A Flag is an option of an operation, for help and completion.
type Flag struct {
	Name     string // with the dashes: "--instance-ids"
	Negative string // for a boolean member: "--no-dry-run"; otherwise ""
	Type     string // the AWS CLI's name: "string", "list", "structure", "integer", …
	Required bool
	Member   *model.Member // nil if the option is not a member of the input
}

// Flags returns the options of an operation for its help, in the order of the help. It omits
// members that select a page, although the command line accepts them.
func Flags(op *model.Operation) []Flag {
	t := newTable(op)
	var flags []Flag
	positive := make(map[string]int) // the indices of flags, by the dest of their options
	for _, opt := range t.options {
		i, found := positive[opt.dest]
		switch {
		case opt.hidden:
		case opt.negative && found:
			flags[i].Negative = opt.name
		default:
			positive[opt.dest] = len(flags)
			flags = append(flags, Flag{Name: opt.name, Type: opt.typeName, Required: opt.required, Member: opt.member})
		}
	}
	return flags
}

// An Option is an option as the list of the AWS CLI's options describes it.
type Option struct {
	Name     string // with the dashes, unless the option is an argument
	Type     string // as in Flag
	Required bool
	Hidden   bool // the help does not list the option
	Changed  bool // a rule adds the option, or changes its value
}

// List returns all options of an operation in the order of the AWS CLI. Unlike [Flags], it also
// returns the hidden options, and each form of a boolean.
func List(op *model.Operation) []Option {
	t := newTable(op)
	list := make([]Option, len(t.options))
	for i, o := range t.options {
		list[i] = Option{o.name, o.typeName, o.required, o.hidden, o.changed}
	}
	return list
}

// Has reports whether an operation has an option, such as --role-name.
func Has(op *model.Operation, option string) bool { return newTable(op).byName[option] != nil }

// A table holds the options of an operation, in the AWS CLI's order.
type table struct {
	options  []*option
	byName   map[string]*option
	shadowed []*option // the members that paging options replace
	op       *model.Operation

	onePage []string                         // the dests of further options that select a page
	checks  []func(w *words) error           // the rules' checks of the command line
	before  []func(d *document.Object) error // the rules' changes of the input before its validation
}

func newTable(op *model.Operation) *table {
	t := &table{byName: make(map[string]*option), op: op}
	for _, p := range op.Parameters() {
		t.add(memberOption(p))
		if p.Member.Shape.Kind == model.Boolean {
			no := memberOption(p)
			no.name, no.negative = "--no-"+p.Name, true
			t.add(no)
		}
	}
	for _, r := range op.Rules {
		t.change(r)
	}
	t.hidePages()
	if op.OutputStream() != nil {
		t.add(&option{name: outfile, typeName: "string", required: true, set: setOutfile})
	}
	whole := t.byName[outfile] == nil && t.byName["--"+outfile] == nil // the AWS CLI's own rule
	if whole {
		t.add(&option{name: "--cli-input-json", typeName: "string"})
		t.add(&option{name: "--cli-input-yaml", typeName: "string"})
	}
	t.addPaging()
	if whole {
		t.add(&option{
			name: "--generate-cli-skeleton", typeName: "string", arity: perhaps,
			choices: []string{"input", "output", "yaml-input"},
		})
	}
	return t
}

// add adds an option at the end, or replaces an option with the same name.
func (t *table) add(o *option) {
	if o.dest == "" {
		o.dest = dest(o.name)
	}
	old := t.byName[o.name]
	t.byName[o.name] = o
	if old == nil {
		t.options = append(t.options, o)
		return
	}
	for i := range t.options {
		if t.options[i] == old {
			t.options[i] = o
		}
	}
}

func dest(name string) string {
	return strings.ReplaceAll(strings.TrimLeft(name, "-"), "-", "_")
}

func memberOption(p model.Parameter) *option {
	m := p.Member
	o := &option{
		name: "--" + p.Name, dest: dest("--" + p.Name), typeName: m.Shape.Kind.String(), member: m,
		required: m.Required && !m.Idempotency,
	}
	switch m.Shape.Kind {
	case model.Boolean:
		o.arity, o.required = none, false // the service reports a missing value
	case model.List:
		o.arity = many
	case model.Long:
		o.number = "int"
	case model.Float, model.Double:
		o.number = "float"
	}
	return o
}

// An option is an option of the operation on the command line.
type option struct {
	name      string // with the dashes
	dest      string // options with the same dest overwrite each other
	typeName  string
	arity     arity
	negative  bool   // --no-NAME
	number    string // "int" or "float": read checks the words
	choices   []string
	required  bool
	hidden    bool          // the help does not list the option
	changed   bool          // a rule adds the option, or changes its value
	elsewhere bool          // only the AWS CLI has the option
	always    bool          // set is called even if the command line does not have the option
	set       setter        // stores the value of an option that is not simply a member
	member    *model.Member // nil for an option that is not a member of the input
	page      page
}

// An arity is the number of words that an option takes.
type arity uint8

const (
	one arity = iota
	none
	many    // any number
	some    // at least one
	perhaps // none or one
)

// relax makes all options optional if a file contains the input, or if the operation is not
// called. Like the AWS CLI, relax looks only for words such as --cli-input-json, even if such a
// word is the value of another option.
func (t *table) relax(args []string) {
	for i, a := range args {
		if t.byName[a] == nil {
			continue
		}
		switch a {
		case "--cli-input-json", "--cli-input-yaml":
		case "--generate-cli-skeleton":
			if i+1 < len(args) && args[i+1] == "output" {
				continue
			}
		default:
			continue
		}
		for _, o := range t.options {
			o.required = false
		}
		return
	}
}
