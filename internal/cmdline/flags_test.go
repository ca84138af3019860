package cmdline_test

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestSplitGlobals(t *testing.T) {
	for _, c := range []struct {
		args, globals, rest []string
	}{
		{args: []string{"s3", "ls"}, rest: []string{"s3", "ls"}},
		{
			args:    []string{"--profile", "a", "s3", "--region=b", "ls", "--debug", "x"},
			globals: []string{"--profile", "a", "--region=b", "--debug"}, rest: []string{"s3", "ls", "x"},
		},
		{args: []string{"s3", "--", "--profile", "a"}, rest: []string{"s3", "--", "--profile", "a"}},
		{args: []string{"s3", "--profile"}, globals: []string{"--profile"}, rest: []string{"s3"}},
		{args: []string{"--cli-auto-prompt", "s3"}, globals: []string{"--cli-auto-prompt"}, rest: []string{"s3"}},
		{
			args:    []string{"--role", "a", "--account=b", "s3", "--role", "c"},
			globals: []string{"--role", "a", "--account=b"}, rest: []string{"s3", "--role", "c"},
		},
		{args: []string{"-", "", "--x", "y"}, rest: []string{"-", "", "--x", "y"}},
	} {
		globals, rest := cmdline.SplitGlobals(c.args)
		if !slices.Equal(slices.Concat(globals...), c.globals) || !slices.Equal(rest, c.rest) {
			t.Errorf("%q: globals %q, rest %q; want %q, %q", c.args, globals, rest, c.globals, c.rest)
		}
	}
}

func TestReadFlags(t *testing.T) {
	app := &command.App{Log: slog.New(slog.DiscardHandler)}
	app.Flags.Region = "from another line"
	cmdline.ReadFlags(app, []string{"--profile", "a", "codecatalyst", "x", "--cli-read-timeout", "soon", "--profile=b c", "--debug"})
	if app.Flags.Profile != "b c" || !app.Flags.Debug || app.Flags.Region != "" {
		t.Errorf("%+v, want profile \"b c\", debug and no region", app.Flags)
	}
}
