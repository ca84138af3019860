package cli_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lanyard/emulator"
	"lanyard/emulator/emulatortest"
	"lanyard/internal/cli"
	"lanyard/internal/ssocache"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"lanyard": func() { os.Exit(cli.Main(os.Args)) },
		"aws":     func() { os.Exit(cli.Main(os.Args)) },
		"visit":   visit,
	})
}

// visit is the browser of the scripts: it notes the URL, and the verbs signin
// and refuse play the person who finds it there.
func visit() {
	file := os.Getenv("VISITED")
	if err := os.WriteFile(file+".new", []byte(os.Args[1]), 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		panic(err)
	}
	fmt.Println("the browser talks on its stdout")
}

// TestScripts runs the specification of the command line: whole programs against
// an Identity Center of their own, in a home of their own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			srv := emulatortest.Start(t, organization(home))
			env.Values["srv"] = srv
			for _, kv := range srv.Env() {
				name, value, _ := strings.Cut(kv, "=")
				env.Setenv(name, value)
			}
			for name, value := range map[string]string{
				"HOME": home, "USERPROFILE": home, "BROWSER": "visit %s", "VISITED": filepath.Join(env.WorkDir, "visited"),
				"URL": srv.URL, "SSO": filepath.Join(home, ".aws", "sso", "cache"), "ROLES": filepath.Join(home, ".aws", "cli", "cache"),
			} {
				env.Setenv(name, value)
			}
			return os.MkdirAll(filepath.Join(home, ".aws"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"signin": person(func(s *emulatortest.Server, ts *testscript.TestScript, url, user string) error {
				return s.SignIn(context.Background(), url, user)
			}),
			"refuse": person(func(s *emulatortest.Server, ts *testscript.TestScript, url, user string) error {
				return s.Refuse(context.Background(), url, user)
			}),
			"count": count, "fault": fault, "revoke": revoke, "expire": expire, "exits": exits,
		},
	})
}

// organization is the built-in one, at the start URL that the script's config
// names first.
func organization(home string) emulator.Config {
	c := emulator.BuiltIn()
	config, _ := os.ReadFile(filepath.Join(home, ".aws", "config")) // some scripts have none
	if m := regexp.MustCompile(`(?m)^sso_start_url *= *(https\S+)`).FindSubmatch(config); m != nil {
		c.StartURL = string(m[1])
	}
	return c
}

func server(ts *testscript.TestScript) *emulatortest.Server {
	return ts.Value("srv").(*emulatortest.Server)
}

// person waits for the program to open its browser, and acts as the user named.
func person(act func(*emulatortest.Server, *testscript.TestScript, string, string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) != 1 {
			ts.Fatalf("usage: signin USER, refuse USER")
		}
		file := ts.Getenv("VISITED")
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			url, err := os.ReadFile(file)
			if err == nil {
				ts.Check(os.Remove(file))
				if err := act(server(ts), ts, string(url), args[0]); (err != nil) != neg {
					ts.Fatalf("%s: %v", args[0], err)
				}
				return
			}
			if time.Now().After(deadline) {
				ts.Fatalf("no browser was opened")
			}
		}
	}
}

// count OPERATION N checks how often the server was asked.
func count(ts *testscript.TestScript, _ bool, args []string) {
	if got := strconv.Itoa(server(ts).Count(args[0])); got != args[1] {
		ts.Fatalf("%s was called %s times, want %s", args[0], got, args[1])
	}
}

// fault OPERATION STATUS CODE [MESSAGE], or "fault none".
func fault(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "none" {
		server(ts).ClearFaults()
		return
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	server(ts).AddFault(emulator.Fault{Operation: args[0], Status: status, Code: args[2], Message: strings.Join(args[3:], " ")})
}

// revoke USER ends the sessions of a user on the server.
func revoke(ts *testscript.TestScript, _ bool, args []string) { server(ts).RevokeSessions(args[0]) }

// expire KEY makes the token under KEY, and every role's keys, end a minute ago.
func expire(ts *testscript.TestScript, _ bool, args []string) {
	dir := ssocache.Dir{Home: ts.Getenv("HOME")}
	tok, err := dir.LoadToken(args[0])
	ts.Check(err)
	tok.ExpiresAt = time.Now().Add(-time.Minute)
	ts.Check(os.WriteFile(dir.TokenPath(args[0]), tok.Encode(), 0o600))
	server(ts).ExpireAccessTokens()
	roles, err := filepath.Glob(filepath.Join(dir.Roles(), "*.json"))
	ts.Check(err)
	for _, path := range roles {
		ts.Check(os.Remove(path))
	}
}

// exits CODE COMMAND... runs a command and checks its exit code, which exec
// cannot.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // not wrapped
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

