// Package arg turns the parameters of a command line, such as
//
//	ec2 describe-instances --filters Name=tag:Name,Values=a,b
//
// into the input of the operation. Names, syntax, messages and the order in which
// mistakes are found are the AWS CLI's.
//
// [Parse] tells the words apart (flag, words), reads the value of each option
// (value, file, json, shorthand), adds the whole input (whole), and checks the
// result (normalize, validate). [Flags] lists the options for help.
package arg

import (
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// Options are what the parameters are read with.
type Options struct {
	// Service is the service's name on the command line, such as "s3api": a few
	// rules are a service's own. "" means none of them.
	Service string

	// ReadFile reads what file:// and fileb:// name; nil means that nothing can be read.
	ReadFile func(path string) ([]byte, error)

	// LookupEnv looks up the variables and the home folder in the names of those
	// files; nil means that the names are taken as they are.
	LookupEnv func(name string) (string, bool)

	// BinaryFormat says how a blob that is text is meant: "base64" or
	// "raw-in-base64-out". "" means base64.
	BinaryFormat string

	// NoPaginate is set by the global option --no-paginate.
	NoPaginate bool
}

// An Input is what the parameters ask for.
type Input struct {
	// Document is the input of the operation. It is valid, unless Help is set or
	// Skeleton is for an input. The values are those of package model: a blob is
	// a string that holds it in base64, a timestamp a string in RFC 3339.
	Document *document.Object

	// Paginate says to fetch all pages: the operation has pages, and the command
	// line asks for no particular one.
	Paginate bool

	Paging Paging

	// Skeleton is the value of --generate-cli-skeleton: "input", "yaml-input" or
	// "output"; "" means that the operation is to be called.
	Skeleton string

	Help bool // the word "help" was given

	Warnings []string // lines for stderr
}

// Paging holds the options that replace an operation's own paging members. They
// are set only if pages are followed; nil and "" mean that an option was not given.
type Paging struct {
	MaxItems, PageSize *int64
	StartingToken      string
}

// Parse reads the arguments behind the names of service and operation; global
// options have been taken out. The error is a [*UsageError] or a [*ValueError].
func Parse(op *model.Operation, args []string, o Options) (*Input, error) {
	if len(args) == 1 && args[0] == "help" {
		return &Input{Help: true}, nil
	}
	p := &parser{op: op, o: o, files: map[string][]byte{}, ordered: make(map[*document.Object]bool)}
	t := newTable(op)
	t.relax(args)
	w, err := t.read(args)
	if err != nil {
		return nil, err
	}
	if w.help == "help" {
		return &Input{Help: true}, nil
	}
	if w.help != "" {
		w.unknown = append(w.unknown, w.help)
	}
	if len(w.unknown) > 0 {
		return nil, &UsageError{Message: "Unknown options: " + strings.Join(w.unknown, ", "), Usage: true}
	}
	in := &Input{Document: new(document.Object), Paginate: paginated(op) && !o.NoPaginate}
	if err := p.fill(in, t, w); err != nil {
		return nil, err
	}
	return in, nil
}

// A parser reads the values of one command line.
type parser struct {
	op *model.Operation
	o  Options

	files map[string][]byte // what was read, by name

	// ordered holds the objects that were written as the JSON of one parameter.
	// They differ from others in one message.
	ordered map[*document.Object]bool

	noToken bool // the starting token is empty
}

func (p *parser) fill(in *Input, t *table, w *words) error {
	if err := t.settlePaging(in, w, p.o.NoPaginate); err != nil {
		return err
	}
	pages := false // an option for pages has a place among the members
	for _, opt := range t.options {
		v, given := w.values[opt.dest]
		if !given || opt.negative {
			continue
		}
		if opt.page != noPage {
			if err := p.setPaging(in, opt, v); err != nil {
				return err
			}
			if !pages {
				pages = true
				in.Document.Set(pagingConfig, new(document.Object))
			}
			continue
		}
		if opt.member == nil {
			// It is read later; here it only must be there.
			if _, err := p.load(opt, v.words[0]); err != nil {
				return err
			}
			continue
		}
		value, err := p.value(opt, v)
		if err != nil {
			return err
		}
		in.Document.Set(opt.member.Name, value)
	}
	if err := p.wholeInput(in, w); err != nil {
		return err
	}
	if in.Paginate && slices.ContainsFunc(pagingMembers(p.op), func(name string) bool { return has(in.Document, name) }) {
		in.Paginate = false
	}
	if in.Paginate {
		in.Document.Delete(pagingConfig)
	}
	p.limitPages(in)
	if v, ok := w.values["generate_cli_skeleton"]; ok {
		in.Skeleton = v.words[0]
		if in.Skeleton != "output" {
			return nil
		}
	}
	return p.finish(in)
}

// finish makes the document valid, or says what is wrong with it.
func (p *parser) finish(in *Input) error {
	if p.op.Input == nil {
		return nil
	}
	d, err := p.decodeBlobs(in.Document, p.op.Input.Shape)
	if err != nil {
		return err
	}
	in.Document = d.(*document.Object) // it was one
	if p.o.Service == "s3api" {
		if err := checkBucket(in.Document); err != nil {
			return err
		}
	}
	if err := p.validate(p.firstPage(in)); err != nil {
		return err
	}
	in.Document, _ = normalize(in.Document, p.op.Input.Shape).(*document.Object)
	return nil
}

func has(o *document.Object, name string) bool {
	_, ok := o.Get(name)
	return ok
}

// copyOf returns an object with the members of o.
func copyOf(o *document.Object) *document.Object {
	c := new(document.Object)
	for name, v := range o.All() {
		c.Set(name, v)
	}
	return c
}

// A UsageError reports a mistake in the parameters, in the AWS CLI's words.
type UsageError struct {
	Message string

	// Usage says that the AWS CLI shows how it is used, with the message.
	Usage bool
}

func (e *UsageError) Error() string { return e.Message }

// A ValueError reports a value for which the AWS CLI prints Python's own message.
// It exits with 255 then, as for any other failure.
type ValueError struct{ Message string }

func (e *ValueError) Error() string { return e.Message }

// badParameter is a mistake in the value of one option; name has the dashes.
func badParameter(name, text string) error {
	return &UsageError{Message: "Error parsing parameter '" + name + "': " + text}
}

func badOption(name, text string) error {
	return &UsageError{Message: "argument " + name + ": " + text, Usage: true}
}
