package command

import (
	"time"

	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Globals holds the values of the global flags. The AWS CLI has the same global flags. They
// can be anywhere in the command line.
type Globals struct {
	Profile, Region, Output, Query, EndpointURL string
	CABundle, Color, BinaryFormat, ErrorFormat  string
	NoVerifySSL, Debug, NoCLIPager, NoPaginate  bool
	NoSignRequest, AutoPrompt, NoAutoPrompt     bool
	ConnectTimeout, ReadTimeout                 int

	Role RoleFlags     // lanyard's own
	Wait time.Duration // lanyard's own: how long to wait until the user confirms a role; usually 0

	Given func(flag string) bool // reports whether a flag was given; nil before parsing
}

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

// Seconds returns the duration of n seconds, or def if n is 0.
func Seconds(n int, def time.Duration) time.Duration {
	if n == 0 {
		return def
	}
	return time.Duration(n) * time.Second
}

// Quote quotes an argument for a POSIX shell, so that users can copy it from a message.
func Quote(s string) string { return shell.POSIX.Word(terminal.Printable(s)) }
