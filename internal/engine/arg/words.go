// Splitting of a command line into options, their values and other words, like Python's argparse.

package arg

import (
	"slices"
	"strings"
)

// An optionValue holds the value of an option on the command line. If an option occurs twice,
// the optionValue holds the last value.
type optionValue struct {
	words []string
	on    bool // the value of a boolean
}

// words holds the options and other words of a command line.
type words struct {
	values  map[string]*optionValue // by the option's dest
	help    string                  // the only word without an option, such as "help"; may be ""
	unknown []string
}

// read splits the arguments like Python's argparse.
func (t *table) read(args []string) (*words, error) {
	list, err := t.classify(args)
	if err != nil {
		return nil, err
	}
	w := &words{values: make(map[string]*optionValue)}
	helped := false
	for i := 0; i < len(list); {
		if list[i].isOption {
			n, err := t.take(w, list, i)
			if err != nil {
				return nil, err
			}
			i += n
			continue
		}
		// The first words without an option are the output file, if the operation has one, and "help".
		// All further words are unknown.
		if !helped {
			if n := t.arguments(w, list[i:]); n > 0 {
				helped = true
				i += n
				continue
			}
		}
		w.unknown = append(w.unknown, list[i].text)
		i++
	}
	return w, t.missing(w)
}

// arguments reads the arguments without an option from the beginning of the list. It returns the
// number of words that it has read. A "--" directly before or after an argument is ignored.
func (t *table) arguments(w *words, list []word) int {
	i := 0
	next := func() *string {
		for i < len(list) && list[i].dashes {
			i++
		}
		if i == len(list) || list[i].isOption {
			return nil
		}
		text := list[i].text
		for i++; i < len(list) && list[i].dashes; {
			i++
		}
		return &text
	}
	if o := t.byName[outfile]; o != nil {
		file := next()
		if file == nil {
			return 0
		}
		w.values[o.dest] = &optionValue{words: []string{*file}}
	}
	if help := next(); help != nil {
		w.help = *help
	}
	return i
}

// missing returns an error that lists the required options that the command line does not have.
func (t *table) missing(w *words) error {
	var names []string
	for _, o := range t.options {
		if o.required && w.values[o.dest] == nil {
			names = append(names, o.name)
		}
	}
	if names == nil {
		return nil
	}
	return &UsageError{Message: "the following arguments are required: " + strings.Join(names, ", "), Usage: true}
}

// take reads the option at i and its values. It returns the number of words that it has read.
func (t *table) take(w *words, list []word, i int) (int, error) {
	o := list[i].option
	if o == nil {
		w.unknown = append(w.unknown, list[i].text)
		return 1, nil
	}
	var values []string
	n := 1
	if e := list[i].explicit; e != nil {
		if o.arity == none {
			return 0, badOption(o.name, "ignored explicit argument "+repr(*e))
		}
		values = []string{*e}
	} else {
		for n+i < len(list) && !list[i+n].isOption && !list[i+n].dashes && o.arity != none && (o.arity == many || o.arity == some || len(values) == 0) {
			values = append(values, list[i+n].text)
			n++
		}
		if o.arity == one && values == nil {
			return 0, badOption(o.name, "expected one argument")
		}
		if o.arity == some && values == nil {
			return 0, badOption(o.name, "expected at least one argument")
		}
		if o.arity == perhaps && values == nil && o.choices != nil {
			values = o.choices[:1]
		}
	}
	if err := o.check(values); err != nil {
		return 0, err
	}
	w.values[o.dest] = &optionValue{words: values, on: o.arity == none && !o.negative}
	return n, nil
}

// check makes the checks that argparse makes.
func (o *option) check(values []string) error {
	for _, v := range values {
		if o.number == "int" && !isInt(v) {
			return badOption(o.name, "invalid int value: "+repr(v))
		}
		if o.number == "float" && !isFloat(v) {
			return badOption(o.name, "invalid float value: "+repr(v))
		}
		if o.choices != nil && !slices.Contains(o.choices, v) {
			return badOption(o.name, "Found invalid choice '"+v+"'\n")
		}
	}
	return nil
}

// A word is one argument: a known option, an unknown option, or a value.
type word struct {
	text     string
	isOption bool
	option   *option // nil if the option is unknown
	explicit *string // the text after "="
	dashes   bool    // "--": all words after it are values
}

func (t *table) classify(args []string) ([]word, error) {
	list := make([]word, len(args))
	for i, a := range args {
		if a == "--" {
			list[i] = word{text: a, dashes: true}
			for j := i + 1; j < len(args); j++ {
				list[j] = word{text: args[j]}
			}
			break
		}
		w, err := t.word(a)
		if err != nil {
			return nil, err
		}
		if w.option != nil && w.option.elsewhere {
			return nil, &UsageError{Message: w.option.name + " needs the AWS CLI", Elsewhere: true}
		}
		list[i] = w
	}
	return list, nil
}

// word classifies one argument.
func (t *table) word(a string) (word, error) {
	w := word{text: a}
	if len(a) < 2 || a[0] != '-' {
		return w, nil
	}
	if w.option = t.byName[a]; w.option != nil {
		w.isOption = true
		return w, nil
	}
	name, explicit, cut := strings.Cut(a, "=")
	if cut {
		w.explicit = &explicit
	}
	if w.option = t.byName[name]; w.option != nil {
		w.isOption = true
		return w, nil
	}
	if a[1] == '-' {
		switch found := t.begin(name); len(found) {
		case 0:
		case 1:
			w.option, w.isOption = found[0], true
			return w, nil
		default:
			names := make([]string, len(found))
			for i, o := range found {
				names[i] = o.name
			}
			return w, &UsageError{Message: "ambiguous option: " + a + " could match " + strings.Join(names, ", "), Usage: true}
		}
	}
	w.explicit = nil
	w.isOption = !isNegative(a) && !strings.Contains(a, " ")
	return w, nil
}

// begin returns the options that begin with prefix. If only one option begins with it, prefix is
// an abbreviation of that option.
func (t *table) begin(prefix string) []*option {
	var found []*option
	for _, o := range t.options {
		if strings.HasPrefix(o.name, prefix) {
			found = append(found, o)
		}
	}
	return found
}

// isNegative reports whether a looks like a negative number: -5, -.5, -0.5.
func isNegative(a string) bool {
	whole, fraction, point := strings.Cut(a[1:], ".")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	if point {
		return digits(whole) && digits(fraction) && fraction != ""
	}
	return digits(whole) && whole != ""
}
