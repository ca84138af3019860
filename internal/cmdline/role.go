package cmdline

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// Role lists the flags of [command.RoleFlags], for [Uses].
const Role = "account role sso-session assume-role"

// addRole defines the flags in a set. Parsing the set stores their values in r.
func addRole(f *pflag.FlagSet, r *command.RoleFlags) {
	f.StringVar(&r.Account, "account", "", "use the `ACCOUNT` with this id or name instead of a profile, with --role")
	f.StringVar(&r.Name, "role", "", "use this `ROLE` instead of a profile, with --account")
	f.StringVar(&r.Session, "sso-session", "", "use the [sso-session] `NAME` for --account and --role")
	f.StringVar(&r.Assume, "assume-role", "", "assume the role with this `ARN`, with the credentials of the profile")
}

// isRole reports whether a flag belongs to [command.RoleFlags].
func isRole(name string) bool { return slices.Contains(strings.Fields(Role), name) }

// front returns the number of arguments at the start of args that are flags of the set, or values
// of these flags.
func front(flags *pflag.FlagSet, args []string) int {
	n := 0
	for n < len(args) {
		width := globalWidth(flags, args[n:])
		if width == 0 {
			break
		}
		n += width
	}
	return min(n, len(args))
}

// TakeRole sets the [command.RoleFlags] from the arguments after an operation, and returns the other
// arguments. isOption reports whether the operation has an option with this name.
func TakeRole(cmd *cobra.Command, args []string, isOption func(name string) bool) ([]string, error) {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	cmd.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if isRole(f.Name) && !isOption(f.Name) {
			set.AddFlag(f)
		}
	})
	return TakeFlags(cmd, args, set)
}

// TakeFrontRole sets the [command.RoleFlags] from the front of a command line for the AWS CLI. It returns
// the line without these flags, because the AWS CLI does not know them. It returns an error for
// invalid flags.
func TakeFrontRole(app *command.App, args []string) ([]string, error) {
	all := GlobalSet(new(command.Globals))
	role := pflag.NewFlagSet("", pflag.ContinueOnError)
	app.Flags.Role = command.RoleFlags{}
	addRole(role, &app.Flags.Role)
	all.AddFlagSet(role)
	n := front(all, args)
	var rest []string
	for i := 0; i < n; {
		width := globalWidth(all, args[i:n])
		words := args[i : i+width]
		i += width
		if globalWidth(role, words) == 0 {
			rest = append(rest, words...)
			continue
		}
		if err := role.Parse(words); err != nil {
			return nil, command.Usagef("%s", err)
		}
	}
	return append(rest, args[n:]...), nil
}
