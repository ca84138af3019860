package awscli

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// PassedVariable tells a child which command lines have been handed over on the way
// to it: a fingerprint of each, joined by commas.
const PassedVariable = "_LANYARD_DOOR"

// maxDoors is how deep commands may be handed over from within one another: an
// alias of the AWS CLI may well run aws again.
const maxDoors = 5

// passDoor returns what the child is to find in the variable, or the error that
// what was about to be run has led back to us.
func passDoor(app *command.App, what string, args []string) (string, error) {
	var seen []string
	if s := app.Env.Get(PassedVariable); s != "" {
		seen = strings.Split(s, ",")
	}
	mark := fingerprint(args)
	text := ""
	switch {
	case slices.Contains(seen, mark):
		text = what + " leads back to lanyard with the same arguments"
	case len(seen) >= maxDoors:
		text = fmt.Sprintf("%s and lanyard have started each other %d times", what, len(seen))
	default:
		return strings.Join(append(seen, mark), ","), nil
	}
	return "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: text},
		"see that it runs the AWS CLI itself; PATH is %s", app.Env.Get("PATH"))
}

// fingerprint tells lists of arguments apart without repeating them.
func fingerprint(args []string) string {
	h := fnv.New64a()
	for _, arg := range args {
		_, _ = h.Write([]byte(arg)) // a hash does not fail
		_, _ = h.Write([]byte{0})   // which no argument has in it
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// withVariable returns an environment with one variable set.
func withVariable(environ []string, name, value string) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	return append(env, name+"="+value)
}
