// The options of an operation.

package arg

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A Flag is an option of an operation, for help and completion.
type Flag struct {
	Name     string // with the dashes: "--instance-ids"
	Negative string // of a boolean that is a member: "--no-dry-run", or ""
	Type     string // the AWS CLI's word: "string", "list", "structure", "integer", …
	Required bool
	Member   *model.Member // nil for an option that is no member of the input
}

// Flags returns the options of an operation that its help names, in the order of
// the help. It leaves out members that select a page, although they work.
func Flags(op *model.Operation) []Flag {
	t := newTable(op)
	hidden := make(map[string]bool)
	if paginated(op) {
		for _, name := range pagingMembers(op) {
			hidden[name] = true
		}
	}
	var flags []Flag
	for _, opt := range t.options {
		switch {
		case opt.negative:
			flags[len(flags)-1].Negative = opt.name
		case opt.member != nil && opt.page == noPage && hidden[opt.member.Name]:
		default:
			f := Flag{Name: opt.name, Type: opt.typeName, Required: opt.required, Member: opt.member}
			if opt.page != noPage {
				f.Member = nil
			}
			flags = append(flags, f)
		}
	}
	return flags
}

// A table holds the options of an operation, in the AWS CLI's order.
type table struct {
	options  []*option
	byName   map[string]*option
	shadowed []*option // members that a paging option replaces
	op       *model.Operation
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
	t.add(&option{name: "--cli-input-json", typeName: "string"})
	t.add(&option{name: "--cli-input-yaml", typeName: "string"})
	t.addPaging()
	t.add(&option{
		name: "--generate-cli-skeleton", typeName: "string", arity: perhaps,
		choices: []string{"input", "output", "yaml-input"},
	})
	return t
}

// add puts an option at the end, or in the place of one of the same name.
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
		o.arity, o.required = none, false // the service says that it is missing
	case model.List:
		o.arity = many
	case model.Long:
		o.number = "int"
	case model.Float, model.Double:
		o.number = "float"
	}
	return o
}

// An option is what the command line may have.
type option struct {
	name     string // with the dashes
	dest     string // options of one dest overwrite one another
	typeName string
	arity    arity
	negative bool   // --no-NAME
	number   string // "int" or "float": the words are read as such at once
	choices  []string
	required bool
	member   *model.Member
	page     page
}

// An arity says how many words an option takes.
type arity uint8

const (
	one arity = iota
	none
	many    // any number
	perhaps // one or none
)

// relax makes nothing required if the input comes from elsewhere, or if there will
// be no call. As in the AWS CLI the words count, not what they mean.
func (t *table) relax(args []string) {
	for i, a := range args {
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
