// Rules for single commands of other services.

package arg

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// exclusive adds a check that the command line has options of only one group. The groups have the
// dests of options.
func (t *table) exclusive(groups ...[]string) {
	t.checks = append(t.checks, func(w *words) error {
		var current []string
		for _, o := range t.options {
			if w.values[o.dest] == nil {
				continue
			}
			for _, group := range groups {
				switch in := strings.Contains(" "+strings.Join(group, " ")+" ", " "+o.dest+" "); {
				case !in:
				case current == nil:
					current = group
				case &current[0] != &group[0]:
					return &UsageError{Message: fmt.Sprintf("The key \"%s\" cannot be specified when one of the following keys are also specified: %s", o.dest, strings.Join(current, ", "))}
				}
			}
		}
		return nil
	})
}

// save adds an option with a file for a value of the output.
func (t *table) save(name, path string) {
	t.added(name, "string", one, func(p *parser, in *Input, o *option, v *optionValue) error {
		file, err := p.path(o, v)
		if err == nil {
			in.Saves = append(in.Saves, Save{File: file, Path: strings.Split(path, ".")})
		}
		return err
	})
}

// path returns the value of an option as a path, with ~ and variables expanded.
func (p *parser) path(o *option, v *optionValue) (string, error) {
	value, err := p.words(o, v)
	path := textOf(value)
	if p.o.LookupEnv != nil {
		path = userpath.ExpandUser(userpath.ExpandVars(path, p.o.LookupEnv), p.o.LookupEnv)
	}
	return path, err
}

// virtualMFA adds the options for the seed of a virtual MFA device.
func (t *table) virtualMFA() {
	const device, picture, seed = "VirtualMFADevice", "QRCodePNG", "Base32StringSeed"
	t.added("outfile", "string", one, func(p *parser, in *Input, o *option, v *optionValue) error {
		file, err := p.path(o, v)
		in.Saves = []Save{{File: file, Blob: true, Remove: [][]string{{device, picture}, {device, seed}}}}
		return err
	}).required = true
	method := t.added("bootstrap-method", "string", one, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		if len(in.Saves) > 0 {
			in.Saves[0].Path = []string{device, textOf(value)}
		}
		return err
	})
	method.required, method.choices = true, []string{picture, seed}
}

// location adds --s3-location and --github-location for a revision.
func (t *table) location() {
	t.byName["--revision"].required = false
	for _, l := range []struct {
		name, kind, member, wrong string
		required, more            []string
	}{
		{"s3-location", "S3", "s3Location", "--s3-location must specify bucket, key and bundleType.", []string{"bucket", "key", "bundleType"}, []string{"eTag", "version"}},
		{"github-location", "GitHub", "gitHubLocation", "--github-location must specify repository and commitId.", []string{"repository", "commitId"}, nil},
	} {
		shape := &model.Shape{Kind: model.Structure}
		for _, name := range append(append([]string(nil), l.required...), l.more...) {
			shape.Members = append(shape.Members, &model.Member{Name: name, Shape: &model.Shape{Kind: model.String}})
		}
		o := t.added(l.name, "structure", one, func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.value(o, v)
			if err != nil {
				return err
			}
			given, _ := value.(*document.Object)
			place := new(document.Object)
			for _, m := range shape.Members {
				if v, ok := given.Get(m.Name); ok {
					place.Set(m.Name, v)
				}
			}
			for _, name := range l.required {
				if v, _ := place.Get(name); v == nil || v == "" {
					return &UsageError{Message: l.wrong}
				}
			}
			in.Document.Set("revision", objectOf("revisionType", l.kind, l.member, place))
			return nil
		})
		o.member = &model.Member{Name: l.name, Shape: shape}
	}
}

// email adds the options for the addresses and the text of a message.
func (t *table) email() {
	for _, a := range [][2]string{{"to", "ToAddresses"}, {"cc", "CcAddresses"}, {"bcc", "BccAddresses"}} {
		t.added(a[0], "string", some, func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.words(o, v)
			if list, ok := value.([]string); ok {
				var all []any
				for _, address := range list {
					all = append(all, address)
				}
				value = all
			}
			if err == nil {
				within(in.Document, "Destination").Set(a[1], value)
			}
			return err
		})
	}
	message := func(d *document.Object) *document.Object {
		if !has(d, "Message") {
			d.Set("Message", objectOf("Subject", new(document.Object), "Body", new(document.Object)))
		}
		return within(d, "Message")
	}
	t.added("subject", "string", one, setText(func(d *document.Object, text string) error {
		message(d).Set("Subject", objectOf("Data", text))
		return nil
	}))
	for _, b := range [][2]string{{"text", "Text"}, {"html", "Html"}} {
		t.added(b[0], "string", one, setText(func(d *document.Object, text string) error {
			within(message(d), "Body").Set(b[1], objectOf("Data", text))
			return nil
		}))
	}
	t.exclusive([]string{"destination"}, []string{"to", "cc", "bcc"})
	t.exclusive([]string{"message"}, []string{"text", "html"})
}

// expression replaces --expression by the members of its structure. One of them also has the name
// --expression.
func (t *table) expression() {
	set := func(member string) setter {
		return func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.words(o, v)
			if err == nil {
				within(in.Document, "Expression").Set(member, value)
			}
			return err
		}
	}
	t.added("name", "string", one, set("ExpressionName")).required = true
	t.added("expression", "string", one, set("ExpressionValue")).required = true
}

// paths adds --paths for an invalidation.
func (t *table) paths() {
	t.byName["--invalidation-batch"].required = false
	t.added("paths", "string", some, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		var items []any
		switch value := value.(type) {
		case []string:
			for _, path := range value {
				items = append(items, path)
			}
		case string:
			items = characters(value)
		}
		in.Document.Set("InvalidationBatch", objectOf(
			"CallerReference", fmt.Sprintf("cli-%d-%d", time.Now().Unix(), 1+rand.IntN(1_000_000)),
			"Paths", objectOf("Quantity", int64(len(items)), "Items", items)))
		return err
	})
	t.exclusive([]string{"invalidation_batch"}, []string{"paths"})
}

// emrTags replaces --tags, so that a tag has the form KEY=VALUE.
func (t *table) emrTags() {
	t.added("tags", "string", some, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		list, isList := value.([]string)
		if !isList {
			for _, c := range characters(textOf(value)) {
				list = append(list, textOf(c))
			}
		}
		var tags []any
		for _, text := range list {
			key, value, _ := strings.Cut(text, "=")
			tags = append(tags, objectOf("Key", key, "Value", value))
		}
		in.Document.Set("Tags", tags)
		return err
	}).required = true
}

// emrStates adds the filters of list-clusters.
func (t *table) emrStates() {
	const member = "ClusterStates"
	states := func(in *Input, list []any) error {
		if v, _ := in.Document.Get(member); v != nil {
			return &UsageError{Message: "You can specify only one of the cluster state filters: --cluster-states, --active, --terminated, --failed."}
		}
		in.Document.Set(member, list)
		return nil
	}
	t.added("cluster-states", "string", some, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		if err != nil {
			return err
		}
		list, isList := value.([]string)
		if !isList {
			in.Document.Set(member, textOf(value)) // validation reports the mistake
			return nil
		}
		var all []any
		for _, state := range list {
			all = append(all, state)
		}
		return states(in, all)
	})
	for _, filter := range []struct {
		name   string
		states []any
	}{
		{"active", []any{"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING"}},
		{"terminated", []any{"TERMINATED"}},
		{"failed", []any{"TERMINATED_WITH_ERRORS"}},
	} {
		t.added(filter.name, "boolean", none, func(_ *parser, in *Input, _ *option, _ *optionValue) error {
			return states(in, filter.states)
		})
	}
	for _, name := range []string{"created-before", "created-after"} {
		member := t.byName["--"+name].member
		t.added(name, "timestamp", one, func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.words(o, v)
			in.Document.Set(member.Name, value)
			return err
		})
	}
}
