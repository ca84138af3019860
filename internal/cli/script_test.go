package cli_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/emulator/orgfile"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func TestMain(m *testing.M) {
	runUnixTool()
	testscript.Main(m, map[string]func(){
		"lanyard": func() { os.Exit(cli.Main(os.Args)) },
		"aws":     func() { os.Exit(cli.Main(os.Args)) },
		"visit":   visit,
		"into":    into, "closed": closed, "without": without, "code": code,
		"approve": approve, "age-keygen": ageKeygen, "typed": typed, "detached": detached, "waysout": waysOut, "library": library,
		"many": many, "slay": slay, "peak": peak, "twice": twice,
		"setleft": setLeftAnywhere, "secrets": secrets,
		"authenticator": authenticator, "keys": keys,
	})
}

// visit is the browser of the scripts. It writes the URL to the file $VISITED, where the commands
// signin and refuse find it. For every tab, it adds a line to $VISITED.all.
func visit() {
	file := os.Getenv("VISITED")
	all, err := os.OpenFile(file+".all", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(all, "a tab")
	_ = all.Close()
	if err := os.WriteFile(file+".new", []byte(os.Args[1]), 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		panic(err)
	}
	fmt.Println("the browser talks on its stdout")
}

// into implements the program "into FILE COMMAND...". The program runs COMMAND and writes its
// stdout to FILE. A script can read FILE meanwhile.
func into() {
	f, err := os.OpenFile(os.Args[1], os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	os.Exit(child(f, os.Environ(), os.Args[2:]))
}

// closed implements the program "closed COMMAND...". The program runs COMMAND with a stdout whose
// reader is closed.
func closed() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	_ = r.Close()
	os.Exit(child(w, os.Environ(), os.Args[1:]))
}

// without implements the program "without NAME COMMAND...". The program runs COMMAND without the
// variable NAME.
func without() {
	if err := os.Unsetenv(os.Args[1]); err != nil {
		panic(err)
	}
	os.Exit(child(os.Stdout, os.Environ(), os.Args[2:]))
}

// code implements the program "code N COMMAND...". The program succeeds if the exit code of COMMAND
// is N. Scripts use this program in the background, because the script command exits works only in
// the foreground.
func code() {
	if got := strconv.Itoa(child(os.Stdout, os.Environ(), os.Args[2:])); got != os.Args[1] {
		fmt.Fprintf(os.Stderr, "exit code %s, want %s\n", got, os.Args[1])
		os.Exit(1)
	}
	os.Exit(0)
}

// twice implements the program "twice COMMAND...". The program passes an interrupt on to COMMAND two
// times, half a second apart.
func twice() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	go func() {
		<-interrupts
		_ = cmd.Process.Signal(os.Interrupt) // Signal fails if the process has ended
		time.Sleep(500 * time.Millisecond)
		_ = cmd.Process.Signal(os.Interrupt)
	}()
	_ = cmd.Wait() // ProcessState has the exit code
	os.Exit(cmd.ProcessState.ExitCode())
}

// peak implements the program "peak MB COMMAND...". The program fails if COMMAND or one of its
// children used more resident memory. Otherwise it ends like COMMAND.
func peak() {
	limit, err := strconv.ParseInt(os.Args[1], 10, 64)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = cmd.Run() // ProcessState has the exit code
	if used := maxMemory(cmd.ProcessState); used > limit<<20 {
		fmt.Fprintf(os.Stderr, "%d MB of memory, want at most %d MB\n", used>>20, limit)
		os.Exit(99)
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

// child runs a command and passes interrupts on to it. It returns the exit code of the command,
// or -1 if a signal ended the command.
func child(stdout io.Writer, env, args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, stdout, os.Stderr
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	go func() {
		for s := range interrupts {
			_ = cmd.Process.Signal(s) // Signal fails if the process has ended
		}
	}()
	_ = cmd.Wait() // ProcessState has the exit code
	return cmd.ProcessState.ExitCode()
}

// TestScripts runs the scripts that specify the command line. Each script has its own home folder
// and its own emulator. The variable SCRIPTS names another folder of scripts. UPDATE_SCRIPTS
// rewrites the files that cmp compares.
func TestScripts(t *testing.T) {
	runScripts(t, cmp.Or(os.Getenv("SCRIPTS"), "testdata/script"), func(*testscript.Env) error { return nil })
}

// runScripts runs the scripts of a folder. setUp can change the environment of each script.
//
// A script fails if it leaves a file of lanyard that docs/files.md does not have.
func runScripts(t *testing.T, dir string, setUp func(*testscript.Env) error) {
	files := documentedFiles(t)
	limit := 7 * time.Minute // ends a command that hangs
	if runtime.GOOS == "windows" {
		limit = 25 * time.Minute // programs start slowly, above all with wine
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(limit),
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Condition: func(name string) (bool, error) {
			if name != "agent" { // an AI agent runs the tests
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return caller.Detect(os.LookupEnv).Agent != "", nil
		},
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			org, err := organization(env.WorkDir, home)
			if err != nil {
				return err
			}
			srv := emulatortest.Start(t, org)
			env.Values["srv"], env.Values["other"] = srv, new(atomic.Int64)
			for _, kv := range srv.Env() {
				name, value, _ := strings.Cut(kv, "=")
				env.Setenv(name, value)
			}
			// BIN has only the programs of this package. Scripts use it as PATH to run without
			// the AWS CLI.
			bin, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
			if err := linkUnixTools(bin); err != nil {
				return err
			}
			for name, value := range map[string]string{
				"BIN": bin, "HOME": home, "USERPROFILE": home, "BROWSER": "visit %s", "VISITED": filepath.Join(env.WorkDir, "visited"),
				"URL": srv.URL, "PORT": srv.URL[strings.LastIndexByte(srv.URL, ':')+1:], "SSO": filepath.Join(home, ".aws", "sso", "cache"), "ROLES": filepath.Join(home, ".aws", "cli", "cache"),
			} {
				env.Setenv(name, value)
			}
			if runtime.GOOS == "windows" { // as on Unix, so that the scripts have one path
				env.Setenv("AppData", filepath.Join(home, ".config"))
				env.Setenv("LocalAppData", filepath.Join(home, ".local", "state"))
			}
			run := filepath.Join(env.WorkDir, "run")
			env.Setenv("XDG_RUNTIME_DIR", run)
			for _, dir := range []string{filepath.Join(home, ".aws"), run} {
				if err := os.MkdirAll(dir, 0o700); err != nil {
					return err
				}
			}
			env.Defer(func() { endAgent(env.Getenv, home) })
			env.Defer(func() {
				if runtime.GOOS == "windows" {
					return // other folders: docs/files.md lists those of Unix
				}
				if name := undocumented(env.WorkDir, files); name != "" {
					t.Errorf("%s: docs/files.md does not have the file %s", filepath.Base(env.WorkDir), name)
				}
			})
			return setUp(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"signin": person(func(s *emulatortest.Server, ts *testscript.TestScript, url, user string) error {
				return s.SignIn(context.Background(), url, user)
			}),
			"refuse": person(func(s *emulatortest.Server, ts *testscript.TestScript, url, user string) error {
				return s.Refuse(context.Background(), url, user)
			}),
			"count": count, "fault": fault, "revoke": revoke, "expire": expire, "age": age, "age-entry": ageEntry, "reissue": reissue, "other": other, "advance": advance, "exits": exits,
			"await": await, "like": like, "nosecret": nosecret, "bom": bom,
			"storm": storm, "torn": torn, "leakless": leakless, "ring": ringVerb,
			"follow-console": followConsole, "open-console": openConsole,
			"mfacode": mfacode, "webtoken": webtoken, "assumed": assumed, "useragents": userAgents,
			"await-no-agent": awaitNoAgent, "await-problem": awaitProblem,
			"replies": replies,
		},
	})
}

// organization returns the organization of the file server.yaml, or the built-in organization if
// the script has no such file. The organization has the first start URL in the script's config.
func organization(work, home string) (emulator.Config, error) {
	c, err := orgfile.Load(filepath.Join(work, "server.yaml"))
	if errors.Is(err, os.ErrNotExist) {
		c, err = emulator.BuiltIn(), nil
	}
	config, _ := os.ReadFile(filepath.Join(home, ".aws", "config")) // some scripts have no config
	if m := regexp.MustCompile(`(?m)^sso_start_url *= *(https://\S+[.]\S+)$`).FindSubmatch(config); m != nil {
		c.StartURL = string(m[1])
	}
	return c, err
}

func server(ts *testscript.TestScript) *emulatortest.Server {
	return ts.Value("srv").(*emulatortest.Server)
}

// signInURL matches the URL for a sign-in that login prints.
var signInURL = regexp.MustCompile(`http://\S+(?:/authorize\?|user_code=)\S+`)

// person returns a command USER [FILE]. The command waits until the program opens the browser, or
// prints the URL to FILE. Then it calls act for the user.
func person(act func(*emulatortest.Server, *testscript.TestScript, string, string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) != 1 && len(args) != 2 {
			ts.Fatalf("usage: signin USER [FILE], refuse USER [FILE]")
		}
		file := ts.Getenv("VISITED")
		if len(args) == 2 {
			file = ts.MkAbs(args[1])
		}
		url := wait(ts, file, signInURL)
		if len(args) == 1 {
			ts.Check(os.Remove(file))
		}
		if err := act(server(ts), ts, url, args[0]); (err != nil) != neg {
			ts.Fatalf("%s: %v", args[0], err)
		}
	}
}

// wait waits until the content of a file matches a pattern, and returns the match.
func wait(ts *testscript.TestScript, file string, pattern *regexp.Regexp) string {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if found := pattern.Find(text); err == nil && found != nil {
			return string(found)
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: no match of %s in %q, error %v", filepath.Base(file), pattern, text, err)
		}
	}
}

// await implements the command "await FILE PATTERN". The command waits until the content of FILE
// matches PATTERN.
func await(ts *testscript.TestScript, _ bool, args []string) {
	wait(ts, ts.MkAbs(args[0]), regexp.MustCompile(`(?m)`+args[1]))
}

// like implements the command "like FILE WANT". The command compares like cmp, but *** in WANT
// matches any text within a line. It replaces the variables $HOME, $URL and $WORK. On Windows, a /
// in WANT also matches a backslash.
func like(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.QuoteMeta(ts.ReadFile(args[1]))
	for _, name := range []string{"HOME", "URL", "WORK"} {
		pattern = strings.ReplaceAll(pattern, `\$`+name, regexp.QuoteMeta(filepath.ToSlash(ts.Getenv(name))))
	}
	pattern = strings.ReplaceAll(pattern, `\*\*\*`, `.*`)
	if runtime.GOOS == "windows" {
		pattern = strings.ReplaceAll(pattern, "/", `[/\\]`)
	}
	if got := ts.ReadFile(args[0]); !regexp.MustCompile(`^` + pattern + `$`).MatchString(got) {
		ts.Fatalf("%s is\n%s\nwant something like\n%s", args[0], got, ts.ReadFile(args[1]))
	}
}

// bom implements the command "bom FILE". The command puts a byte order mark at the start of FILE.
func bom(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("\ufeff"+ts.ReadFile(args[0])), 0o600))
}

// nosecret implements the command "nosecret FILE...". The command checks that the files contain no
// secret from the caches, and no code or state of a sign-in. FILE can be stdout or stderr.
func nosecret(ts *testscript.TestScript, _ bool, args []string) {
	secret := regexp.MustCompile(`"(?:accessToken|refreshToken|clientSecret|SecretAccessKey|SessionToken)": ?"([^"]+)"`)
	query := regexp.MustCompile(`(?:code|state|code_challenge)=[\w.~-]{16,}`)
	for _, arg := range args {
		text := ts.ReadFile(arg)
		if found := query.FindString(text); found != "" {
			ts.Fatalf("%s contains a code or state: %s", arg, found)
		}
		for _, dir := range []string{ts.Getenv("SSO"), ts.Getenv("ROLES")} {
			files, err := filepath.Glob(filepath.Join(dir, "*.json"))
			ts.Check(err)
			for _, file := range files {
				for _, m := range secret.FindAllStringSubmatch(ts.ReadFile(file), -1) {
					if strings.Contains(text, m[1]) {
						ts.Fatalf("%s contains a secret of %s: %s", arg, filepath.Base(file), m[0])
					}
				}
			}
		}
	}
}

// count implements the command "count OPERATION N". The command checks that the server got N
// requests for OPERATION.
func count(ts *testscript.TestScript, _ bool, args []string) {
	if got := strconv.Itoa(server(ts).Count(args[0])); got != args[1] {
		ts.Fatalf("%s was called %s times, want %s", args[0], got, args[1])
	}
}

// fault implements the command "fault OPERATION STATUS CODE [MESSAGE]". The command makes the server
// answer the requests with an error. "fault OPERATION drop" makes the server drop the connection.
// "fault none" ends all faults.
func fault(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "none" {
		server(ts).ClearFaults()
		return
	}
	if args[1] == "drop" {
		server(ts).AddFault(emulator.Fault{Operation: args[0], Drop: true})
		return
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	server(ts).AddFault(emulator.Fault{Operation: args[0], Status: status, Code: args[2], Message: strings.Join(args[3:], " ")})
}

// revoke implements the command "revoke USER". The command ends the sessions of a user on the
// server.
func revoke(ts *testscript.TestScript, _ bool, args []string) { server(ts).RevokeSessions(args[0]) }

// expire implements the command "expire KEY". The command sets the expiry of the token KEY to a
// minute ago. It also makes the server reject all access tokens and role credentials.
func expire(ts *testscript.TestScript, _ bool, args []string) {
	setLeft(ts, args[0], -time.Minute)
	server(ts).ExpireAccessTokens()
	ts.Check(os.RemoveAll(ts.Getenv("ROLES")))
}

// age implements the command "age KEY LEFT". The command sets the remaining lifetime of the token
// KEY to LEFT.
func age(ts *testscript.TestScript, _ bool, args []string) {
	left, err := time.ParseDuration(args[1])
	ts.Check(err)
	setLeft(ts, args[0], left)
}

func setLeft(ts *testscript.TestScript, key string, left time.Duration) {
	dir := ssocache.Dir{Home: ts.Getenv("HOME")}
	tok, err := dir.LoadToken(key)
	ts.Check(err)
	tok.ExpiresAt = time.Now().Add(left)
	ts.Check(os.WriteFile(dir.TokenPath(key), tok.Encode(), 0o600))
}

// reissue implements the command "reissue KEY". The command sets the origin of the token KEY to the
// endpoints in the environment.
func reissue(ts *testscript.TestScript, _ bool, args []string) {
	dir := ssocache.Dir{Home: ts.Getenv("HOME")}
	tok, err := dir.LoadToken(args[0])
	ts.Check(err)
	tok.Origin = ssocache.Origin{
		SignIn: ssocache.Canonical(ts.Getenv("AWS_ENDPOINT_URL_SSO_OIDC")), Portal: ssocache.Canonical(ts.Getenv("AWS_ENDPOINT_URL_SSO")),
	}
	ts.Check(os.WriteFile(dir.TokenPath(args[0]), tok.Encode(), 0o600))
}

// advance implements the command "advance DURATION". The command moves the server's clock, so that
// the clock differs from this machine's. To let time pass, use expire and age.
func advance(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	server(ts).Advance(d)
}

// exits implements the command "exits CODE COMMAND...". The command runs COMMAND and checks its
// exit code. The command exec only checks whether the code is 0.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // the error is not wrapped
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
