// Picture draws the terminal in the README. It runs the program in a terminal, in an empty home
// with an emulator: a sign-in, two calls, and the status. It writes the screen to two SVG files,
// for light and dark pages.
//
//	go run ./scripts/picture [-check]
//
// With -check, it writes nothing. It fails if the program now prints another text than the
// committed files show.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

// columns is the width of the terminal. The longest line of the AWS CLI's messages just fits.
const columns = 110

// folder is where the README expects the pictures.
const folder = "docs/images"

func main() {
	// Picture starts itself as the user's browser.
	if len(os.Args) == 3 && os.Args[1] == browseRole {
		exit(browse(os.Args[2]))
	}
	check := flag.Bool("check", false, "compare with the committed pictures instead of writing them")
	flag.Parse()
	exit(run(*check))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(check bool) error {
	screen, err := play()
	if err != nil {
		return err
	}
	for _, th := range themes() {
		path := filepath.Join(folder, "terminal-"+th.name+".svg")
		image := draw(screen, th)
		if !check {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, image, 0o644); err != nil {
				return err
			}
			continue
		}
		committed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if string(committed) != string(image) {
			return fmt.Errorf("%s is out of date: run make picture.\nThe program prints:\n%s", path, screen.text())
		}
	}
	return nil
}

const browseRole = "browse"

// browse plays the user's browser. It opens a page and follows its redirects.
func browse(page string) error {
	resp, err := http.Get(page)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}
