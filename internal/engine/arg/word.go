package arg

import "strings"

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
