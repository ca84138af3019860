package cli

import (
	"errors"
	"fmt"
)

// The exit codes are the AWS CLI v2's.
const (
	exitCommand     = 1   // what a command's own help says
	exitInterrupted = 130 // Ctrl-C
	exitUsage       = 252 // the command line is wrong
	exitConfig      = 253 // the configuration is
	exitService     = 254 // a service said no
	exitOther       = 255 // anything else
)

// A codedError chooses the exit code of the command that returns it. Errors of other
// packages do so too. (The method is not called ExitCode, because an *exec.ExitError has
// that, and means another program.) They may also have the methods
//
//	NextStep() string                // a hint: what the user should type next; "" is none
//	ErrorName() string               // the text begins with "An error occurred (NAME): "
//	Answer() (code, message string)  // a service said so
//	Members() iter.Seq2[string, any] // and said this too
//	NotSetUp() bool                  // there may be no profile yet
type codedError interface {
	error
	ExitStatus() int
}

// A usageError is a command line that cannot be carried out.
type usageError struct{ msg string }

func (e *usageError) Error() string     { return e.msg }
func (e *usageError) ExitStatus() int   { return exitUsage }
func (e *usageError) ErrorName() string { return "ParamValidation" }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// A configError is a configuration that a command cannot work with.
type configError struct{ code, msg string }

func (e *configError) Error() string {
	return fmt.Sprintf("An error occurred (%s): %s", e.code, e.msg)
}
func (e *configError) ExitStatus() int { return exitConfig }

// A commandError is the failure that a command's own help speaks of: exit code 1.
type commandError struct{ msg string }

func (e *commandError) Error() string   { return e.msg }
func (e *commandError) ExitStatus() int { return exitCommand }

// An outputError says that the answer could not be written.
type outputError struct{ err error }

func (e *outputError) Error() string {
	return "the answer could not be written to stdout: " + e.err.Error()
}
func (e *outputError) Unwrap() error { return e.err }

// An exitError ends a command with a code and no word: it has been said, or is
// the answer.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// errInterrupted ends a command that the user interrupted.
var errInterrupted = errors.New("interrupted")

// errComplete ends a command that has done all that it was asked for, even if it was
// interrupted meanwhile: an interrupt is how a pager and the agent end.
var errComplete = errors.New("complete")

// An elsewhereError says that only the AWS CLI can carry out the command line, which
// is handed off to it. why is the error if there is no AWS CLI on PATH; nil if lanyard
// has nothing more to say.
type elsewhereError struct{ why error }

func (e *elsewhereError) Error() string { return "the AWS CLI is needed: " + fmt.Sprint(e.why) }

// A hintError carries what the user should type next.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string    { return e.err.Error() }
func (e *hintError) Unwrap() error    { return e.err }
func (e *hintError) NextStep() string { return e.hint }

func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hintError{err, fmt.Sprintf(format, args...)}
}
