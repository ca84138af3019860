package awscli

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// globalWidth returns how many of the arguments the global flag at their beginning
// takes up; 0 if it is none.
func globalWidth(flags *pflag.FlagSet, args []string) int {
	long, ok := strings.CutPrefix(args[0], "--")
	if !ok {
		return 0
	}
	name, _, hasValue := strings.Cut(long, "=")
	switch f := flags.Lookup(name); {
	case f == nil:
		return 0
	case f.NoOptDefVal == "" && !hasValue && len(args) > 1:
		return 2
	}
	return 1
}

// SplitGlobals takes the global flags out of a command line, as the AWS CLI does
// wherever they stand. What follows "--" is left alone.
func SplitGlobals(flags *pflag.FlagSet, args []string) (globals [][]string, rest []string) {
	for i := 0; i < len(args); {
		if args[i] == "--" {
			return globals, append(rest, args[i:]...)
		}
		width := globalWidth(flags, args[i:])
		if width == 0 {
			rest = append(rest, args[i])
			i++
			continue
		}
		globals = append(globals, args[i:i+width])
		i += width
	}
	return globals, rest
}

// ReadGlobals sets the global flags from a line that the parser of flags has not
// seen. What is wrong with one is for the program to say that gets the line.
func ReadGlobals(app *command.App, args []string) {
	flags := command.GlobalSet(&app.Flags)
	globals, _ := SplitGlobals(flags, args)
	for _, words := range globals {
		if err := flags.Parse(words); err != nil {
			app.Log.Debug("a global flag that is not understood", "error", err)
		}
	}
}

// CommandWords are the words that name a command: at most two, before any option
// of its own.
func CommandWords(args []string) []string {
	for i, arg := range args {
		if i == 2 || strings.HasPrefix(arg, "-") {
			return args[:i]
		}
	}
	return args
}
