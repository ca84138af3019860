// Clients runs real clients of IAM Identity Center against the emulator, and writes the results to
// the table in docs/emulator-clients.md. The same page has the commands of each client.
//
//	go run ./scripts/clients [-bin FOLDER] [-only NAME,NAME] [-install]
//
// Clients looks for the programs in FOLDER and on PATH. With -install, it builds missing programs
// that are Go modules in a temporary folder. The row of a client that is not installed stays as it
// is. The exit code is 1 if a step of a client fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// pagePath is the page with the recipes and the table.
const pagePath = "docs/emulator-clients.md"

func main() {
	// Clients starts itself as the program of "emulator run".
	if job := os.Getenv(jobVariable); job != "" {
		exit(drive(job))
	}
	bin := flag.String("bin", "", "look for programs in this `FOLDER` before PATH")
	only := flag.String("only", "", "run only these clients, separated by commas")
	install := flag.Bool("install", false, "build missing Go programs with go install")
	flag.Parse()
	exit(run(*bin, *only, *install))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "clients:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(bin, only string, install bool) error {
	text, err := os.ReadFile(pagePath)
	if err != nil {
		return err
	}
	p, err := parsePage(string(text))
	if err != nil {
		return err
	}
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	b, err := newBench(bin, install)
	if err != nil {
		return err
	}
	defer b.close()
	// Tokens that expire after lifetime make the clients refresh them.
	if err := os.WriteFile(b.path("org.yaml"), []byte(organization), 0o600); err != nil {
		return err
	}
	failed := b.runAll(chosen, p)
	if err := os.WriteFile(pagePath, []byte(p.text()), 0o644); err != nil {
		return err
	}
	if failed {
		return errors.New("a client failed")
	}
	return nil
}

// choose returns the clients with the names, or all clients.
func choose(names string) ([]client, error) {
	if names == "" {
		return clients(), nil
	}
	var chosen []client
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(clients(), func(c client) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no client %q", name)
		}
		chosen = append(chosen, clients()[i])
	}
	return chosen, nil
}

// lifetime is the lifetime of tokens in the organization below.
const lifetime = 30 * time.Second

const organization = `token_lifetime: 30s
legacy_token_lifetime: 30s
users: [{name: jane, email: jane@example.com}]
accounts: [{id: 111122223333, name: account1}, {id: 444455556666, name: account2}]
permission_sets: [{name: AdministratorAccess}, {name: ReadOnlyAccess}]
assignments: [{user: jane, accounts: "*", permission_sets: "*"}]
`

// A bench holds what all clients need: the program under test, and a temporary folder.
type bench struct {
	dir     string
	bin     string // a folder of programs, or ""
	install bool
	env     []string // of Go, which needs the caches of the user's own home
}

func newBench(bin string, install bool) (*bench, error) {
	dir, err := os.MkdirTemp("", "clients-")
	if err != nil {
		return nil, err
	}
	// Without cgo, the compiled packages of Terraform's library are in the cache of "make modules".
	b := &bench{dir: dir, bin: bin, install: install, env: []string{"CGO_ENABLED=0"}}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			b.close()
			return nil, fmt.Errorf("go env %s: %w", name, err)
		}
		b.env = append(b.env, name+"="+strings.TrimSpace(string(out)))
	}
	build := exec.Command("go", "build", "-o", b.path("lanyard"), "./cmd/lanyard")
	if out, err := build.CombinedOutput(); err != nil {
		b.close()
		return nil, fmt.Errorf("build lanyard: %w\n%s", err, out)
	}
	return b, nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) close() {
	if err := os.RemoveAll(b.dir); err != nil {
		fmt.Fprintln(os.Stderr, "clients:", err)
	}
}

// runAll runs the clients, a few at a time, and updates the table of the page. It reports whether
// a client failed.
func (b *bench) runAll(chosen []client, p *page) (failed bool) {
	var (
		mu    sync.Mutex
		group sync.WaitGroup
		turns = make(chan struct{}, 3)
	)
	for _, c := range chosen {
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			o, err := b.try(c, p.recipes[c.name], trial{org: b.path("org.yaml"), wait: lifetime + 2*time.Second})
			mu.Lock()
			defer mu.Unlock()
			var missing *missingError
			switch {
			case errors.As(err, &missing):
				fmt.Println(err)
				return
			case err != nil:
				failed = true
				fmt.Println(err)
				return
			}
			failed = failed || o.failed()
			fmt.Println(strings.Join(o.row(c), " | "))
			fmt.Print(o.report())
			p.set(o.row(c))
		})
	}
	group.Wait()
	return failed
}

// A trial says how to run a recipe.
type trial struct {
	org string // the organization file; "" means the built-in organization
	// wait is the time after which tokens have expired; 0 leaves the step after expiry out.
	wait time.Duration
}

// try finds the client and runs its recipe.
func (b *bench) try(c client, r recipe, t trial) (*outcome, error) {
	found, err := b.find(c)
	if err != nil {
		return nil, err
	}
	return b.play(c, r, t, found)
}

// stepLimit is the time limit of a client, without the waiting.
const stepLimit = 5 * time.Minute

// play runs the recipe of a client under "emulator run".
func (b *bench) play(c client, r recipe, t trial, found program) (*outcome, error) {
	dir, err := os.MkdirTemp(b.dir, "client-")
	if err != nil {
		return nil, err
	}
	if err := found.wrap(dir); err != nil {
		return nil, err
	}
	j := job{Recipe: r, Folder: dir, Wait: t.wait}
	file, err := j.save()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"emulator", "run", "--admin", "--auto-approve", "jane"}
	if t.org != "" {
		args = append(args, "--org", t.org)
	}
	if c.proxy {
		args = append(args, "--proxy")
	}
	ctx, cancel := context.WithTimeout(context.Background(), stepLimit+t.wait)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.path("lanyard"), append(args, "--", self)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir = found.root
	path := []string{dir, b.dir, b.bin, b.path("bin"), os.Getenv("PATH")}
	path = slices.DeleteFunc(path, func(p string) bool { return p == "" })
	cmd.Env = append(append(os.Environ(), b.env...), jobVariable+"="+file, "PATH="+strings.Join(path, string(filepath.ListSeparator)))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", c.name, err, out)
	}
	results, err := j.load()
	if err != nil {
		return nil, err
	}
	return &outcome{version: found.version, results: results}, nil
}
