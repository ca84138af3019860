package command_test

import (
	"io"
	"iter"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// A serviceError is an error reply of a service with further members.
type serviceError struct {
	members *document.Object
	first   bool
}

func (e *serviceError) Error() string {
	return "An error occurred (Conflict) when calling the Put operation: busy"
}
func (e *serviceError) ExitStatus() int                { return 254 }
func (e *serviceError) Answer() (code, message string) { return "Conflict", "busy" }
func (e *serviceError) Members() iter.Seq2[string, any] {
	return e.members.All()
}
func (e *serviceError) MessageFirst() bool { return e.first }

func newServiceError(first bool) *serviceError {
	tags, many := new(document.Object), new(document.Object)
	tags.Set("a", int64(1))
	tags.Set("b", true)
	members := new(document.Object)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		many.Set(name, nil)
	}
	members.Set("message", "busy")
	members.Set("resource", "x")
	members.Set("owners", []any{"me", 1.5, nil})
	members.Set("tags", tags)
	members.Set("many", many)
	members.Set("nested", []any{tags})
	return &serviceError{members, first}
}

func TestErrorDetails(t *testing.T) {
	write := func(w io.Writer, format, _ string, v any) error {
		_, err := w.Write(append([]byte(format+" "), pytext.AppendJSON(nil, v)...))
		return err
	}
	rest := `"message":"busy","resource":"x","owners":["me",1.5,null],"tags":{"a":1,"b":true},"many":{"a":null,"b":null,"c":null,"d":null,"e":null},"nested":[{"a":1,"b":true}]}`
	for _, tt := range []struct {
		format string
		first  bool
		want   string
	}{
		{"enhanced", false, `lanyard: An error occurred (Conflict) when calling the Put operation: busy

Additional error details:
resource: x
owners: [me, 1.5, None]
tags: {a: 1, b: True}
many: <complex value>
nested: <complex value>
Use "--cli-error-format json" or another error format to see the full details.
`},
		{"legacy", false, "lanyard: An error occurred (Conflict) when calling the Put operation: busy\n"},
		{"json", false, `json {"Code":"Conflict","Message":"busy",` + rest},
		{"json", true, `json {"Message":"busy","Code":"Conflict",` + rest},
	} {
		app, stderr := newApp()
		app.Flags.ErrorFormat = tt.format
		if code := app.Report(newServiceError(tt.first), write); code != 254 {
			t.Errorf("%s: exit code %d, want 254", tt.format, code)
		}
		if got := stderr.String(); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.format, got, tt.want)
		}
	}
}
