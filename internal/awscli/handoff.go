// Package awscli decides which command lines are for the AWS CLI and hands them off to it
// with fresh credentials. It finds the AWS CLI on PATH and expands the aliases of
// ~/.aws/cli/alias. Begin with [Route] and [HandOff].
package awscli

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// HandOff runs the AWS CLI with an unchanged command line. First it refreshes the session and the
// role credentials that the AWS CLI will use. On Unix, this process becomes the AWS CLI, so HandOff
// returns only errors. cause is the reason why lanyard cannot run the command itself, or nil. If
// the AWS CLI is not on PATH, HandOff returns cause.
func HandOff(ctx context.Context, app *command.App, root cmdline.Node, args []string, cause error) error {
	cmdline.ReadFlags(app, args)
	app.Debug()
	path, err := child.FindAWS(app)
	if err != nil {
		return withoutAWS(app, root, args, cause)
	}
	mark, err := pass(app, "the AWS CLI on PATH, "+path+",", args)
	if err != nil {
		return err
	}
	overlay, err := freshen(ctx, app, args)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	app.Log.Debug("hand off", "program", path, "command", strings.Join(cmdline.Words(args), " "), "arguments", len(args))
	env := withVariable(app.Env.Environ(), PassedVariable, mark)
	if overlay != "" {
		env = withVariable(env, "AWS_CONFIG_FILE", overlay)
		app.Log.Debug("the AWS CLI uses another config", "file", overlay)
	}
	return child.Become(app, path, append([]string{path}, args...), env)
}

// withoutAWS handles a command line if the AWS CLI is missing. It runs an alias for a shell
// command. For any other command line, it returns an error that says what is missing.
func withoutAWS(app *command.App, root cmdline.Node, args []string, cause error) error {
	line, external, err := externalAlias(app, root, args)
	switch {
	case err != nil:
		return err
	case external:
		return runShell(app, line, args)
	case cause != nil:
		return cause
	}
	_, rest := cmdline.SplitGlobals(args)
	words := cmdline.Words(args)
	if len(words) == 0 || !awsnames.Command(words[0]) {
		word := "--"
		if len(rest) > 0 {
			word = rest[0]
		}
		return command.WithHint(command.Usagef("unknown command %q for %q, and the AWS CLI is not on PATH", word, app.Name),
			"run: %s --help\n%s", app.Name, InstallHint)
	}
	if app.Flags.AutoPrompt {
		return command.WithHint(command.Usagef("--%s needs the AWS CLI, which is not on PATH", cmdline.PromptFlag), "%s", InstallHint)
	}
	what, hint := strings.Join(words, " "), builtInHint(words[0])
	if len(rest) > 2 && rest[1] == model.WaitCommand && model.Has(rest[0]) {
		what, hint = strings.Join(rest[:3], " "), "to list the waiters of "+rest[0]+", run: lanyard "+rest[0]+" wait help"
	}
	return command.WithHint(command.Usagef("%q is not built into lanyard and needs the AWS CLI, which is not on PATH", what),
		"%s\n%s", hint, InstallHint)
}

// InstallHint is the hint for a command that only the AWS CLI has.
const InstallHint = "for all other commands install the AWS CLI version 2: https://docs.aws.amazon.com/cli/"

// builtInHint says what lanyard itself can run instead.
func builtInHint(service string) string {
	switch {
	case service == "login" || service == "logout":
		return "for IAM Identity Center run: aws sso " + service
	case model.Has(service):
		return "to list the built-in operations of " + service + ", run: lanyard " + service + " help"
	}
	return "to list the services with built-in operations, run: lanyard help services"
}

// PassedVariable is the variable with the fingerprints of the command lines that parent
// processes have handed off. Commas separate the fingerprints.
const PassedVariable = "_LANYARD_DOOR"

// maxPassed is the maximum number of nested hand-offs. More than one hand-off is useful,
// because an alias of the AWS CLI can run aws again.
const maxPassed = 5

// pass returns the value of PassedVariable for the child. It returns an error if the program
// has started lanyard again with the same arguments, or more than maxPassed times.
func pass(app *command.App, program string, args []string) (string, error) {
	var seen []string
	if s := app.Env.Get(PassedVariable); s != "" {
		seen = strings.Split(s, ",")
	}
	mark := fingerprint(args)
	text := ""
	switch {
	case slices.Contains(seen, mark):
		text = program + " leads back to lanyard with the same arguments"
	case len(seen) >= maxPassed:
		text = fmt.Sprintf("%s and lanyard have started each other %d times", program, len(seen))
	default:
		return strings.Join(append(seen, mark), ","), nil
	}
	return "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: text},
		"make sure that %s runs the real AWS CLI; PATH is %s", program, app.Env.Get("PATH"))
}

// fingerprint returns a hash of a list of arguments.
func fingerprint(args []string) string {
	h := fnv.New64a()
	for _, arg := range args {
		_, _ = h.Write([]byte(arg)) // a hash does not fail
		_, _ = h.Write([]byte{0})   // no argument contains this byte
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// withVariable returns an environment with one variable set.
func withVariable(environ []string, name, value string) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	return append(env, name+"="+value)
}
