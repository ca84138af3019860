// The changes that the AWS CLI makes to the options of an operation.

package arg

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// change applies a rule of the operation to the options.
func (t *table) change(r model.Rule) {
	switch r.Kind {
	case model.RuleRename:
		t.rename(r.Args[0], r.Args[1])
	case model.RuleAlias:
		t.alias(r.Args[0], r.Args[1])
	case model.RuleRemove:
		t.remove(t.byName["--"+r.Args[0]])
	case model.RuleOptional:
		t.byName["--"+r.Args[0]].required = false
	case model.RuleElsewhere:
		t.add(&option{name: "--" + r.Args[0], typeName: r.Args[1], arity: perhaps, changed: true, elsewhere: true})
	case model.RuleSave:
		t.save(r.Args[0], r.Args[1])
	case model.RuleToggle, model.RuleHoist, model.RuleInject, model.RuleZip, model.RuleZipFile, model.RuleSplit:
		t.changeMember(r, t.byName["--"+r.Args[0]])
	case model.RulePage:
		o := t.byName["--"+r.Args[0]]
		o.hidden, t.onePage = true, append(t.onePage, o.dest)
	case model.RuleUserData:
		t.before = append(t.before, encode(t.byName["--"+r.Args[0]].member.Name))
	case model.RuleProtocol:
		t.before = append(t.before, protocolNames(t.byName["--"+r.Args[0]].member.Name))
	default:
		t.changeCommand(r.Kind)
	}
}

// changeCommand applies a rule for a few commands.
func (t *table) changeCommand(kind model.RuleKind) {
	switch kind {
	case model.RuleSecurityGroup:
		t.securityGroup()
	case model.RuleRunInstances:
		t.runInstances()
	case model.RuleVirtualMFA:
		t.virtualMFA()
	case model.RuleLocation:
		t.location()
	case model.RuleEmail:
		t.email()
	case model.RuleExpression:
		t.expression()
	case model.RulePaths:
		t.paths()
	case model.RuleEMRTags:
		t.emrTags()
	case model.RuleEMRStates:
		t.emrStates()
	case model.RuleMetricData:
		t.metricData()
	}
}

// added adds an option whose value a function stores.
func (t *table) added(name, typeName string, arity arity, set setter) *option {
	o := &option{name: "--" + name, typeName: typeName, arity: arity, changed: true, set: set}
	t.add(o)
	return o
}

// remove removes an option.
func (t *table) remove(o *option) {
	delete(t.byName, o.name)
	t.options = slices.DeleteFunc(t.options, func(other *option) bool { return other == o })
}

// rename gives an option another name. The option moves behind the other options.
func (t *table) rename(old, name string) {
	o := t.byName["--"+old]
	t.remove(o)
	if !o.negative { // --reboot still has the dest of --no-reboot, so the last of both is valid
		o.dest = dest(name)
	}
	o.name = "--" + name
	t.add(o)
}

// alias gives an option a second name. Neither name is required.
func (t *table) alias(old, name string) {
	o := t.byName["--"+old]
	o.required = false
	second := *o
	second.name, second.dest, second.hidden = "--"+name, dest(name), true
	t.add(&second)
}

// A setter stores the value of an option in the input. v is nil if the option is not on the command
// line, for an option that is always set.
type setter func(p *parser, in *Input, o *option, v *optionValue) error

// setText returns a setter that gets the value as text. An empty text is not set.
func setText(set func(d *document.Object, text string) error) setter {
	return func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		if text := textOf(value); err == nil && text != "" {
			err = set(in.Document, text)
		}
		return err
	}
}

// within returns the object with a name in an object. If there is no such object, it adds one.
func within(d *document.Object, name string) *document.Object {
	v, _ := d.Get(name)
	inner, ok := v.(*document.Object)
	if !ok {
		inner = new(document.Object)
		d.Set(name, inner)
	}
	return inner
}

// objectOf returns an object. pairs alternates between names and values.
func objectOf(pairs ...any) *document.Object {
	o := new(document.Object)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		o.Set(name, pairs[i+1])
	}
	return o
}

// outfile is the argument for the file with the body of the reply.
const outfile = "outfile"

func setOutfile(p *parser, in *Input, o *option, v *optionValue) error {
	value, err := p.words(o, v)
	in.Outfile = textOf(value)
	return err
}

// textOf returns a string or the content of a file as text.
func textOf(value any) string {
	if b, ok := value.(rawFile); ok {
		return string(b)
	}
	text, _ := value.(string)
	return text
}
