package cli_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/cli"
)

// unixTools are the programs of Unix that many scripts run, in their simplest form, and ctrlc.
var unixTools = map[string]func(){"ctrlc": ctrlC, "cat": cat, "env": printEnv, "ls": ls, "touch": touch, "true": func() {}}

// emulatorBrowser is the name under which emulator run copies the program.
const emulatorBrowser = "lanyard-emulator-browser"

// runUnixTool runs a tool or lanyard and ends the process, if the process has such a name. Programs that
// cmd.exe starts have a name without ".exe".
func runUnixTool() {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	if name == emulatorBrowser {
		os.Exit(cli.Main(os.Args))
	}
	if run := unixTools[name]; run != nil {
		run()
		os.Exit(0)
	}
}

var linkOnce sync.Once

// linkUnixTools adds the tools to the folder of the scripts' programs. The tools are links to the
// program lanyard. testscript.Main cannot add them, because env is also a command of the scripts.
func linkUnixTools(bin string) (err error) {
	linkOnce.Do(func() {
		for name := range unixTools {
			err = errors.Join(err, os.Link(filepath.Join(bin, "lanyard.exe"), filepath.Join(bin, name+".exe")))
		}
	})
	return err
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
