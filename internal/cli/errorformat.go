package cli

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

// validErrorFormat reports whether the AWS CLI has such a format for errors.
func validErrorFormat(s string) bool {
	return slices.Contains([]string{"enhanced", "legacy", "json", "yaml", "text", "table"}, s)
}

// formatOfErrors is the flag's, the environment's, the profile's, or "enhanced".
func (app *App) formatOfErrors() string {
	for _, format := range []string{app.flags.errorFormat, app.getenv("AWS_CLI_ERROR_FORMAT"), app.errorFormat} {
		if validErrorFormat(format) {
			return format
		}
	}
	return "enhanced"
}

// printFormatted prints an error as an object, where such a format is asked for.
func (app *App) printFormatted(err error, text string) bool {
	format := app.formatOfErrors()
	if format == "enhanced" || format == "legacy" {
		return false
	}
	o := new(document.Object)
	code, message := codeOf(err, text)
	o.Set("Code", code)
	o.Set("Message", message)
	return render.New(app.Stderr, render.Options{
		Format: format, Title: "error", Color: app.flags.color == "on", Width: app.Width, Terminal: app.StderrTerminal,
	}).Print(o) == nil
}

// codeOf takes an error apart into its code and the text behind it.
func codeOf(err error, text string) (code, message string) {
	var service *call.ServiceError
	var center *idcenter.ServiceError
	switch {
	case errors.As(err, &service):
		return service.Code, service.Message
	case errors.As(err, &center):
		return center.Code, center.Message
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
func withoutWrapper(err error, text string) string {
	var service *call.ServiceError
	var center *idcenter.ServiceError
	var shared *broker.SharedError
	if errors.As(err, &service) || errors.As(err, &center) || errors.As(err, &shared) && shared.Answered {
		return text
	}
	_, message := codeOf(err, text)
	return message
}

// details are the further members of a service's error, below its text.
func details(err error) string {
	var service *call.ServiceError
	if !errors.As(err, &service) || service.Fields.Len() == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n\nAdditional error details:")
	for name, v := range service.Fields.All() {
		b.WriteString("\n" + name + ": ")
		if s, ok := v.(string); ok {
			b.WriteString(s)
			continue
		}
		var text strings.Builder
		if err := render.New(&text, render.Options{Format: "json"}).Print(v); err == nil {
			b.WriteString(strings.TrimRight(text.String(), "\n"))
		}
	}
	return b.String()
}
