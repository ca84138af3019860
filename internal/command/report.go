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
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A renderer prints a value in a format such as "json". Package cli passes it in: this
// package knows no domain, and so not the engine.
type renderer func(w io.Writer, format, title string, v any) error

// Report prints err the one way this program prints errors, and returns the exit code.
// print prints the formats that are not plain text.
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
		text += details(err, print)
	case "legacy":
		text = withoutWrapper(err, code, text)
	default:
		if app.printFormatted(err, format, text, print) == nil {
			return code
		}
		text += details(err, print)
	}
	fmt.Fprintf(app.IO.Err, "%s %s\n", app.ErrStyle().Error(app.Name+":"), strings.TrimRight(terminal.Printable(text), " "))
	app.printHint(app.FullHint(err))
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

// decisive returns the error in the tree of err that decides about the exit code; nil if
// none does. Of several that are joined, the first in this order counts: the command
// line, the command's own failure, the configuration, the session, a service.
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
		if e, ok := err.(codedError); ok && e.ExitStatus() != 0 { //nolint:errorlint // the tree is walked here
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

// HintOf returns what an error says the user should type next; "" if nothing. The first
// hint from the outside counts; of errors that are joined, that of the first one.
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

// FullHint returns the hint of an error. If the error says that nothing is set up yet,
// the hint ends with the command to begin with.
func (app *App) FullHint(err error) string {
	hint := HintOf(err)
	var new interface{ NotSetUp() bool }
	if errors.As(err, &new) && new.NotSetUp() && !strings.Contains(hint, app.SetUpHint()) {
		hint = strings.TrimPrefix(hint+"\n"+app.SetUpHint(), "\n")
	}
	return hint
}

// SetUpHint tells a user who has nothing configured yet where to begin.
func (app *App) SetUpHint() string { return "to set up a profile, run: " + app.Name + " configure sso" }

// TellSetUp prints this hint below an answer that is empty for want of a profile.
func (app *App) TellSetUp() { app.printHint(app.SetUpHint()) }

// Warn tells the user about something that went wrong and did not stop the command.
// Each warning is given once.
func (app *App) Warn(text, hint string) {
	if app.talk.warned[text] {
		return
	}
	app.talk.warned[text] = true
	fmt.Fprintf(app.IO.Err, "%s: %s %s\n", app.Name, app.ErrStyle().Warning("warning:"), terminal.Printable(text))
	app.printHint(hint)
}

// printHint prints each line of a hint on stderr; "" is no hint.
func (app *App) printHint(hint string) {
	if hint == "" {
		return
	}
	label := app.ErrStyle().Hint("hint:")
	for line := range strings.SplitSeq(terminal.Printable(hint), "\n") {
		fmt.Fprintf(app.IO.Err, "%s %s\n", label, line)
	}
}

// WarnOf is warn for an error, with its hint.
func (app *App) WarnOf(err error) {
	_, text := judge(err)
	app.Warn(text, HintOf(err))
}

// validErrorFormat reports whether the AWS CLI has such a format for errors.
func validErrorFormat(s string) bool {
	return slices.Contains([]string{"enhanced", "legacy", "json", "yaml", "text", "table"}, s)
}

// formatOfErrors is the flag's, the environment's, the profile's, or "enhanced".
func (app *App) formatOfErrors() string {
	for _, format := range []string{app.Flags.errorFormat, app.Env.Get("AWS_CLI_ERROR_FORMAT"), app.talk.errorFormat} {
		if validErrorFormat(format) {
			return format
		}
	}
	return "enhanced"
}

// UseErrorFormat takes the setting of a profile; a value that is no format is ignored.
func (app *App) UseErrorFormat(format string) {
	if validErrorFormat(format) {
		app.talk.errorFormat = format
	}
}

// printFormatted prints an error as an object.
func (app *App) printFormatted(err error, format, text string, print renderer) error {
	o := new(document.Object)
	code, message := codeOf(err, text)
	o.Set("Code", code)
	o.Set("Message", message)
	return print(app.IO.Err, format, "error", o)
}

// An answeredError is what a service answered.
type answeredError interface {
	error
	Answer() (code, message string)
}

// codeOf takes an error apart into its code and the text behind it.
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

// wrapped is the AWS CLI's form of errors, also of those that another process got
// from the service.
func wrapped() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^An error occurred \(([^)]+)\)(?: when calling the \w+ operation(?: \(reached max retries: \d+\))?)?: (.*)$`)
}

// withoutWrapper is the legacy form of an error that is not a service's.
func withoutWrapper(err error, code int, text string) string {
	var answered answeredError
	if errors.As(err, &answered) || code == exitService {
		return text
	}
	_, message := codeOf(err, text)
	return message
}

// details are the further members of a service's error, below its text.
func details(err error, print renderer) string {
	var answered interface {
		error
		Members() iter.Seq2[string, any]
	}
	if !errors.As(err, &answered) {
		return ""
	}
	var b strings.Builder
	for name, v := range answered.Members() {
		if b.Len() == 0 {
			b.WriteString("\n\nAdditional error details:")
		}
		b.WriteString("\n" + name + ": ")
		if s, ok := v.(string); ok {
			b.WriteString(s)
			continue
		}
		var text strings.Builder
		if err := print(&text, "json", "", v); err == nil {
			b.WriteString(strings.TrimRight(text.String(), "\n"))
		}
	}
	return b.String()
}
