package output

import (
	"bytes"
	"io"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// tableOf returns what Table prints at this width of the terminal.
func tableOf(t *testing.T, width int, rows [][]string) string {
	t.Helper()
	var out bytes.Buffer
	app := &command.App{Name: "lanyard", IO: command.Streams{Out: &out, Err: io.Discard, Width: width}}
	app.Begin()
	if err := Table(app, rows); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTableUsesTheDisplayWidth(t *testing.T) {
	rows := [][]string{{"PROFILE", "ROLE"}, {"生产环境-admin", "Admin"}, {"büro", "Read"}, {"a\u0300", "Audit"}}
	want := "PROFILE         ROLE\n生产环境-admin  Admin\nbüro            Read\na\u0300               Audit\n"
	for _, width := range []int{0, 21} {
		if got := tableOf(t, width, rows); got != want {
			t.Errorf("width %d:\n%s\nwant:\n%s", width, got, want)
		}
	}
	want = "生产环境-admin\n  role          Admin\n\nbüro\n  role          Read\n\na\u0300\n  role          Audit\n"
	if got := tableOf(t, 20, rows); got != want {
		t.Errorf("too narrow:\n%s\nwant:\n%s", got, want)
	}
}
