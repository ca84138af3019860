// This file quickly lists the section names of a large file.

package awsconfig

import (
	"bytes"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// An Entry is a section, with the settings that describe a profile for users.
type Entry struct {
	Name string

	AccountID, RoleName string // sso_account_id, sso_role_name
	RoleARN             string // role_arn

	AccountName, AccountEmail string // sso_account_name, sso_account_email

	Session, StartURL, SSORegion string // sso_session, sso_start_url, sso_region
	Process                      string // credential_process
}

// Entries calls yield for each section of this kind whose name begins with prefix, in the order
// of the file. Entries must be fast, because completion and menus call it. So it is less exact
// than [Doc.All]:
//
//   - It ignores duplicate sections and [DEFAULT].
//   - It ignores headers and settings with an indent, and settings in upper case.
//   - If [Doc.All] rejects the file, Entries yields the readable entries.
func Entries(path string, credentials bool, kind Kind, prefix string, yield func(Entry)) {
	f, err := datafile.Open(path, datafile.ConfigLimit)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	l := lister{credentials: credentials, kind: kind, prefix: prefix, yield: yield}
	buf, n := make([]byte, 32<<10), 0
	for {
		m, err := f.Read(buf[n:])
		n += m
		rest := l.sections(buf[:n], err != nil)
		if err != nil {
			return
		}
		if n = copy(buf, rest); n == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
	}
}

// A lister yields entries.
type lister struct {
	credentials bool
	kind        Kind
	prefix      string
	yield       func(Entry)
}

// sections reads the complete sections of b and returns the rest. end is true if b ends at the
// end of the file.
func (l *lister) sections(b []byte, end bool) (rest []byte) {
	b = b[nextHeader(b, 0):]
	for len(b) > 0 {
		next := nextHeader(b, 1)
		if next == len(b) && !end {
			return b
		}
		l.section(b[:next])
		b = b[next:]
	}
	return nil
}

// nextHeader returns the offset of the next line that begins with [. The search begins at the
// offset start. If no line begins with [, nextHeader returns the length of b. b must begin at the
// start of a line.
func nextHeader(b []byte, start int) int {
	for {
		i := bytes.IndexByte(b[start:], '[')
		if i < 0 {
			return len(b)
		}
		i += start
		if i == 0 || b[i-1] == '\n' || i == len(bom) && bytes.HasPrefix(b, []byte(bom)) {
			return i
		}
		start = i + 1
	}
}

// section yields the entry of a section, if kind and name match.
func (l *lister) section(section []byte) {
	if name, ok := bytes.CutPrefix(section, []byte("[profile ")); ok && !l.credentials && (l.kind != Profile || !mayBegin(name, l.prefix)) {
		return
	}
	line, rest, _ := strings.Cut(string(section), "\n")
	text, ok := headerText(trimRight(line))
	if !ok || text == defaultSection {
		return
	}
	kind, name, ok := sectionName(text, l.credentials)
	if !ok || kind != l.kind || !strings.HasPrefix(name, l.prefix) {
		return
	}
	e := Entry{Name: name}
	for rest != "" {
		if line, rest, _ = strings.Cut(rest, "\n"); line == "" || line[0] != 's' && line[0] != 'r' && line[0] != 'c' {
			continue
		}
		key, value, _ := splitOption(trimRight(line))
		switch key {
		case "sso_account_id":
			e.AccountID = value
		case "sso_role_name":
			e.RoleName = value
		case "role_arn":
			e.RoleARN = value
		case "sso_account_name":
			e.AccountName = value
		case "sso_account_email":
			e.AccountEmail = value
		case "sso_session":
			e.Session = value
		case "sso_start_url":
			e.StartURL = value
		case "sso_region":
			e.SSORegion = value
		case "credential_process":
			e.Process = value
		}
	}
	l.yield(e)
}

// mayBegin checks the name in a header quickly. If it returns false, the name does not begin with
// prefix. For a name with a quote, a backslash or a blank, it returns true.
func mayBegin(name []byte, prefix string) bool {
	for i := range min(len(name), len(prefix)) {
		switch c := name[i]; {
		case c == '\'' || c == '"' || c == '\\' || c == ' ' || c == '\t':
			return true
		case c != prefix[i]:
			return false
		}
	}
	return true
}
