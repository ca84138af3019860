package audit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// Read calls f with each entry since a time, oldest first, until f returns false. It skips lines
// that are not entries; [Log.Verify] names them. A missing record has no entries.
func (l Log) Read(since time.Time, f func(Entry) bool) error {
	for _, name := range append(l.oldFiles(), l.Path()) {
		more, err := readFile(name, since, f)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && !more {
			return nil
		}
	}
	return nil
}

func readFile(name string, since time.Time, f func(Entry) bool) (more bool, err error) {
	file, err := datafile.Open(name, 1<<40)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	r := bufio.NewReaderSize(file, 1<<16)
	for {
		line, err := r.ReadBytes('\n')
		if e, err := parse(bytes.TrimSuffix(line, []byte("\n"))); err == nil && !e.Time.Before(since) && !f(e) {
			return false, nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		}
	}
}

// Matches reports whether a glob matches the profile, the account, the role, the agent or the
// command of an entry.
func (e Entry) Matches(pattern string) bool {
	for _, text := range []string{e.Profile, e.Account, e.Role, e.Agent, e.Command, e.Decision, e.Event} {
		if ok, err := path.Match(pattern, text); err == nil && ok && text != "" {
			return true
		}
	}
	return false
}
