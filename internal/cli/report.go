package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
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

// A usageError is a command line that cannot be carried out.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// A configError is a configuration that a command cannot work with.
type configError struct{ code, msg string }

func (e *configError) Error() string {
	return fmt.Sprintf("An error occurred (%s): %s", e.code, e.msg)
}

// A commandError is the failure that a command's own help speaks of: exit code 1.
type commandError struct{ msg string }

func (e *commandError) Error() string { return e.msg }

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

// An elsewhereError says that only the AWS CLI can carry out the command line, which
// is handed off to it. why is the error if there is no AWS CLI on PATH; nil if lanyard
// has nothing more to say.
type elsewhereError struct{ why error }

func (e *elsewhereError) Error() string { return "the AWS CLI is needed: " + fmt.Sprint(e.why) }

// errComplete ends a command that has done all that it was asked for, even if it was
// interrupted meanwhile: an interrupt is how a pager and the agent end.
var errComplete = errors.New("complete")

// A hintError carries what the person should type next.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hintError{err, fmt.Sprintf(format, args...)}
}

// report prints err the one way this program prints errors, and chooses the
// exit code.
func (app *App) report(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled) {
		fmt.Fprintln(app.Stderr)
		return exitInterrupted
	}
	var exit exitError
	if errors.As(err, &exit) {
		return int(exit)
	}
	code, text := app.judge(err)
	if app.printFormatted(err, text) {
		return code
	}
	if app.formatOfErrors() == "legacy" {
		text = withoutWrapper(err, text)
	} else {
		text += details(err)
	}
	fmt.Fprintf(app.Stderr, "%s: %s\n", app.Name, strings.TrimRight(printable(text), " "))
	if hint := app.fullHint(err); hint != "" {
		fmt.Fprintf(app.Stderr, "hint: %s\n", strings.ReplaceAll(printable(hint), "\n", "\nhint: "))
	}
	return code
}

// judge returns the exit code and the text of an error.
func (app *App) judge(err error) (code int, text string) {
	var (
		usage   *usageError
		command *commandError
		config  *configError
		prof    *profile.Error
		session *broker.SessionError
		origin  *broker.OriginError
		mixed   *broker.EndpointsError
		shared  *broker.SharedError
		service *idcenter.ServiceError
		op      *call.ServiceError
	)
	text = err.Error()
	switch {
	case errors.As(err, &usage):
		return exitUsage, "An error occurred (ParamValidation): " + text
	case errors.As(err, &command):
		return exitCommand, text
	case errors.As(err, &config):
		return exitConfig, text
	case errors.As(err, &prof):
		if prof.Code == exitConfig {
			text = "An error occurred (Configuration): " + text
		}
		return prof.Code, text
	case errors.As(err, &origin), errors.As(err, &mixed):
		return exitConfig, "An error occurred (Configuration): " + text
	case errors.As(err, &session):
		return exitOther, text
	case errors.As(err, &shared) && shared.Answered, errors.As(err, &service), errors.As(err, &op):
		return exitService, text
	}
	return exitOther, text
}

func hintOf(err error) string {
	var hint *hintError
	if errors.As(err, &hint) {
		return hint.hint
	}
	var prof *profile.Error
	if errors.As(err, &prof) {
		return prof.Hint
	}
	var store *keystore.StoreError
	if errors.As(err, &store) && store.Hint != "" {
		return store.Hint
	}
	var unreadable *keystore.UnreadableError
	if errors.As(err, &unreadable) && errors.Is(err, fs.ErrPermission) && runtime.GOOS != "windows" {
		return "if it should be yours: sudo chown \"$USER\" " + quoteArg(unreadable.Path)
	}
	var op *call.ServiceError
	if errors.As(err, &op) && op.Clock.Wrong() { // which may be why
		return "set the clock of this machine: it is " + op.Clock.String()
	}
	return ""
}

// warn tells the person about something that went wrong and did not stop the
// command.
// Each is given once.
func (app *App) warn(text, hint string) {
	if app.warned[text] {
		return
	}
	if app.warned == nil {
		app.warned = map[string]bool{}
	}
	app.warned[text] = true
	fmt.Fprintf(app.Stderr, "%s: warning: %s\n", app.Name, printable(text))
	if hint != "" {
		fmt.Fprintf(app.Stderr, "hint: %s\n", printable(hint))
	}
}

// printable takes out what would make a terminal do something: texts come from
// servers and from files that others can write.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
