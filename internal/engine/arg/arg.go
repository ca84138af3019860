// Package arg turns the parameters of a command line, such as
//
//	ec2 describe-instances --filters Name=tag:Name,Values=a,b
//
// into the input of the operation. Names, syntax and messages are the AWS CLI's. If there are
// several mistakes, this package reports the same mistake as the AWS CLI.
//
// [Parse] splits the words into options and values (flag.go, words.go). It reads the value of
// each option (value.go, file.go, json.go, shorthand.go), adds --cli-input-json (whole.go), and
// checks the result (normalize.go, validate.go). [Flags] lists the options for help.
package arg

import (
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// Options configure [Parse].
type Options struct {
	// Service is the service's name on the command line, such as "s3api". It may be "". A few
	// rules depend on the service.
	Service string

	// ReadFile reads the files that file:// and fileb:// values name. If ReadFile is nil, such
	// values are errors.
	ReadFile func(path string) ([]byte, error)

	// LookupEnv looks up the environment variables in the names of these files, and HOME for ~.
	// If LookupEnv is nil, file names are not expanded.
	LookupEnv func(name string) (string, bool)

	// BinaryFormat is the encoding of blobs on the command line: "base64" or
	// "raw-in-base64-out". "" means base64.
	BinaryFormat string

	// Waiter says that the options are for a waiter of the operation. The AWS CLI then sets no page
	// size of its own.
	Waiter bool
	// NoPaginate is set by the global option --no-paginate.
	NoPaginate bool
}

// An Input is the result of [Parse].
type Input struct {
	// Document is the input of the operation. It is valid if Help is not set and Skeleton is
	// neither "input" nor "yaml-input". Its values have the types that package model defines: a
	// blob is a string in base64, a timestamp is a string in RFC 3339.
	Document *document.Object

	// Paginate reports whether to fetch all pages. It is true if the operation has pages and the
	// command line does not ask for a particular page.
	Paginate bool

	Paging Paging

	// Skeleton is the value of --generate-cli-skeleton: "input", "yaml-input" or "output". If
	// Skeleton is "", the caller calls the operation.
	Skeleton string

	Help bool // the command line has the word "help"

	// Outfile is the file for the member of the output that Operation.OutputStream returns. It is "" if
	// there is no such member.
	Outfile string

	Saves []Save // the values of the output that go to further files

	Warnings []string // lines for stderr
}

// A Save is a value of the output that goes to a file. The file is private to the user.
type Save struct {
	File   string
	Path   []string   // the names of members down to the value
	Blob   bool       // the value is in base64, and the file has the bytes
	Remove [][]string // the values to remove from the output
}

// Paging holds the paging options, which replace the operation's own paging members. Its fields
// are set only if Paginate is set. nil and "" mean that the command line does not have the
// option.
type Paging struct {
	MaxItems, PageSize *int64
	StartingToken      string
}

// Parse reads the arguments after the service and the operation, without global options.
// The error is a [*UsageError] or a [*ValueError].
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
		return nil, &UsageError{Message: "Unknown options: " + strings.Join(w.unknown, ", "), Usage: true, Unknown: w.unknown}
	}
	in := &Input{Document: new(document.Object), Paginate: paginated(op) && !p.o.NoPaginate}
	if err := p.fill(in, t, w); err != nil {
		return nil, err
	}
	return in, nil
}

// A parser reads the values of one command line.
type parser struct {
	op *model.Operation
	o  Options

	files map[string][]byte // the content of the files that the parser has read, by name

	// ordered holds the objects that the parser read from the JSON of a parameter. The AWS CLI
	// uses OrderedDicts for these objects, and one of its messages shows that type.
	ordered map[*document.Object]bool

	noToken bool // the starting token is empty
}

func (p *parser) fill(input *Input, t *table, w *words) error {
	for _, check := range t.checks {
		if err := check(w); err != nil {
			return err
		}
	}
	if err := t.settlePaging(input, w, p.o.NoPaginate); err != nil {
		return err
	}
	pages := false // pagingConfig was added to the document
	for _, opt := range t.options {
		v, given := w.values[opt.dest]
		if !given && !opt.always || opt.negative {
			continue
		}
		if opt.page != noPage {
			if err := p.setPaging(input, opt, v); err != nil {
				return err
			}
			if !pages {
				pages = true
				input.Document.Set(pagingConfig, new(document.Object))
			}
			continue
		}
		if opt.set != nil {
			if err := opt.set(p, input, opt, v); err != nil {
				return err
			}
			continue
		}
		if opt.member == nil {
			// The value is used later. If the value names a file that does not exist, fail now.
			if _, err := p.load(opt, v.words[0]); err != nil {
				return err
			}
			continue
		}
		value, err := p.value(opt, v)
		if err != nil {
			return err
		}
		input.Document.Set(opt.member.Name, value)
	}
	if err := p.wholeInput(input, w); err != nil {
		return err
	}
	if input.Paginate && slices.ContainsFunc(pagingMembers(p.op), func(name string) bool { return has(input.Document, name) }) {
		input.Paginate = false
	}
	if input.Paginate {
		input.Document.Delete(pagingConfig)
	}
	p.limitPages(input)
	if v, ok := w.values["generate_cli_skeleton"]; ok {
		input.Skeleton = v.words[0]
		if input.Skeleton != "output" {
			return nil
		}
	}
	return p.finish(input, t.before)
}

// finish decodes blobs, calls the functions in before, validates the document and normalizes its
// values.
func (p *parser) finish(input *Input, before []func(*document.Object) error) error {
	if p.op.Input == nil {
		return nil
	}
	d, err := p.decodeBlobs(input.Document, p.op.Input.Shape)
	if err != nil {
		return err
	}
	input.Document = d.(*document.Object) // decodeBlobs keeps the type
	for _, change := range before {
		if err := change(input.Document); err != nil {
			return err
		}
	}
	if p.o.Service == "s3api" {
		if err := checkBucket(input.Document); err != nil {
			return err
		}
	}
	if err := p.validate(p.firstPage(input)); err != nil {
		return err
	}
	input.Document, _ = normalize(input.Document, p.op.Input.Shape).(*document.Object)
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

	// Usage reports whether the AWS CLI prints its usage before the message.
	Usage bool

	// Unknown holds the unknown options and the words that belong to no option.
	Unknown []string

	// Elsewhere reports whether the command line has an option that only the AWS CLI has.
	Elsewhere bool
}

func (e *UsageError) Error() string { return e.Message }

// A ValueError reports a value for which the AWS CLI prints a message of Python and exits with
// 255.
type ValueError struct{ Message string }

func (e *ValueError) Error() string { return e.Message }

// badParameter returns the error for a mistake in the value of one option. name includes the
// dashes.
func badParameter(name, text string) error {
	return &UsageError{Message: "Error parsing parameter '" + name + "': " + text}
}

func badOption(name, text string) error {
	return &UsageError{Message: "argument " + name + ": " + text, Usage: true}
}
