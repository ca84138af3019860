// Rules for members that are structures: --ebs-optimized, --image-bytes, --zip-file.

package arg

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// changeMember applies a rule for an option that is a member.
func (t *table) changeMember(r model.Rule, o *option) {
	switch r.Kind {
	case model.RuleToggle:
		t.toggle(o)
	case model.RuleHoist:
		o.required = false
		member, inner := o.member.Name, r.Args[1]
		t.added(r.Args[2], model.Blob.String(), one, func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.words(o, v)
			if err == nil {
				within(in.Document, member).Set(inner, value)
			}
			return err
		})
	case model.RuleInject:
		t.inject(o, r.Args[1], r.Args[2])
	case model.RuleZip:
		t.zip(o)
	case model.RuleZipFile:
		o.set = func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.words(o, v)
			if err == nil {
				err = checkZip(value)
			}
			in.Document.Set(o.member.Name, value)
			return err
		}
	case model.RuleSplit:
		t.split(o, r.Args[1], r.Args[2])
	}
}

// toggle makes --NAME, --NAME Value=BOOLEAN and --no-NAME of a structure with the boolean Value.
func (t *table) toggle(o *option) {
	o.arity, o.required, o.changed = perhaps, false, true
	o.set = func(p *parser, in *Input, o *option, v *optionValue) error {
		if v.words == nil {
			in.Document.Set(o.member.Name, objectOf("Value", true))
			return nil
		}
		value, err := p.value(o, v)
		in.Document.Set(o.member.Name, value)
		return err
	}
	no := t.added("no-"+strings.TrimPrefix(o.name, "--"), o.typeName, none, func(_ *parser, in *Input, other *option, _ *optionValue) error {
		in.Document.Set(o.member.Name, objectOf("Value", false))
		return nil
	})
	t.checks = append(t.checks, func(w *words) error {
		if w.values[o.dest] != nil && w.values[no.dest] != nil {
			return &UsageError{Message: `Cannot specify both the "` + o.name + `" option and the "` + no.name + `" option.`}
		}
		return nil
	})
}

// inject adds an option for a blob in the structure of another option. The other option must not have
// the blob.
func (t *table) inject(o *option, inner, name string) {
	t.merge(o, inner, contentMessage(inner, o.name, "--"+name))
	member := o.member.Name
	t.added(name, model.Blob.String(), one, func(p *parser, in *Input, o *option, v *optionValue) error {
		var value any // the AWS CLI sets null without the option
		var err error
		if v != nil {
			value, err = p.words(o, v)
		}
		within(in.Document, member).Set(inner, value)
		return err
	}).required = true
	t.byName["--"+name].always = true
}

// contentMessage returns the AWS CLI's message for a member in the wrong option.
func contentMessage(inner, option, instead string) string {
	part := "as a part"
	if inner == "File" {
		part = "as part"
	}
	return inner + " cannot be provided " + part + " of the '" + option + "' " +
		"argument. Please use the '" + instead + "' option instead to specify a file."
}

// merge changes an option so that its structure is merged with the structure in the input. The
// structure must not have the member inner, except if wrong is "".
func (t *table) merge(o *option, inner, wrong string) {
	o.changed = true
	o.member = withoutMember(o.member, inner)
	o.set = func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.value(o, v)
		if err != nil {
			return err
		}
		given, ok := value.(*document.Object)
		switch {
		case !ok:
			in.Document.Set(o.member.Name, value)
			return nil
		case has(given, inner) && wrong != "":
			return &UsageError{Message: wrong}
		}
		into := within(in.Document, o.member.Name)
		for name, v := range given.All() {
			into.Set(name, v)
		}
		return nil
	}
}

// withoutMember returns a copy of a member whose structure does not have the member inner.
func withoutMember(m *model.Member, inner string) *model.Member {
	made, shape := *m, *m.Shape
	shape.Members = slices.DeleteFunc(slices.Clone(shape.Members), func(m *model.Member) bool { return m.Name == inner })
	made.Shape = &shape
	return &made
}

// zip adds --zip-file for the member ZipFile of an option.
func (t *table) zip(o *option) {
	const inner = "ZipFile"
	o.required = false
	t.merge(o, inner, inner+" cannot be provided as part of the "+o.name+" argument.  Please use the '--zip-file' option instead to specify a zip file.")
	member := o.member.Name
	t.added("zip-file", model.Blob.String(), one, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		if err == nil {
			err = checkZip(value)
		}
		if err == nil {
			within(in.Document, member).Set(inner, value)
		}
		return err
	})
}

// checkZip returns an error for a value that is not the content of a zip file.
func checkZip(value any) error {
	content := []byte(textOf(value))
	if _, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return &UsageError{Message: "--zip-file must be a zip file with the fileb:// prefix.\nExample usage:  --zip-file fileb://path/to/file.zip"}
	}
	return nil
}

// split adds an option for a structure in the structure of another option.
func (t *table) split(o *option, inner, name string) {
	member, part := o.member.Name, o.member.Shape.Member(inner)
	t.merge(o, inner, "")
	t.added(name, part.Shape.Kind.String(), one, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.value(o, v)
		if err == nil {
			within(in.Document, member).Set(inner, value)
		}
		return err
	}).member = part
}
