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

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
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

// menu measures lanyard pick on a pseudo-terminal: with 100,000 profiles, and with 100,000 listed
// roles without a profile.
func menu(w *report, dir string, p programs, runs int) error {
	profiles, err := newHome(dir, "menu-profiles", bigConfig(menuEntries-1, ""))
	if err != nil {
		return err
	}
	roles, err := newHome(dir, "menu-roles", session)
	if err == nil {
		err = writeIndex(roles)
	}
	if err != nil {
		return err
	}
	if err := menuOf(w, "profiles", profiles, filepath.Join(profiles, ".aws", "config"), p, runs); err != nil {
		return err
	}
	return menuOf(w, "listed roles", roles, indexOf(roles), p, runs)
}

func indexOf(home string) string { return filepath.Join(inventory.Folder(home), "corp.index") }

// writeIndex writes an index with the roles of 10,000 accounts.
func writeIndex(home string) error {
	if err := os.MkdirAll(inventory.Folder(home), 0o700); err != nil {
		return err
	}
	return accountindex.Write(indexOf(home), accountindex.Source{Session: "corp", Origin: ssocache.AWS}, func(yield func(accountindex.Entry) bool) {
		for i := range menuEntries {
			e := accountindex.Entry{
				AccountName: fmt.Sprintf("account-%05d", i/10), AccountID: fmt.Sprintf("%012d", 100_000_000_000+i/10), Role: fmt.Sprintf("Role%dAccess", i%10),
			}
			if !yield(e) {
				return
			}
		}
	})
}

// menuOf measures the menu of a home folder. The menu reads its entries from the file.
func menuOf(w *report, entries, home, file string, p programs, runs int) error {
	var read, screen []time.Duration
	keys := make([][]time.Duration, len(menuKeys))
	for range max(runs/10, 3) {
		began := time.Now()
		if err := readOnce(file); err != nil {
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
	row := func(name string, d, limit time.Duration) string {
		target, took := "", d.Round(10*time.Microsecond)
		if limit > 0 {
			target = fmt.Sprintf("<= %v", limit)
			w.add(fmt.Sprintf("pick, %d %s: %s", menuEntries, entries, name), took.String(), target+" on an idle machine", d <= limit)
		}
		return fmt.Sprintf("%s\t%v\t%.1f\t%s\n", name, took, float64(d)/float64(once), target)
	}
	text := fmt.Sprintf("pick, %d %s\ttime\tx read\ttarget on an idle machine\n", menuEntries, entries)
	text += row("read the file once", once, 0)
	text += row("first screen", median(screen), screenTarget)
	for i, k := range menuKeys {
		text += row("key: "+k.name, median(keys[i]), keyTarget)
	}
	return printTable(w, text+"\n")
}

// readOnce reads a file and counts its lines.
func readOnce(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := bytes.Count(data, []byte("\n")); n < menuEntries {
		return fmt.Errorf("%s has %d lines, want at least %d", path, n, menuEntries)
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
