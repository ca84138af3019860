// The changes that the AWS CLI makes to the options of an operation.

package arg

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// change applies a rule of the operation to the options.
func (t *table) change(r model.Rule) {
	switch r.Kind {
	case model.Rename:
		t.rename(r.Args[0], r.Args[1])
	case model.Alias:
		t.alias(r.Args[0], r.Args[1])
	case model.Remove:
		t.remove(t.byName["--"+r.Args[0]])
	}
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

// A setter stores the value of an option in the input. The value is what [parser.words] returns.
type setter func(in *Input, value any) error

// outfile is the argument for the file with the body of the reply.
const outfile = "outfile"

func setOutfile(in *Input, value any) error {
	in.Outfile = textOf(value)
	return nil
}

// textOf returns a string or the content of a file as text.
func textOf(value any) string {
	if b, ok := value.(rawFile); ok {
		return string(b)
	}
	text, _ := value.(string)
	return text
}
