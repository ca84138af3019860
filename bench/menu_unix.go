//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/creack/pty"
)

const (
	menuEntries = 100_000

	screenTarget = 100 * time.Millisecond // for the first screen of pick, on an idle machine
	keyTarget    = 16 * time.Millisecond  // for a key, on an idle machine
)

// A menuKey is a key, and the text that the menu shows after the key.
type menuKey struct{ name, keys, shows string }

// menuKeys types words into the filter of the menu, and walks through the list.
var menuKeys = []menuKey{
	{"the first letter", "a", "filter: a "},
	{"the second letter", "c", "filter: ac "},
	{"the first digit of a second word", " 7", "filter: ac 7 "},
	{"the second digit", "7", "filter: ac 77 "},
	{"Backspace", "\x7f", "filter: ac 7 "},
	{"Down", "\x1b[B", "2 of "},
}

// menu measures lanyard pick with 100,000 profiles on a pseudo-terminal.
func menu(w io.Writer, dir string, p programs, runs int) error {
	home, err := newHome(dir, "menu", bigConfig(menuEntries-1, ""))
	if err != nil {
		return err
	}
	var read, screen []time.Duration
	keys := make([][]time.Duration, len(menuKeys))
	for range max(runs/10, 3) {
		began := time.Now()
		if err := readOnce(filepath.Join(home, ".aws", "config")); err != nil {
			return err
		}
		read = append(read, time.Since(began))
		took, each, err := openMenu(p.lanyard, home)
		if err != nil {
			return fmt.Errorf("lanyard pick: %w", err)
		}
		screen = append(screen, took)
		for i, d := range each {
			keys[i] = append(keys[i], d)
		}
	}
	once := median(read)
	row := func(name string, d time.Duration, target string) string {
		return fmt.Sprintf("%s\t%v\t%.1f\t%s\n", name, d.Round(10*time.Microsecond), float64(d)/float64(once), target)
	}
	text := fmt.Sprintf("pick, %d profiles\ttime\tx read\ttarget on an idle machine\n", menuEntries)
	text += row("read the config once", once, "")
	text += row("first screen", median(screen), fmt.Sprintf("<= %v", screenTarget))
	for i, k := range menuKeys {
		text += row("key: "+k.name, median(keys[i]), fmt.Sprintf("<= %v", keyTarget))
	}
	return printTable(w, text+"\n")
}

// readOnce reads a config and finds its profiles.
func readOnce(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := bytes.Count(data, []byte("\n[profile ")); n != menuEntries {
		return fmt.Errorf("%s has %d profiles, want %d", path, n, menuEntries)
	}
	return nil
}

// openMenu opens the menu and presses the keys. It returns the time from the start of the program to
// the first screen, and the times from a key to its screen.
func openMenu(program, home string) (first time.Duration, each []time.Duration, err error) {
	cmd := exec.Command(program, "pick")
	cmd.Env = []string{"HOME=" + home, "TERM=xterm"}
	began := time.Now()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 120, Rows: 30})
	if err != nil {
		return 0, nil, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = tty.Close()
	}()
	if err := await(tty, fmt.Sprintf("1/%d", menuEntries)); err != nil {
		return 0, nil, err
	}
	first = time.Since(began)
	time.Sleep(200 * time.Millisecond) // a user reads the first screen
	for _, k := range menuKeys {
		began := time.Now()
		if _, err := io.WriteString(tty, k.keys); err != nil {
			return 0, nil, err
		}
		if err := await(tty, k.shows); err != nil {
			return 0, nil, err
		}
		each = append(each, time.Since(began))
	}
	return first, each, nil
}

// await reads the terminal until the text appears.
func await(tty *os.File, text string) error {
	var seen []byte
	buf := make([]byte, 64<<10)
	for !bytes.Contains(seen, []byte(text)) {
		n, err := tty.Read(buf)
		if err != nil {
			return fmt.Errorf("the menu does not show %q: %w", text, err)
		}
		seen = append(seen, buf[:n]...)
	}
	return nil
}
