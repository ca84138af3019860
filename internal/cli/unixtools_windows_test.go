package cli_test

import (
	"fmt"
	"maps"
	"os"
	"strings"
)

// addUnixTools adds the programs of Unix that many scripts run, in their simplest form.
func addUnixTools(programs map[string]func()) {
	maps.Copy(programs, map[string]func(){"cat": cat, "env": printEnv, "ls": ls, "touch": touch, "true": func() {}})
}

// cat implements the program "cat FILE...".
func cat() {
	for _, file := range os.Args[1:] {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		_, _ = os.Stdout.Write(text)
	}
}

// printEnv implements the program "env [NAME=VALUE...] [COMMAND...]".
func printEnv() {
	args, env := os.Args[1:], os.Environ()
	for len(args) > 0 && strings.Contains(args[0], "=") {
		args, env = args[1:], append(env, args[0])
	}
	if len(args) > 0 {
		os.Exit(child(os.Stdout, env, args))
	}
	fmt.Println(strings.Join(env, "\n"))
}

// ls implements the program "ls FOLDER".
func ls() {
	entries, err := os.ReadDir(os.Args[1])
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			fmt.Println(e.Name())
		}
	}
}

// touch implements the program "touch FILE".
func touch() {
	if err := os.WriteFile(os.Args[1], nil, 0o600); err != nil {
		panic(err)
	}
}
