package command_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// A domainError is an error of another package.
type domainError struct {
	status     int
	name, hint string
	inner      error
	notSetUp   bool
}

func (e *domainError) Error() string     { return "domain" }
func (e *domainError) ExitStatus() int   { return e.status }
func (e *domainError) ErrorName() string { return e.name }
func (e *domainError) NextStep() string  { return e.hint }
func (e *domainError) NotSetUp() bool    { return e.notSetUp }
func (e *domainError) Unwrap() error     { return e.inner }

func TestReport(t *testing.T) {
	service := &domainError{status: 254, hint: "service hint"}
	for name, tt := range map[string]struct {
		err  error
		code int
		text string
	}{
		"any error":              {errors.New("broken"), 255, "lanyard: broken\n"},
		"usage":                  {command.Usagef("no"), 252, "lanyard: An error occurred (ParamValidation): no\n"},
		"usage, wrapped":         {fmt.Errorf("a: %w", command.Usagef("no")), 252, "lanyard: An error occurred (ParamValidation): a: no\n"},
		"configuration":          {&command.ConfigError{Code: "NoRegion", Msg: "no"}, 253, "lanyard: An error occurred (NoRegion): no\n"},
		"failure":                {command.Failuref("no"), 1, "lanyard: no\n"},
		"code alone":             {command.ExitError(7), 7, ""},
		"interrupted":            {fmt.Errorf("a: %w", command.ErrInterrupted), 130, "\n"},
		"domain":                 {service, 254, "lanyard: domain\nhint: service hint\n"},
		"domain with a name":     {&domainError{status: 253, name: "Configuration"}, 253, "lanyard: An error occurred (Configuration): domain\n"},
		"the outer error counts": {&domainError{status: 255, inner: service}, 255, "lanyard: domain\nhint: service hint\n"},
		"the outer hint counts":  {command.WithHint(service, "do %s", "this"), 254, "lanyard: domain\nhint: do this\n"},
		"two hints":              {command.WithHint(errors.New("no"), "a\nb"), 255, "lanyard: no\nhint: a\nhint: b\n"},
		"a failure and a service's error": {
			errors.Join(service, command.Failuref("no")), 1, "lanyard: domain\nno\nhint: service hint\n",
		},
		"the hint of the second of two": {
			errors.Join(&domainError{status: 255}, command.WithHint(errors.New("no"), "do this")), 255, "lanyard: domain\nno\nhint: do this\n",
		},
		"the outer of two hints": {
			&domainError{status: 255, hint: "outer", inner: command.WithHint(errors.New("no"), "inner")}, 255, "lanyard: domain\nhint: outer\n",
		},
		"nothing set up": {
			&domainError{status: 255, hint: "first", notSetUp: true}, 255, "lanyard: domain\nhint: first\nhint: to set up a profile, run: lanyard configure sso\n",
		},
		"control characters": {errors.New("a\x1b[31mb"), 255, "lanyard: a\ufffd[31mb\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, text := report(tt.err)
			if code != tt.code || text != tt.text {
				t.Errorf("exit code %d, want %d\ngot  %q\nwant %q", code, tt.code, text, tt.text)
			}
		})
	}
}

// *exec.ExitError has a method ExitCode, which must not become our exit code.
func TestReportIgnoresExitCodesOfOtherPrograms(t *testing.T) {
	err := exec.Command(os.Args[0], "-no-such-flag").Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code, text := report(fmt.Errorf("it failed: %w", err)); code != 255 {
		t.Errorf("exit code %d: %s; want 255", code, text)
	}
}

func TestWarningsArePrintedOnce(t *testing.T) {
	app, errs := newApp()
	app.Warn("a", "do this")
	app.WithProfile("other").Warn("a", "do this")
	app.Warn("b", "two\nlines")
	if want := "lanyard: warning: a\nhint: do this\nlanyard: warning: b\nhint: two\nhint: lines\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs, want)
	}
}

func newApp() (app *command.App, errs *bytes.Buffer) {
	errs = new(bytes.Buffer)
	app = &command.App{
		Name: "lanyard", IO: command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: errs},
		Env: command.Env{Lookup: func(string) (string, bool) { return "", false }},
	}
	app.Begin()
	return app, errs
}

func report(err error) (code int, text string) {
	app, errs := newApp()
	code = app.Report(err, func(io.Writer, string, string, any) error { return nil })
	return code, errs.String()
}

func TestLabelsAreColouredOnATerminal(t *testing.T) {
	err := command.WithHint(errors.New("a\nb"), "do \x1b[5mthis\nand that")
	for _, tt := range []struct {
		name     string
		terminal bool
		want     string
	}{
		{"pipe", false, "lanyard: warning: odd\nhint: look\nlanyard: a\nb\nhint: do \ufffd[5mthis\nhint: and that\n"},
		{"terminal", true, "lanyard: \x1b[1;33mwarning:\x1b[m odd\n\x1b[1;36mhint:\x1b[m look\n" +
			"\x1b[1;31mlanyard:\x1b[m a\nb\n\x1b[1;36mhint:\x1b[m do \ufffd[5mthis\n\x1b[1;36mhint:\x1b[m and that\n"},
	} {
		var out bytes.Buffer
		app := &command.App{Name: "lanyard", IO: command.Streams{Out: io.Discard, Err: &out, ErrTerminal: tt.terminal}}
		app.Env.Lookup = func(name string) (string, bool) { return map[string]string{"TERM": "xterm"}[name], name == "TERM" }
		app.Begin()
		app.Warn("odd", "look")
		app.Report(err, nil)
		if out.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, &out, tt.want)
		}
	}
}
