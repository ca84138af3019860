package command

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TakeGlobals reads the global flags out of the arguments of a command whose own
// flags are not known to the parser of flags, and returns the rest in its order.
// What follows "--" is left alone.
func TakeGlobals(cmd *cobra.Command, args []string) ([]string, error) {
	return TakeFlags(cmd, args, cmd.Root().PersistentFlags())
}

// TakeFlags is TakeGlobals for the flags of several sets.
func TakeFlags(cmd *cobra.Command, args []string, sets ...*pflag.FlagSet) ([]string, error) {
	var rest []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(rest, args[i:]...), nil
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		set, f := lookUp(name, sets)
		if !strings.HasPrefix(args[i], "--") || f == nil {
			rest = append(rest, args[i])
			continue
		}
		switch {
		case hasValue:
		case f.NoOptDefVal != "":
			value = f.NoOptDefVal
		case i+1 == len(args) || strings.HasPrefix(args[i+1], "--"):
			return nil, Usagef("argument --%s: expected one argument", name)
		default:
			i++
			value = args[i]
		}
		if err := set.Set(name, value); err != nil {
			return nil, FlagError(cmd, err)
		}
	}
	return rest, nil
}

func lookUp(name string, sets []*pflag.FlagSet) (*pflag.FlagSet, *pflag.Flag) {
	for _, set := range sets {
		if f := set.Lookup(name); f != nil {
			return set, f
		}
	}
	return nil, nil
}

// negative is what the AWS CLI takes for a value although it begins with a dash. It
// does so with whatever has a space in it, too.
var negative = regexp.MustCompile(`^-\d+$|^-\d*\.\d+$`)

// TakeValues is TakeFlags for a command whose arguments may be negative numbers.
// It refuses flags that are not known; [pflag.ErrHelp] asks for help.
func TakeValues(cmd *cobra.Command, args []string) ([]string, error) {
	rest, err := TakeFlags(cmd, args, cmd.Root().PersistentFlags(), cmd.Flags())
	if err != nil {
		return nil, err
	}
	if help := cmd.Flags().Lookup("help"); help != nil && help.Changed {
		return nil, pflag.ErrHelp
	}
	var values []string
	for i, arg := range rest {
		switch {
		case arg == "--":
			return append(values, rest[i+1:]...), nil
		case arg == "-h":
			return nil, pflag.ErrHelp
		case strings.HasPrefix(arg, "-") && arg != "-" && !strings.Contains(arg, " ") && !negative.MatchString(arg):
			return nil, WithHint(Usagef("Unknown options: %s", arg), "a value that begins with a dash goes behind --: %s -- KEY VALUE", cmd.CommandPath())
		}
		values = append(values, arg)
	}
	return values, nil
}
