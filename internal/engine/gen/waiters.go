// The waiters of a service: which operation to repeat, and until when.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// readWaiters reads the waiters of a service. Not every service has the file.
func readWaiters(dir string) (*document.Object, error) {
	o, err := readMerged(dir, "waiters-2")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return object(o, "waiters"), err
}

// The facts of waiters that package waiter knows.
var (
	waiterKeys   = []string{"description", "operation", "delay", "maxAttempts", "acceptors"}
	acceptorKeys = []string{"state", "matcher", "expected", "argument"}
	matchers     = []string{"path", "pathAll", "pathAny", "status", "error"}
	states       = []string{"success", "failure", "retry"}
)

// waiterLines returns the lines of all waiters, sorted by their name on the command line.
func waiterLines(waiters, operations *document.Object) (string, error) {
	var names []string
	for name := range waiters.All() {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(model.CLIName(a), model.CLIName(b)) })
	var lines strings.Builder
	for _, name := range names {
		text, err := waiterText(name, object(waiters, name), operations)
		if err != nil {
			return "", fmt.Errorf("waiter %s: %w", name, err)
		}
		lines.WriteString(text)
	}
	return lines.String(), nil
}

func waiterText(name string, w, operations *document.Object) (string, error) {
	if err := onlyKeys(w, waiterKeys); err != nil {
		return "", err
	}
	operation := text(w, "operation")
	if object(operations, operation) == nil {
		return "", fmt.Errorf("operation %s: not in the model", operation)
	}
	delay, err := number(w, "delay")
	if err != nil {
		return "", err
	}
	attempts, err := number(w, "maxAttempts")
	if err != nil {
		return "", err
	}
	lines := row("waiter", name, operation, delay, attempts)
	list, _ := w.Get("acceptors")
	for _, a := range objects(list) {
		line, err := acceptorLine(a)
		if err != nil {
			return "", err
		}
		lines += line
	}
	return lines, nil
}

// acceptorLine returns the line of a condition. It checks everything, because package waiter must
// not meet a condition that it does not know.
func acceptorLine(a *document.Object) (string, error) {
	if err := onlyKeys(a, acceptorKeys); err != nil {
		return "", err
	}
	state, matcher, argument := text(a, "state"), text(a, "matcher"), text(a, "argument")
	if !slices.Contains(states, state) || !slices.Contains(matchers, matcher) {
		return "", fmt.Errorf("unknown state %q or matcher %q", state, matcher)
	}
	if strings.HasPrefix(matcher, "path") {
		if _, err := jmespath.Compile(argument); err != nil {
			return "", err
		}
	}
	v, _ := a.Get("expected")
	switch v.(type) {
	case string, bool, int64:
	default:
		return "", fmt.Errorf("expected value of type %T", v)
	}
	expected, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(argument, "\t\n") {
		return "", fmt.Errorf("the expression %q contains a separator", argument)
	}
	return row("", state, matcher, string(expected), argument), nil
}

func onlyKeys(o *document.Object, known []string) error {
	for key := range o.All() {
		if !slices.Contains(known, key) {
			return fmt.Errorf("unknown part %s", key)
		}
	}
	return nil
}

// number returns a member that is a positive integer.
func number(o *document.Object, name string) (string, error) {
	v, _ := o.Get(name)
	n, ok := v.(int64)
	if !ok || n <= 0 {
		return "", fmt.Errorf("%s is %v", name, v)
	}
	return strconv.FormatInt(n, 10), nil
}
