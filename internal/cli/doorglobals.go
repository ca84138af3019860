package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// awsGlobal says whether a flag is one of the AWS CLI's global ones, apart from
// those that are ours too, and whether it takes a value.
func awsGlobal(name string) (known, value bool) {
	switch name {
	case "no-sign-request", "cli-auto-prompt", "no-cli-auto-prompt":
		return true, false
	case "cli-binary-format", "cli-error-format":
		return true, true
	}
	return false, false
}

// globalWidth is how many of the arguments the global flag at their beginning
// takes up; 0 if there is none. ours is false for one that only the AWS CLI has.
func globalWidth(flags *pflag.FlagSet, args []string) (width int, ours bool) {
	long, ok := strings.CutPrefix(args[0], "--")
	if !ok {
		return 0, false
	}
	name, _, hasValue := strings.Cut(long, "=")
	known, value := awsGlobal(name)
	if f := flags.Lookup(name); f != nil {
		known, value, ours = true, f.NoOptDefVal == "", true
	}
	switch {
	case !known:
		return 0, false
	case value && !hasValue && len(args) > 1:
		return 2, ours
	}
	return 1, ours
}

// splitGlobals takes the global flags out of a command line, as the AWS CLI does
// wherever they stand. What follows "--" is left alone.
func splitGlobals(flags *pflag.FlagSet, args []string) (globals [][]string, rest []string) {
	for i := 0; i < len(args); {
		if args[i] == "--" {
			return globals, append(rest, args[i:]...)
		}
		width, _ := globalWidth(flags, args[i:])
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

// readGlobals sets the global flags from a line that the parser of flags has not
// seen. What is wrong with one is for the program to say that gets the line.
func (app *App) readGlobals(args []string) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	app.addGlobalFlags(flags)
	globals, _ := splitGlobals(flags, args)
	for _, words := range globals {
		if err := flags.Parse(words); err != nil {
			app.log.Debug("a global flag that is not understood", "error", err)
		}
	}
}

// commandWords are the words that name a command: at most two, before any option
// of its own.
func commandWords(args []string) []string {
	for i, arg := range args {
		if i == 2 || strings.HasPrefix(arg, "-") {
			return args[:i]
		}
	}
	return args
}
