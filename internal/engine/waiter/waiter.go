// Package waiter repeats an operation until the replies show a state, as `aws ec2 wait` does. The
// requests, the conditions and the messages are the same as in the AWS CLI.
package waiter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// An Error reports that the state did not occur: a reply showed a failure, or the waiter gave up. Its
// text is the AWS CLI's.
type Error struct {
	Waiter string // "InstanceRunning"
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("Waiter %s failed: %s", e.Waiter, e.Reason) }

// Wait calls the operation with call until a condition of the waiter decides. It returns nil if the
// condition is a success. call returns the output of the operation, or its error.
//
// The error is an [*Error], an error of a JMESPath expression, or an error of call that is no error
// reply of the service. If ctx ends, Wait returns the error of ctx.
func Wait(ctx context.Context, w model.Waiter, call func(context.Context) (*document.Object, error)) error {
	conditions, err := compile(w)
	if err != nil {
		return err
	}
	matched := false // a condition was true for this reply or an earlier reply
	for attempt := 1; ; attempt++ {
		r, err := replyOf(call(ctx))
		if err != nil {
			return err
		}
		a, found, err := first(conditions, r)
		switch {
		case err != nil:
			return err
		case !found && r.fault != nil:
			return &Error{w.Name, fmt.Sprintf("An error occurred (%s): %s", r.fault.code, r.fault.message)}
		case found && a.State == "success":
			return nil
		case found && a.State == "failure":
			return &Error{w.Name, "Waiter encountered a terminal failure state: " + explain(a)}
		}
		matched = matched || found
		if attempt >= w.MaxAttempts {
			reason := "Max attempts exceeded"
			if matched {
				// If the last reply matches no condition, the AWS CLI names the last condition of the waiter.
				reason += ". Previously accepted state: " + explain(a)
			}
			return &Error{w.Name, reason}
		}
		if err := sleep.For(ctx, time.Duration(w.Delay)*time.Second); err != nil {
			return err
		}
	}
}

// A reply is the result of one call.
type reply struct {
	status int64
	output *document.Object
	fault  *fault // nil if the service replied without an error
}

// A fault is an error of a service.
type fault struct{ code, message string }

// replyOf returns the reply in the result of a call. Other errors than error replies end the wait.
func replyOf(output *document.Object, err error) (reply, error) {
	var refused *call.ServiceError
	if errors.As(err, &refused) {
		return reply{status: int64(refused.Status), fault: &fault{refused.Code, refused.Message}}, nil
	}
	// The client accepts other successful statuses too, but waiters ask only for this status.
	return reply{status: http.StatusOK, output: output, fault: memberFault(output)}, err
}

// memberFault returns the error in the output of a successful call, or nil. The AWS CLI takes a
// member with this name for an error reply (location: GetJob).
func memberFault(output *document.Object) *fault {
	v, _ := output.Get("Error")
	o, _ := v.(*document.Object)
	code, ok := o.Get("Code")
	if !ok {
		return nil
	}
	message, ok := o.Get("Message")
	if !ok {
		message = "Unknown"
	}
	return &fault{pytext.Str(code), pytext.Str(message)}
}

// A condition is an acceptor with its compiled expression.
type condition struct {
	model.Acceptor
	expr *jmespath.Expr // nil unless the matcher needs an expression
}

func compile(w model.Waiter) ([]condition, error) {
	list := make([]condition, len(w.Acceptors))
	for i, a := range w.Acceptors {
		list[i].Acceptor = a
		switch a.Matcher {
		case "path", "pathAll", "pathAny":
			expr, err := jmespath.Compile(a.Argument)
			if err != nil {
				return nil, err
			}
			list[i].expr = expr
		case "status", "error":
		default:
			return nil, fmt.Errorf("waiter %s: unknown matcher %q", w.Name, a.Matcher)
		}
	}
	return list, nil
}

// first returns the first condition that is true for a reply. If no condition is true, it returns
// the last condition, and found is false.
func first(list []condition, r reply) (a model.Acceptor, found bool, err error) {
	for _, c := range list {
		a = c.Acceptor
		ok, err := c.matches(r)
		if err != nil || ok {
			return a, ok, err
		}
	}
	return a, false, nil
}

// matches reports whether the condition is true for a reply.
func (c condition) matches(r reply) (bool, error) {
	switch c.Matcher {
	case "status":
		return r.status == c.Expected, nil
	case "error":
		switch want := c.Expected.(type) {
		case bool:
			return want == (r.fault != nil), nil
		default:
			return r.fault != nil && r.fault.code == want, nil
		}
	}
	if r.fault != nil {
		return false, nil
	}
	v, err := c.expr.Search(r.output)
	if err != nil || c.Matcher == "path" {
		return v == c.Expected, err
	}
	list, _ := v.([]any)
	equal := 0
	for _, e := range list {
		if e == c.Expected {
			equal++
		}
	}
	if c.Matcher == "pathAny" {
		return equal > 0, nil
	}
	return equal > 0 && equal == len(list), nil
}

// explain describes a condition in the words of the AWS CLI.
func explain(a model.Acceptor) string {
	want := pytext.Str(a.Expected)
	switch a.Matcher {
	case "path":
		return fmt.Sprintf(`For expression "%s" we matched expected path: "%s"`, a.Argument, want)
	case "pathAll":
		return fmt.Sprintf(`For expression "%s" all members matched expected path: "%s"`, a.Argument, want)
	case "pathAny":
		return fmt.Sprintf(`For expression "%s" we matched expected path: "%s" at least once`, a.Argument, want)
	case "status":
		return "Matched expected HTTP status code: " + want
	}
	return "Matched expected service error code: " + want
}
