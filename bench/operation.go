package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

const caller = "sts get-caller-identity"

// operations returns the contestants lanyard and the AWS CLI, which call a service on loopback.
// It also returns a contestant for the hand-off, in which lanyard starts an empty program instead
// of the AWS CLI.
func operations(dir string, o options, p programs, env []string) (all []*contestant, notes []string, err error) {
	argv := []string{p.lanyard, "sts", "get-caller-identity"}
	all = append(all, &contestant{name: caller, argv: argv, env: env})

	fake := filepath.Join(dir, "bin", "aws")
	if runtime.GOOS == "windows" {
		fake += ".exe"
	}
	if err := os.MkdirAll(filepath.Dir(fake), 0o700); err != nil {
		return nil, nil, err
	}
	if err := copyProgram(p.empty, fake, onePage); err != nil {
		return nil, nil, err
	}
	inFront := slices.Clone(env)
	for i, kv := range inFront {
		if strings.HasPrefix(kv, "PATH=") {
			inFront[i] = "PATH=" + filepath.Dir(fake)
		}
	}
	all = append(all, &contestant{name: handOff, argv: []string{p.lanyard, "codecatalyst", "list-spaces"}, env: inFront, versus: empty})

	path, err := exec.LookPath(o.aws)
	if err != nil {
		return all, []string{fmt.Sprintf("The AWS CLI's %s is left out: %v.", caller, err)}, nil
	}
	c := &contestant{name: "aws " + caller, argv: append([]string{path}, argv[1:]...), env: env, every: 10, versus: caller}
	if err := c.run(false); err != nil {
		return all, []string{fmt.Sprintf("The AWS CLI's %s is left out: %v.", caller, err)}, nil
	}
	return append(all, c), nil, nil
}

// handOff is the name of the contestant in which lanyard hands off a command.
const handOff = "hand-off to an empty aws"
