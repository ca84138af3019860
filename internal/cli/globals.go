package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// takeGlobals reads the global flags out of the arguments of a command whose own
// flags are not known to the parser of flags, and returns the rest in its order.
// What follows "--" is left alone.
func takeGlobals(cmd *cobra.Command, args []string) ([]string, error) {
	flags := cmd.Root().PersistentFlags()
	var rest []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(rest, args[i:]...), nil
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		f := flags.Lookup(name)
		if !strings.HasPrefix(args[i], "--") || f == nil {
			rest = append(rest, args[i])
			continue
		}
		switch {
		case hasValue:
		case f.NoOptDefVal != "":
			value = f.NoOptDefVal
		case i+1 == len(args) || strings.HasPrefix(args[i+1], "--"):
			return nil, usagef("argument --%s: expected one argument", name)
		default:
			i++
			value = args[i]
		}
		if err := flags.Set(name, value); err != nil {
			return nil, flagError(cmd, err)
		}
	}
	return rest, nil
}

// firstWords returns the words of a command line that name the command: those that
// are neither global flags nor their values, up to the first other flag.
func firstWords(flags *pflag.FlagSet, args []string) []string {
	var words []string
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			words = append(words, args[i])
			continue
		}
		name, _, hasValue := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		f := flags.Lookup(name)
		if f == nil {
			return words
		}
		if !hasValue && f.NoOptDefVal == "" {
			i++
		}
	}
	return words
}
