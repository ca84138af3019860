package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A leftOut holds the operations that the generator leaves out although the models allow them.
// The keys are the names of services and operations, such as "ec2 CopySnapshot". An operation "*"
// means all operations of the service.
type leftOut struct {
	reasons map[string]reason
	used    map[string]bool
	rules   []optionRule // the changes of options
}

// readLists reads the lists of operations to leave out. In each list, a line has a service, an
// operation and a reason:
//
//   - words.txt has the operations whose options in the AWS CLI are not those of the model. The
//     generator writes it.
//   - wire.txt has the operations whose requests or outputs the AWS CLI changes in code.
//
// It also reads the rules in options.txt.
func readLists(dir string) (leftOut, error) {
	rules, err := readOptionRules(dir)
	if err != nil {
		return leftOut{}, err
	}
	left := leftOut{make(map[string]reason), make(map[string]bool), rules}
	for _, name := range leftNames {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return left, err
		}
		for line := range strings.Lines(string(b)) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
			switch f := strings.Fields(line); len(f) {
			case 0:
			case 3:
				left.reasons[f[0]+" "+f[1]] = cmp.Or(left.reasons[f[0]+" "+f[1]], reason(f[2]))
			default:
				return left, fmt.Errorf("%s: %q: want a service, an operation and a reason", name, line)
			}
		}
	}
	return left, nil
}

// leftNames has the names of the lists of operations to leave out.
var leftNames = []string{"words.txt", "wire.txt"}

// listNames has the names of all lists.
var listNames = append(slices.Clone(leftNames), optionsName)

// apply removes operations from a table.
func (l leftOut) apply(service string, t *table) {
	t.operations = slices.DeleteFunc(t.operations, func(o operationText) bool {
		bare, _ := model.SplitName(o.name)
		for _, name := range []string{service + " " + bare, service + " *"} {
			if r, ok := l.reasons[name]; ok {
				t.without[bare], l.used[name] = r, true
				return true
			}
		}
		return false
	})
	for name := range t.without {
		bare, _ := model.SplitName(name)
		l.used[service+" "+bare] = true
	}
}

// unused returns an error for a line that names no operation of the models, or a rule that changes no
// command.
func (l leftOut) unused() error {
	for name := range l.reasons {
		if !l.used[name] && !strings.HasSuffix(name, " *") {
			return fmt.Errorf("%s: not an operation in the models", name)
		}
	}
	return unusedRules(l.rules)
}
