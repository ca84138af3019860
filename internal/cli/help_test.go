package cli_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestEveryCommandHasHelp(t *testing.T) {
	const maxShort = 54 // what fits beside the longest name of a subcommand in 80 columns
	for _, cmd := range commands(t, "lanyard") {
		name := cmd.CommandPath()
		if n := len(cmd.Short); n == 0 || n > maxShort {
			t.Errorf("%s: the short text has %d characters, want 1 to %d: %q", name, n, maxShort, cmd.Short)
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short text ends with a full stop: %q", name, cmd.Short)
		}
		if command.IsService(cmd) || !cmd.HasParent() {
			continue // their help has examples of its own
		}
		n := 0
		for line := range strings.Lines(cmd.Example) {
			if strings.HasPrefix(line, "lanyard ") || strings.HasPrefix(line, `eval "$(lanyard `) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s: the help has no example", name)
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
			if len([]rune(strings.TrimRight(line, "\n"))) > 80 {
				t.Errorf("%s: the help has a line of more than 80 characters: %s", name, line)
			}
		}
	}
}

// commands returns the visible commands of the program under a name.
func commands(t *testing.T, name string) []*cobra.Command {
	t.Helper()
	app := &command.App{
		Name: name,
		IO:   command.Streams{In: strings.NewReader(""), Out: new(bytes.Buffer), Err: new(bytes.Buffer)},
		Env:  command.Env{Lookup: os.LookupEnv, Environ: os.Environ},
	}
	app.Begin()
	var all []*cobra.Command
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, sub := range cmd.Commands() {
			if !sub.Hidden {
				walk(sub)
			}
		}
	}
	walk(cli.Tree(app))
	if len(all) < 30 && name == "lanyard" {
		t.Fatalf("only %d commands", len(all))
	}
	return all
}
