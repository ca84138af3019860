package model

import (
	"strconv"
	"strings"
)

// WaitCommand is the command of a service whose first argument is a waiter.
const WaitCommand = "wait"

// A Waiter repeats an operation until the replies show a state.
type Waiter struct {
	Name, CLIName string // "InstanceRunning", "instance-running"
	Operation     string // the operation's name on the command line: "describe-instances"
	Delay         int    // the pause between two calls, in seconds
	MaxAttempts   int    // the number of calls after which the waiter gives up
	Acceptors     []Acceptor
}

// An Acceptor is a condition of a waiter. The first condition that is true for a reply decides.
type Acceptor struct {
	State   string // "success", "failure" or "retry"
	Matcher string // "path", "pathAll", "pathAny", "status" or "error"

	// Expected is the value to compare with: a string, a bool or an int64. The matchers of paths
	// compare the result of the expression, status the HTTP status, and error the error code. For
	// error, true means any error, and false no error.
	Expected any
	Argument string // the JMESPath expression of the matchers of paths
}

// HasWaiters reports whether the service has waiters.
func (s *Service) HasWaiters() bool { return s.waiters != "" }

// Waiters returns the waiters of the service, sorted by their name on the command line. The
// operation of a waiter may be missing from the table; see [Service.Without].
func (s *Service) Waiters() []Waiter {
	if s.waiters == "" {
		return nil
	}
	n := numbers(s.waiters)[0]
	s.blocks.mu.Lock()
	defer s.blocks.mu.Unlock()
	if n >= len(s.blocks.spans) {
		return nil // impossible: a test reads all waiters
	}
	text, err := s.blocks.inflate(s.blocks.spans[n])
	if err != nil {
		return nil // impossible: a test reads all waiters
	}
	var list []Waiter
	for text != "" {
		var lines string
		lines, text = cutEntry(text)
		list = append(list, waiter(lines))
	}
	return list
}

// Waiter returns a waiter by its name on the command line, such as "instance-running".
func (s *Service) Waiter(cliName string) (Waiter, bool) {
	for _, w := range s.Waiters() {
		if w.CLIName == cliName {
			return w, true
		}
	}
	return Waiter{}, false
}

func waiter(lines string) Waiter {
	head, parts := cutHead(lines)
	w := Waiter{
		Name: head[1], CLIName: CLIName(head[1]), Operation: CLIName(head[2]), Delay: atoi(head[3]), MaxAttempts: atoi(head[4]),
	}
	for _, f := range parts {
		w.Acceptors = append(w.Acceptors, Acceptor{State: f[0], Matcher: f[1], Expected: expected(f[2]), Argument: strings.Join(f[3:], "")})
	}
	return w
}

// expected reads the value of an acceptor: a string, a boolean or an integer in JSON.
func expected(text string) any {
	switch {
	case text == "true" || text == "false":
		return text == "true"
	case text[0] != '"':
		return int64(atoi(text))
	}
	s, _ := strconv.Unquote(text) // the generator writes only strings that Go reads like JSON
	return s
}
