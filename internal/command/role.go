package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// RoleFlags holds the flags that name a role on the command line. The AWS CLI does not have these
// flags, and some AWS operations have options with the same names. These places are allowed:
//
//   - in a command of lanyard: anywhere
//   - in a built-in operation: before the operation. Also after the operation, unless the operation
//     has an option with this name
//   - in a command that lanyard hands off: before the name of the service
type RoleFlags struct {
	Account, Name string // --account and --role; both are set, or both are ""
	Session       string // --sso-session, with Account and Name
	Assume        string // the ARN of a role to assume with the credentials of the profile or role
}

// Role lists the flags of [RoleFlags], for [Uses].
const Role = "account role sso-session assume-role"

// add defines the flags in a set.
func (r *RoleFlags) add(f *pflag.FlagSet) {
	f.StringVar(&r.Account, "account", "", "use the `ACCOUNT` with this id or name instead of a profile, with --role")
	f.StringVar(&r.Name, "role", "", "use this `ROLE` instead of a profile, with --account")
	f.StringVar(&r.Session, "sso-session", "", "use the [sso-session] `NAME` for --account and --role")
	f.StringVar(&r.Assume, "assume-role", "", "assume the role with this `ARN`, with the credentials of the profile")
}

// Given reports whether one of the flags is set.
func (r RoleFlags) Given() bool { return r != RoleFlags{} }

// String returns a short text for the role without a profile, such as "111122223333/Admin".
func (r RoleFlags) String() string { return r.Account + "/" + r.Name }

// Check returns an error if the flags contradict each other or the profile of the command line.
// profile may be "".
func (r RoleFlags) Check(profile string) error {
	const example = "for example: --account 111122223333 --role ReadOnlyAccess"
	switch {
	case r.Name == "" && r.Account != "":
		return WithHint(Usagef("--account needs --role"), example)
	case r.Name != "" && r.Account == "":
		return WithHint(Usagef("--role needs --account"), example)
	case r.Name == "" && r.Session != "":
		return WithHint(Usagef("--sso-session needs --account and --role"), example)
	case r.Name != "" && profile != "":
		return WithHint(Usagef("a profile cannot be used with --account and --role"), "remove the profile, or remove --account and --role")
	}
	return nil
}

// isRole reports whether a flag belongs to [RoleFlags].
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

// TakeRole sets the [RoleFlags] from the arguments after an operation, and returns the other
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

// TakeFrontRole sets the [RoleFlags] from the front of a command line for the AWS CLI. It returns
// the line without these flags, because the AWS CLI does not know them. It returns an error for
// invalid flags.
func (app *App) TakeFrontRole(args []string) ([]string, error) {
	all := GlobalSet(new(Globals))
	role := pflag.NewFlagSet("", pflag.ContinueOnError)
	app.Flags.Role = RoleFlags{}
	app.Flags.Role.add(role)
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
			return nil, Usagef("%s", err)
		}
	}
	return append(rest, args[n:]...), nil
}
