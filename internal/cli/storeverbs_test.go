package cli_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// cacheHere returns the cache of the home folder, in any store. The programs of scripts use it.
func cacheHere() keystore.Files {
	f := keystore.Files{Dir: ssocache.Dir{Home: os.Getenv("HOME")}, Backends: &keystore.Backends{}}
	f.Backends.Open = func(store string) (keystore.Backend, error) {
		if store == keystore.Keychain {
			return keystore.OpenKeychain(keystore.KeychainOptions{LookupEnv: os.LookupEnv})
		}
		if store == keystore.Agent {
			address := agent.Address(os.LookupEnv, os.Getenv("HOME"))
			return agent.Backend{Client: &agent.Client{Address: address, Patience: agent.LongPatience}}, nil
		}
		return keystore.OpenEncrypted(f, func(string, string) (secret.String, error) {
			return secret.New("correct horse"), nil
		})
	}
	return f
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// setLeftAnywhere implements the program "setleft KEY LEFT". The program sets the remaining
// lifetime of the token KEY to LEFT and removes the role credentials.
func setLeftAnywhere() {
	f := cacheHere()
	left, err := time.ParseDuration(os.Args[2])
	must(err)
	tok, err := f.LoadToken(os.Args[1])
	must(err)
	tok.ExpiresAt = time.Now().Add(left)
	must(f.SaveToken(os.Args[1], tok))
	for _, c := range f.Credentials() {
		must(f.Remove(c.Path))
	}
}

// secrets implements the program "secrets FILE". The program appends every secret in the stores to
// FILE, one secret in each line.
func secrets() {
	f := cacheHere()
	out, err := os.OpenFile(os.Args[1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(err)
	for _, t := range f.Tokens() {
		for _, s := range []secret.String{t.Value.AccessToken, t.Value.RefreshToken, t.Value.ClientSecret} {
			fmt.Fprintln(out, s.Reveal())
		}
	}
	for _, c := range f.Credentials() {
		fmt.Fprintln(out, c.Value.SecretAccessKey.Reveal())
		fmt.Fprintln(out, c.Value.SessionToken.Reveal())
	}
	must(out.Close())
}

// leakless implements the command "leakless SECRETS FILE...". The command checks that no secret in
// SECRETS is in the files or in a file of the home folder. FILE can be stdout or stderr.
func leakless(ts *testscript.TestScript, _ bool, args []string) {
	texts := map[string]string{}
	for _, name := range args[1:] {
		texts[name] = ts.ReadFile(name)
	}
	ts.Check(filepath.WalkDir(ts.Getenv("HOME"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		texts[path] = string(data)
		return err
	}))
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		value := strings.TrimSpace(line)
		if value == "" {
			continue
		}
		n++
		for name, text := range texts {
			if strings.Contains(text, value) {
				ts.Fatalf("%s contains a secret", name)
			}
		}
	}
	if n < 4 {
		ts.Fatalf("found %d secrets to search for, want at least 4", n)
	}
	ts.Logf("%d secrets looked for in %d files", n, len(texts))
}

// started returns a command with the environment of a script. The caller starts it.
func started(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath(filepath.Join(ts.Getenv("BIN"), args[0]))
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	for _, name := range []string{
		"PATH", "HOME", "USERPROFILE", "AppData", "LocalAppData", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL",
		"DBUS_SESSION_BUS_ADDRESS", "LANYARD_PASSPHRASE_COMMAND", "AWS_EC2_METADATA_DISABLED",
	} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	return cmd
}

// storm implements the command "storm N COMMAND...". The command runs N processes of COMMAND at the
// same time. All must succeed with the same output.
func storm(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var wait sync.WaitGroup
	outs, errs := make([]bytes.Buffer, n), make([]bytes.Buffer, n)
	for i := range n {
		cmd := started(ts, args[1:])
		cmd.Stdout, cmd.Stderr = &outs[i], &errs[i]
		ts.Check(cmd.Start())
		wait.Go(func() {
			if err := cmd.Wait(); err != nil {
				fmt.Fprintln(&errs[i], err)
			}
		})
	}
	wait.Wait()
	for i := range n {
		if errs[i].Len() > 0 || outs[i].String() != outs[0].String() || outs[0].Len() == 0 {
			ts.Fatalf("process %d of %d printed %d bytes to stdout, want the output of the first process, and %s to stderr, want nothing", i, n, outs[i].Len(), &errs[i])
		}
	}
}

// torn implements the command "torn ROUNDS STORE". The command migrates to STORE and back to files,
// ROUNDS times. It kills each migration after a random time. After each kill, the session must
// still work.
func torn(ts *testscript.TestScript, _ bool, args []string) {
	rounds, err := strconv.Atoi(args[0])
	ts.Check(err)
	migrate := func(to string) *exec.Cmd {
		return started(ts, []string{"lanyard", "store", "migrate", "--to", to, "--yes"})
	}
	begun := time.Now()
	out, err := migrate(args[1]).CombinedOutput()
	if err != nil {
		ts.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(begun)
	killed, usable := 0, regexp.MustCompile(`"token": true`)
	for i := range rounds {
		to := []string{keystore.File, args[1]}[i%2]
		cmd := migrate(to)
		ts.Check(cmd.Start())
		time.Sleep(rand.N(whole))
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		out, err := started(ts, []string{"lanyard", "store", "--output", "json"}).CombinedOutput()
		if err != nil || !usable.Match(out) {
			ts.Fatalf("round %d, to %s: the token is lost: %v\n%s", i, to, err, out)
		}
		out, err = started(ts, []string{"lanyard", "sso", "get-credentials", "--profile", "dev"}).CombinedOutput()
		if err != nil {
			ts.Fatalf("round %d, to %s: %v\n%s", i, to, err, out)
		}
	}
	ts.Logf("%d of %d killed", killed, rounds)
	if killed == 0 {
		ts.Fatalf("no process of %d was killed in time", rounds)
	}
}
