// Journeys counts the files through which a reader follows one command: the files in internal/
// with a statement that runs. It builds the program with coverage and runs each journey in an
// empty home with an emulator. It exits with 1 if a journey has more files than its goal.
//
// Every command builds the tree of commands. So a file does not count if its statements also run
// for "lanyard --version" and "lanyard version", which do nothing else. The warm answer builds no
// tree, so all of its files count.
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

// A journey is one command and the largest number of files that it should need.
type journey struct {
	name     string
	goal     int
	run      func(f *fixture) error
	treeless bool // the command builds no tree of commands
}

// journeys returns the journeys in the order in which they run. Each journey uses the home in the
// state after the previous journey.
func journeys() []journey {
	return []journey{
		{"configure sso", 80, (*fixture).configureSSO, false},
		{"sso get-credentials, cold", 45, (*fixture).coldAnswer, false},
		{"sso get-credentials, warm", 18, (*fixture).warmAnswer, true},
	}
}

func main() {
	// Journeys starts itself as the browser and as the warm answer.
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
	f, err := newFixture(dir)
	if err != nil {
		return err
	}
	defer f.close()
	var above []string
	every, err := f.blocksOf((*fixture).version)
	if err != nil {
		return err
	}
	for _, j := range journeys() {
		blocks, err := f.blocksOf(j.run)
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
		return errors.New("more files than the goal: " + strings.Join(above, "; "))
	}
	return nil
}

// list prints the files, with one line for each package.
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

// answer prints the warm answer in a process that then writes its coverage. The released program
// writes no coverage, because it ends before main starts.
func answer() error {
	args := []string{"lanyard", "sso", "get-credentials", "--profile", profileName}
	got, ok := warm.Answer(args, os.LookupEnv, time.Now())
	if !ok {
		return errors.New("the cache alone cannot answer")
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
