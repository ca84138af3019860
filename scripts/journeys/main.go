// Journeys counts the files that a reader of this project passes through to follow
// one command: those of internal/ of which at least one statement runs. It builds the
// program with coverage, runs each journey in an empty home beside an emulator, and
// exits with 1 if a journey passes through more files than its goal.
//
// Every command passes through main, makes the tree of all commands and is dispatched.
// So a file does not count if all that runs of it also runs for "lanyard --version" or
// "lanyard version", which do nothing else. The warm answer makes no tree: all of its
// files count.
//
//	go run ./scripts/journeys [-v]
package main

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/warm"
)

// A journey is one command and the most files that it may pass through.
type journey struct {
	name     string
	goal     int
	run      func(w *world) error
	treeless bool // it makes no tree of commands
}

// journeys lists the journeys in the order in which they run: each one finds the home
// as the one before left it.
func journeys() []journey {
	return []journey{
		{"configure sso", 80, (*world).configureSSO, false},
		{"sso get-credentials, cold", 45, (*world).coldAnswer, false},
		{"sso get-credentials, warm", 18, (*world).warmAnswer, true},
	}
}

func main() {
	// The program starts itself in two other roles.
	if len(os.Args) > 2 && os.Args[1] == browseRole {
		exit(browse(os.Args[2]))
	}
	if len(os.Args) > 1 && os.Args[1] == answerRole {
		exit(answer())
	}
	verbose := flag.Bool("v", false, "print the names of the files")
	flag.Parse()
	exit(count(*verbose))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "journeys:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// count runs all journeys and prints a line for each.
func count(verbose bool) error {
	dir, err := os.MkdirTemp("", "lanyard-journeys-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := newWorld(dir)
	if err != nil {
		return err
	}
	defer w.close()
	var above []string
	every, err := w.blocksOf((*world).version)
	if err != nil {
		return err
	}
	for _, j := range journeys() {
		blocks, err := w.blocksOf(j.run)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
		if !j.treeless {
			maps.DeleteFunc(blocks, func(block string, _ bool) bool { return every[block] })
		}
		files := filesOf(blocks)
		fmt.Printf("%-26s %3d files, at most %d\n", j.name, len(files), j.goal)
		if verbose {
			list(files)
		}
		if len(files) > j.goal {
			above = append(above, j.name)
		}
	}
	if above != nil {
		return errors.New("above the goal: " + strings.Join(above, "; "))
	}
	return nil
}

// list prints the files, a line for each package.
func list(files []string) {
	byPackage := map[string][]string{}
	for _, file := range files {
		dir := path.Dir(file)
		byPackage[dir] = append(byPackage[dir], path.Base(file))
	}
	for _, dir := range slices.Sorted(maps.Keys(byPackage)) {
		fmt.Printf("  %3d %s: %s\n", len(byPackage[dir]), dir, strings.Join(byPackage[dir], " "))
	}
}

const answerRole = "answer"

// answer is the warm answer in a process that lives on to write down what it ran.
// The released program gives that answer before main starts, and so before the
// coverage of a process is written at its end.
func answer() error {
	args := []string{"lanyard", "sso", "get-credentials", "--profile", profileName}
	got, ok := warm.Answer(args, os.LookupEnv, time.Now())
	if !ok {
		return errors.New("the cache does not answer alone")
	}
	_, err := os.Stdout.Write(got)
	return err
}

// self returns the path of this program.
func self() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
