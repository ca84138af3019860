package command

import (
	"errors"
	"fmt"
)

// The exit codes are the AWS CLI v2's.
const (
	ExitCommand     = 1   // what a command's own help says
	ExitInterrupted = 130 // Ctrl-C
	exitUsage       = 252 // the command line is wrong
	exitConfig      = 253 // the configuration is
	exitService     = 254 // a service said no
	ExitOther       = 255 // anything else
)

// A codedError chooses the exit code of the command that returns it; 0 leaves the choice
// to other errors. Errors of other
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

// A UsageError reports an invalid command line.
type UsageError struct{ Msg string }

func (e *UsageError) Error() string     { return e.Msg }
func (e *UsageError) ExitStatus() int   { return exitUsage }
func (e *UsageError) ErrorName() string { return "ParamValidation" }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// A ConfigError reports a configuration that a command cannot work with. Code is the AWS
// CLI's name for such errors, mostly "Configuration".
type ConfigError struct{ Code, Msg string }

func (e *ConfigError) Error() string {
	return fmt.Sprintf("An error occurred (%s): %s", e.Code, e.Msg)
}
func (e *ConfigError) ExitStatus() int { return exitConfig }

// A CommandError reports the failure that the command's own help describes: exit code 1.
type CommandError struct{ Msg string }

// Failuref returns a CommandError.
func Failuref(format string, args ...any) error { return &CommandError{fmt.Sprintf(format, args...)} }

func (e *CommandError) Error() string   { return e.Msg }
func (e *CommandError) ExitStatus() int { return ExitCommand }

// An OutputError reports that the answer could not be written.
type OutputError struct{ Err error }

func (e *OutputError) Error() string {
	return "the answer could not be written to stdout: " + e.Err.Error()
}
func (e *OutputError) Unwrap() error { return e.Err }

// An ExitError ends a command with an exit code and without a message. The command has
// printed all that there is to say, or the code is the answer.
type ExitError int

func (e ExitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// ErrInterrupted ends a command that the user interrupted.
var ErrInterrupted = errors.New("interrupted")

// ErrComplete ends a command that has done all that it was asked for, even if it was
// interrupted meanwhile: an interrupt is how a pager and the agent end.
var ErrComplete = errors.New("complete")

// An ElsewhereError reports that only the AWS CLI can carry out the command line.
// Package cli then hands the line off to it, if the AWS CLI has the command. Why is the error to return if there is no AWS
// CLI on PATH; nil if lanyard has nothing more to say.
type ElsewhereError struct{ Why error }

func (e *ElsewhereError) Error() string { return "the AWS CLI is needed: " + fmt.Sprint(e.Why) }

// A hintError carries what the user should type next.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string    { return e.err.Error() }
func (e *hintError) Unwrap() error    { return e.err }
func (e *hintError) NextStep() string { return e.hint }

// WithHint adds to an error what the user should type next; nil stays nil.
func WithHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hintError{err, fmt.Sprintf(format, args...)}
}
