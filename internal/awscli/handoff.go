// Package awscli is about the other program, the AWS CLI: which command lines are for it
// and not for us, the aliases of its file ~/.aws/cli/alias, where it is, and how a command
// line is handed off to it with fresh credentials. Begin with [Route] and [HandOff].
package awscli

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// HandOff gives a command line to the AWS CLI, unchanged, after making sure that
// it finds a session and role credentials that are fresh. Where a process can
// become another one it does not return. why says why lanyard cannot do it
// itself, and is returned if there is no AWS CLI; nil if it has nothing more to say.
func HandOff(ctx context.Context, app *command.App, root command.Node, args []string, why error) error {
	app.ReadFlags(args)
	app.Debug()
	path, err := Find(app)
	if err != nil {
		return withoutAWS(app, root, args, why)
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
	app.Log.Debug("handed over", "program", path, "command", strings.Join(command.Words(args), " "), "arguments", len(args))
	env := withVariable(app.Env.Environ(), PassedVariable, mark)
	if overlay != "" {
		env = withVariable(env, "AWS_CONFIG_FILE", overlay)
		app.Log.Debug("the AWS CLI reads another config", "file", overlay)
	}
	return child.Become(app, path, append([]string{path}, args...), env)
}

// withoutAWS does what can be done without an AWS CLI: run an alias of the shell,
// or say what is missing.
func withoutAWS(app *command.App, root command.Node, args []string, why error) error {
	line, external, err := externalAlias(app, root, args)
	switch {
	case err != nil:
		return err
	case external:
		return runShell(app, line, args)
	case why != nil:
		return why
	}
	_, rest := command.SplitGlobals(args)
	words := command.Words(args)
	if len(words) == 0 || !awsnames.Command(words[0]) {
		word := "--"
		if len(rest) > 0 {
			word = rest[0]
		}
		return command.WithHint(command.Usagef("unknown command %q for %q, and there is no AWS CLI on PATH to ask", word, app.Name),
			"run: %s --help\n%s", app.Name, InstallHint)
	}
	if app.Flags.AutoPrompt {
		return command.WithHint(command.Usagef("--%s needs the AWS CLI, which is not on PATH", command.PromptFlag), "%s", InstallHint)
	}
	return command.WithHint(command.Usagef("%q is not built into lanyard and needs the AWS CLI, which is not on PATH", strings.Join(words, " ")),
		"%s\n%s", builtInHint(words[0]), InstallHint)
}

// InstallHint says how to get the AWS CLI.
const InstallHint = "for every other command install the AWS CLI version 2: https://docs.aws.amazon.com/cli/"

// builtInHint lists the operations of a service that are built in, or the services
// that have any.
func builtInHint(service string) string {
	if service == "login" || service == "logout" {
		return "for IAM Identity Center run: aws sso " + service
	}
	services := model.Services()
	if slices.Contains(services, service) {
		if s, err := model.Load(service); err == nil {
			return "built-in operations of " + service + ": " + strings.Join(s.Operations(), ", ")
		}
	}
	return "services with built-in operations: " + strings.Join(services, ", ")
}

// PassedVariable tells a child which command lines have been handed over on the way
// to it: a fingerprint of each, joined by commas.
const PassedVariable = "_LANYARD_DOOR"

// maxPassed is how deep commands may be handed over from within one another: an
// alias of the AWS CLI may well run aws again.
const maxPassed = 5

// pass returns what the child is to find in the variable, or the error that
// what was about to be run has led back to us.
func pass(app *command.App, what string, args []string) (string, error) {
	var seen []string
	if s := app.Env.Get(PassedVariable); s != "" {
		seen = strings.Split(s, ",")
	}
	mark := fingerprint(args)
	text := ""
	switch {
	case slices.Contains(seen, mark):
		text = what + " leads back to lanyard with the same arguments"
	case len(seen) >= maxPassed:
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

// errNoAWS says that there is no AWS CLI.
var errNoAWS = errors.New("there is no AWS CLI on PATH")

// Find returns the AWS CLI: the first program of the name on PATH that is not
// this one. As in package exec, folders that are not absolute do not count.
func Find(app *command.App) (string, error) {
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, name := range Programs(runtime.GOOS) {
			path := filepath.Join(dir, name)
			if !self.IsProgram(path) {
				continue
			}
			if self.Is(path) {
				app.Log.Debug("this is lanyard itself", "program", path)
				continue
			}
			return path, nil
		}
	}
	return "", errNoAWS
}

// Programs are the names of the files that the AWS CLI is started by.
func Programs(goos string) []string {
	if goos == "windows" {
		return []string{"aws.exe", "aws.cmd"}
	}
	return []string{"aws"}
}
