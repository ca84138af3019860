package command

import (
	"errors"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

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
