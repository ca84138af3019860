// The words of a command line told apart, as Python's argparse does: options,
// their values, and the rest.

package arg

import (
	"slices"
	"strings"
)

// A given is what the command line says of an option; the last time counts.
type given struct {
	words []string
	on    bool // of a boolean
}

// words are the arguments, told apart.
type words struct {
	values  map[string]*given // by the option's dest
	help    string            // the one argument that may stand alone
	unknown []string
}

// read tells options and values apart, as Python's argparse does.
func (t *table) read(args []string) (*words, error) {
	list, err := t.classify(args)
	if err != nil {
		return nil, err
	}
	w := &words{values: make(map[string]*given)}
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
		// The first value without an option can be "help"; further ones are unknown.
		// Dashes just before and after it do not count.
		if !helped {
			helped = true
			for i < len(list) && list[i].dashes {
				i++
			}
			if i < len(list) && !list[i].isOption {
				w.help = list[i].text
				i++
			}
			for i < len(list) && list[i].dashes {
				i++
			}
			continue
		}
		w.unknown = append(w.unknown, list[i].text)
		i++
	}
	return w, t.missing(w)
}

// missing names the options that are required and not given.
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

// take reads the option at i and its values. It returns how many words those were.
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
		for n+i < len(list) && !list[i+n].isOption && !list[i+n].dashes && o.arity != none && (o.arity == many || len(values) == 0) {
			values = append(values, list[i+n].text)
			n++
		}
		if o.arity == one && values == nil {
			return 0, badOption(o.name, "expected one argument")
		}
		if o.arity == perhaps && values == nil {
			values = o.choices[:1]
		}
	}
	if err := o.check(values); err != nil {
		return 0, err
	}
	w.values[o.dest] = &given{words: values, on: o.arity == none && !o.negative}
	return n, nil
}

// check looks at the words as far as argparse does.
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

// A word is one argument: an option, known or not, or a value.
type word struct {
	text     string
	isOption bool
	option   *option // nil if it is not known
	explicit *string // what follows "="
	dashes   bool    // "--": all that follow are values
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
		list[i] = w
	}
	return list, nil
}

// word says what one argument is.
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

// begin returns the options that begin so: an abbreviation of one counts as it.
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
