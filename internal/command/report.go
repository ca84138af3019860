package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A renderer prints a value in a format such as "json". Package cli provides it, because this
// package must not import the engine.
type renderer func(w io.Writer, format, title string, v any) error

// Report prints an error to stderr and returns the exit code. Only this function prints
// errors. It uses print for all formats except plain text.
func (app *App) Report(err error, print renderer) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, ErrInterrupted) || errors.Is(err, context.Canceled) {
		fmt.Fprintln(app.IO.Err)
		return ExitInterrupted
	}
	var exit ExitError
	if errors.As(err, &exit) {
		return int(exit)
	}
	code, text := judge(err)
	switch format := app.formatOfErrors(); format {
	case "enhanced":
		text += details(err)
	case "legacy":
		text = withoutWrapper(err, code, text)
	default:
		if app.printFormatted(err, format, text, print) == nil {
			return code
		}
		text += details(err)
	}
	fmt.Fprintf(app.IO.Err, "%s %s\n", app.ErrStyle().Error(app.Name+":"), strings.TrimRight(terminal.Printable(text), " "))
	app.Hint(app.FullHint(err))
	return code
}

// judge returns the exit code and the text of an error.
func judge(err error) (code int, text string) {
	text = err.Error()
	coded := decisive(err)
	if coded == nil {
		return ExitOther, text
	}
	if named, ok := coded.(interface{ ErrorName() string }); ok && named.ErrorName() != "" {
		text = "An error occurred (" + named.ErrorName() + "): " + text
	}
	return coded.ExitStatus(), text
}

// decisive returns the error in the tree of err that determines the exit code, or nil. Of
// several joined errors, it returns the first in this order: command line, the command's
// negative answer, configuration, other errors, service.
func decisive(err error) codedError {
	order := []int{exitUsage, ExitCommand, exitConfig, ExitOther, exitService}
	rank := func(e codedError) int {
		for i, code := range order {
			if e.ExitStatus() == code {
				return i
			}
		}
		return len(order)
	}
	var found codedError
	for err != nil {
		if e, ok := err.(codedError); ok && e.ExitStatus() != 0 { //nolint:errorlint // decisive itself walks the tree
			return e
		}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, inner := range joined.Unwrap() {
				if e := decisive(inner); e != nil && (found == nil || rank(e) < rank(found)) {
					found = e
				}
			}
			return found
		}
		err = errors.Unwrap(err)
	}
	return nil
}

// HintOf returns the hint of an error, or "". It returns the outermost hint. For joined
// errors, it returns the hint of the first error that has a hint.
func HintOf(err error) string {
	if err == nil {
		return ""
	}
	if hinted, ok := err.(interface{ NextStep() string }); ok && hinted.NextStep() != "" {
		return hinted.NextStep()
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, inner := range joined.Unwrap() {
			if hint := HintOf(inner); hint != "" {
				return hint
			}
		}
	}
	return HintOf(errors.Unwrap(err))
}

// FullHint returns the hint of an error. If the error is NotSetUp, the hint ends with
// SetUpHint.
func (app *App) FullHint(err error) string {
	hint := HintOf(err)
	var new interface{ NotSetUp() bool }
	if errors.As(err, &new) && new.NotSetUp() && !strings.Contains(hint, app.SetUpHint()) {
		hint = strings.TrimPrefix(hint+"\n"+app.SetUpHint(), "\n")
	}
	return hint
}

// SetUpHint returns the hint for a user without profiles.
func (app *App) SetUpHint() string { return "to set up a profile, run: " + app.Name + " configure sso" }

// TellSetUp prints SetUpHint after a result that is empty because no profile exists.
func (app *App) TellSetUp() { app.Hint(app.SetUpHint()) }

// Warn prints a warning and its hint to stderr. Warn prints the same text only once.
func (app *App) Warn(text, hint string) {
	if app.talk.warned[text] {
		return
	}
	app.talk.warned[text] = true
	fmt.Fprintf(app.IO.Err, "%s: %s %s\n", app.Name, app.ErrStyle().Warning("warning:"), terminal.Printable(text))
	app.Hint(hint)
}

// Hint prints each line of a hint to stderr. "" means no hint.
func (app *App) Hint(hint string) {
	if hint == "" {
		return
	}
	label := app.ErrStyle().Hint("hint:")
	for line := range strings.SplitSeq(terminal.Printable(hint), "\n") {
		fmt.Fprintf(app.IO.Err, "%s %s\n", label, line)
	}
}

// WarnOf prints an error and its hint as a warning.
func (app *App) WarnOf(err error) {
	_, text := judge(err)
	app.Warn(text, HintOf(err))
}

// ValidErrorFormat reports whether the AWS CLI has this format for errors.
func ValidErrorFormat(s string) bool {
	return slices.Contains([]string{"enhanced", "legacy", "json", "yaml", "text", "table"}, s)
}

// formatOfErrors returns the format from the flag, the environment or the profile. The
// default is "enhanced".
func (app *App) formatOfErrors() string {
	for _, format := range []string{app.Flags.ErrorFormat, app.Env.Get("AWS_CLI_ERROR_FORMAT"), app.talk.errorFormat} {
		if ValidErrorFormat(format) {
			return format
		}
	}
	return "enhanced"
}

// UseErrorFormat sets the format from a profile. It ignores an invalid value.
func (app *App) UseErrorFormat(format string) {
	if ValidErrorFormat(format) {
		app.talk.errorFormat = format
	}
}

// printFormatted prints an error as an object.
func (app *App) printFormatted(err error, format, text string, print renderer) error {
	o := new(document.Object)
	code, message := codeOf(err, text)
	var first interface{ MessageFirst() bool }
	if errors.As(err, &first) && first.MessageFirst() {
		o.Set("Message", message)
	}
	o.Set("Code", code)
	o.Set("Message", message)
	var answered detailedError
	if errors.As(err, &answered) {
		for name, v := range answered.Members() {
			o.Set(name, v)
		}
	}
	return print(app.IO.Err, format, "error", o)
}

// An answeredError is an error reply of a service.
type answeredError interface {
	error
	Answer() (code, message string)
}

// codeOf splits an error into its code and its message.
func codeOf(err error, text string) (code, message string) {
	var answered answeredError
	if errors.As(err, &answered) {
		return answered.Answer()
	}
	if m := wrapped().FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	return "Error", text
}

// wrapped matches the AWS CLI's form of errors. Errors that another process got from a
// service also have this form.
func wrapped() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^An error occurred \(([^)]+)\)(?: when calling the \w+ operation(?: \(reached max retries: \d+\))?)?: (.*)$`)
}

// withoutWrapper returns the text of an error in the legacy format. If the error is not a
// service's reply, it removes the AWS CLI's wrapper.
func withoutWrapper(err error, code int, text string) string {
	var answered answeredError
	if errors.As(err, &answered) || code == exitService {
		return text
	}
	_, message := codeOf(err, text)
	return message
}

// A detailedError is an error reply with further members.
type detailedError interface {
	error
	Members() iter.Seq2[string, any]
}

// details returns the further members of a service's error. Report prints them below the text
// of the error. Like the AWS CLI, it leaves out large values.
func details(err error) string {
	var answered detailedError
	if !errors.As(err, &answered) {
		return ""
	}
	var b strings.Builder
	large := false
	for name, v := range answered.Members() {
		if strings.EqualFold(name, "code") || strings.EqualFold(name, "message") {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("\n\nAdditional error details:")
		}
		text, ok := inline(v)
		if !ok {
			text, large = "<complex value>", true
		}
		b.WriteString("\n" + name + ": " + text)
	}
	if large {
		b.WriteString("\n" + `Use "--cli-error-format json" or another error format to see the full details.`)
	}
	return b.String()
}

// inline returns a value on one line, as Python prints it. ok is false for a value that is too large:
// a nested value, or a value with five or more elements.
func inline(v any) (text string, ok bool) {
	var parts []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			parts = append(parts, pytext.Str(e))
			if !isSimple(e) {
				return "", false
			}
		}
		return "[" + strings.Join(parts, ", ") + "]", len(parts) < 5
	case *document.Object:
		for name, e := range v.All() {
			parts = append(parts, name+": "+pytext.Str(e))
			if !isSimple(e) {
				return "", false
			}
		}
		return "{" + strings.Join(parts, ", ") + "}", len(parts) < 5
	}
	return pytext.Str(v), true
}

// isSimple reports whether a value is neither a list nor an object.
func isSimple(v any) bool {
	switch v.(type) {
	case []any, *document.Object:
		return false
	}
	return true
}
