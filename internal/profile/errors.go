package profile

import (
	"strconv"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// An Error is a mistake in the inputs. Msg is the AWS CLI's message where it has
// one, Code its exit code: 253 for configuration that a sign-in needs, 252 for a
// flag, 255 for the rest.
type Error struct {
	Msg  string
	Hint string // what to do; "" if the message says it
	Code int

	// SetUp says that what is missing is probably not set up yet, so that the user
	// should run `configure sso`.
	SetUp bool

	err error
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the *awsconfig.ParseError behind an unreadable file.
func (e *Error) Unwrap() error { return e.err }

// A Warning is something that was read past. Text names file, line and key.
type Warning struct {
	Text string
	Hint string
}

// unreadable makes an error of what awsconfig says about a file.
func unreadable(err error) error {
	return &Error{Msg: err.Error(), Code: 255, err: err}
}

// place names a key in a file, for messages.
func place(f found) string {
	return f.path + ": line " + strconv.Itoa(f.Line) + ": key " + f.Key
}

func problemWarning(p awsconfig.Problem) Warning {
	return Warning{Text: p.String(), Hint: p.Mend}
}
