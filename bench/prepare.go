package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// The names of the contestants with which the table compares other contestants.
const (
	empty    = "empty Go program"
	small    = "sso get-credentials, warm"
	released = "sso get-credentials, warm, without cgo"
	inPrompt = "prompt, large config"
	child    = "true"
	inExec   = "exec true, large config"

	completed = "completion of --profile" // in the large config
)

// prepare creates the home folders, signs in to each of them, and returns the contestants. The
// notes name missing contestants and the reasons. warm is the environment of the first home.
func prepare(dir string, o options, p programs, idc *service) (all []*contestant, notes, warm []string, err error) {
	get := []string{p.lanyard, "sso", "get-credentials"}
	all = []*contestant{{name: empty, argv: []string{p.empty}}}
	homes := map[string]string{}
	for _, h := range []struct{ name, config string }{
		{small, session + profile},
		{fmt.Sprintf("warm, %d profiles", o.profiles), bigConfig(o.profiles, "")},
		{fmt.Sprintf("warm, %d with sso_auto_refresh", o.profiles), bigConfig(o.profiles, "sso_auto_refresh = true\n")},
	} {
		home, err := newHome(dir, fmt.Sprint("home", len(homes)), h.config)
		if err != nil {
			return nil, nil, nil, err
		}
		c := &contestant{name: h.name, argv: get, env: idc.env(home)}
		if err = idc.signIn(p, home, "corp"); err == nil {
			err = c.run(false) // this run fills the cache
		}
		if err != nil {
			return nil, nil, nil, err
		}
		homes[h.name] = home
		all = append(all, c)
	}
	big := homes[fmt.Sprintf("warm, %d profiles", o.profiles)]
	all = append(all, &contestant{name: inPrompt, argv: []string{p.lanyard, "prompt"}, env: append(idc.env(big), "AWS_PROFILE=dev")})
	more, note := throughExec(p, idc.env(big))
	all, notes = append(all, more...), append(notes, note...)
	cold, err := newHome(dir, "cold", session+profile)
	if err == nil {
		err = idc.signIn(p, cold, "corp")
	}
	if err != nil {
		return nil, nil, nil, err
	}
	large := fmt.Sprintf("warm, %d profiles", o.profiles)
	for _, c := range []struct{ name, beginning string }{{completed, "dev"}, {completed + ", all names", ""}} {
		all = append(all, &contestant{
			name: c.name, argv: []string{p.lanyard, "__complete", "fish", "--profile", c.beginning}, env: idc.env(homes[large]), versus: large,
		})
	}
	all = append(all,
		&contestant{name: released, argv: append([]string{p.static}, get[1:]...), env: idc.env(homes[small])},
		&contestant{name: "sso get-credentials, cold", argv: get, env: idc.env(cold), before: func() error { return forgetRole(cold) }},
		&contestant{name: "--version", argv: []string{p.lanyard, "--version"}, env: idc.env(cold)})
	c, why := awsCLI(o, idc.env(homes[small]))
	if c != nil {
		all = append(all, c)
	}
	notes = append(notes, why)
	ops, note, err := operations(dir, o, p, idc.env(homes[small]))
	return append(all, ops...), append(notes, note...), idc.env(homes[small]), err
}

// throughExec returns two contestants: a small program, and lanyard exec with this program. If
// the system does not have the program, it returns no contestants.
func throughExec(p programs, env []string) (all []*contestant, notes []string) {
	path, err := exec.LookPath("true")
	if err != nil {
		return nil, []string{fmt.Sprintf("exec is left out: %v.", err)}
	}
	return []*contestant{
		{name: child, argv: []string{path}, env: env},
		{name: inExec, argv: []string{p.lanyard, "exec", "dev", "--", path}, env: env},
	}, nil
}

// awsCLI returns the contestant that gets the same credentials with the AWS CLI. It returns nil
// if the installed version lacks the command. "sts get-caller-identity" would be another task,
// because it makes a request.
func awsCLI(o options, env []string) (*contestant, string) {
	path, err := exec.LookPath(o.aws)
	if err != nil {
		return nil, fmt.Sprintf("The AWS CLI is left out: %v.", err)
	}
	version := exec.Command(path, "--version")
	version.Env = env
	out, err := version.CombinedOutput() // early versions write the version to stderr
	if err != nil {
		return nil, fmt.Sprintf("The AWS CLI is left out: --version: %v.", err)
	}
	name, _, _ := strings.Cut(string(bytes.TrimSpace(out)), " ")
	argv := []string{path, "configure", "export-credentials", "--profile", "dev"}
	c := &contestant{name: name + " export-credentials, warm", argv: argv, env: env, every: 10}
	if err := c.run(false); err != nil {
		return nil, fmt.Sprintf("%s is left out: \"configure export-credentials\" does not work here (%v), and it has no other command for the same work.", name, errors.Unwrap(err))
	}
	return c, "The AWS CLI ran in every tenth round only."
}
