package command

import (
	"errors"
	"fmt"
)

// The exit codes are the same as in the AWS CLI v2.
const (
	ExitCommand     = 1   // a negative answer, such as "configure get" of a missing key
	ExitInterrupted = 130 // Ctrl-C
	exitUsage       = 252 // invalid command line
	exitConfig      = 253 // invalid configuration
	exitService     = 254 // a service refused the request
	ExitOther       = 255 // any other error
)

// A codedError chooses the exit code of the command that returns it. If ExitStatus returns 0,
// the wrapped errors choose the exit code. Errors of any package can have this method. The
// method is named ExitStatus, because *exec.ExitError already has ExitCode for a child's
// code. Errors can also have these methods:
//
//	NextStep() string                // a hint: what the user should type next
//	ErrorName() string               // the text begins with "An error occurred (NAME): "
//	Answer() (code, message string)  // the error code and message of a service
//	Members() iter.Seq2[string, any] // further members of the service's answer
//	NotSetUp() bool                  // the user may have no profile yet
type codedError interface {
	error
	ExitStatus() int
}

// A UsageError reports an invalid command line.
type UsageError struct{ Msg string }

func (e *UsageError) Error() string     { return e.Msg }
func (e *UsageError) ExitStatus() int   { return exitUsage }
func (e *UsageError) ErrorName() string { return "ParamValidation" }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// A ConfigError reports an invalid configuration. Code is the AWS CLI's name of the error,
// usually "Configuration".
type ConfigError struct{ Code, Msg string }

func (e *ConfigError) Error() string {
	return fmt.Sprintf("An error occurred (%s): %s", e.Code, e.Msg)
}
func (e *ConfigError) ExitStatus() int { return exitConfig }

// A CommandError reports the negative answer that the help of a command describes, with
// exit code 1.
type CommandError struct{ Msg string }

// Failuref returns a CommandError.
func Failuref(format string, args ...any) error { return &CommandError{fmt.Sprintf(format, args...)} }

func (e *CommandError) Error() string   { return e.Msg }
func (e *CommandError) ExitStatus() int { return ExitCommand }

// An OutputError reports that the result could not be written to stdout.
type OutputError struct{ Err error }

func (e *OutputError) Error() string {
	return "the result could not be written to stdout: " + e.Err.Error()
}
func (e *OutputError) Unwrap() error { return e.Err }

// An ExitError ends a command with an exit code and without a message.
type ExitError int

func (e ExitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// ErrInterrupted is the error of a command that the user interrupted.
var ErrInterrupted = errors.New("interrupted")

// ErrComplete ends a command with success although its context has ended. For example, the
// user ends a pager or an agent with an interrupt.
var ErrComplete = errors.New("complete")

// An ElsewhereError reports that only the AWS CLI can run the command line. Package cli then
// hands the line off, if the AWS CLI has the command. If the AWS CLI is not on PATH, the
// command ends with the error Why. If Why is nil, it ends with a general message.
type ElsewhereError struct{ Why error }

func (e *ElsewhereError) Error() string { return "the AWS CLI is needed: " + fmt.Sprint(e.Why) }

// A hintError adds a hint to an error.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string    { return e.err.Error() }
func (e *hintError) Unwrap() error    { return e.err }
func (e *hintError) NextStep() string { return e.hint }

// WithHint adds a hint to an error. The hint says what the user should type next. If err is
// nil, WithHint returns nil.
func WithHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hintError{err, fmt.Sprintf(format, args...)}
}
