// This file lists the names in large files.

package awsconfig

import (
	"bytes"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// An Entry is a profile or a session, with the settings that describe it for users.
type Entry struct {
	Kind Kind
	Name string

	AccountID, RoleName string // sso_account_id, sso_role_name
	RoleARN             string // role_arn
}

// Entries returns the profiles or the sessions of a file whose names begin with prefix, in
// the order of the file. Entries must be fast, because completion calls it. For a file that
// [Doc.All] rejects, Entries returns the readable entries. It ignores duplicate sections and
// [DEFAULT]. It reads only settings in lower case and without an indent.
func Entries(path string, credentials bool, kind Kind, prefix string) []Entry {
	f, err := datafile.Open(path, datafile.ConfigLimit)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	l := lister{credentials: credentials, kind: kind, prefix: prefix}
	buf, n := make([]byte, 32<<10), 0
	for {
		m, err := f.Read(buf[n:])
		n += m
		end := bytes.LastIndexByte(buf[:n], '\n') + 1
		if err != nil {
			end = n
		}
		l.lines(buf[:end])
		if err != nil {
			return l.entries
		}
		if n = copy(buf, buf[end:n]); n == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
	}
}

// A lister collects entries.
type lister struct {
	credentials bool
	kind        Kind
	prefix      string

	entries []Entry
	within  bool // the last header was that of the last entry
	begun   bool // a line was read
}

// lines reads complete lines.
func (l *lister) lines(b []byte) {
	if !l.begun && len(b) > 0 {
		b, l.begun = bytes.TrimPrefix(b, []byte(bom)), true
	}
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		switch {
		case len(line) == 0:
		case line[0] == '[':
			l.header(string(line))
		case l.within && (line[0] == 's' || line[0] == 'r'):
			l.setting(string(line))
		}
	}
}

// header begins an entry, if the section is wanted.
func (l *lister) header(line string) {
	l.within = false
	text, ok := headerText(trimRight(line))
	if !ok || text == defaultSection {
		return
	}
	kind, name, ok := sectionName(text, l.credentials)
	if ok && kind == l.kind && strings.HasPrefix(name, l.prefix) {
		l.entries = append(l.entries, Entry{Kind: kind, Name: name})
		l.within = true
	}
}

// setting adds a setting to the last entry.
func (l *lister) setting(line string) {
	key, value, _ := splitOption(trimRight(line))
	e := &l.entries[len(l.entries)-1]
	switch key {
	case "sso_account_id":
		e.AccountID = value
	case "sso_role_name":
		e.RoleName = value
	case "role_arn":
		e.RoleARN = value
	}
}
