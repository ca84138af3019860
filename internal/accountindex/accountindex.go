// Package accountindex has the index of an inventory: the names of accounts and roles, for
// completion and for menus. Readers take no lock and make no request.
//
// An index is a text file, sorted by account name, then account id, then role. Its first line
// names the session and the origin. Each other line has an account name, an account id and a
// role, separated by tabs. In a field, \t, \n, \r and \\ stand for these characters.
package accountindex

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

const magic = "lanyard-index 1"

// maxFile limits the size of an index in bytes. An index of 100,000 roles has about 6 MB.
const maxFile = 256 << 20

// A Source says which session an index belongs to.
type Source struct {
	Session string // the session's name, or the start URL of legacy profiles
	Origin  string // the portal: "aws", or a base URL
}

// An Entry is a role of an account.
type Entry struct{ AccountName, AccountID, Role string }

// Write replaces the index at path. The caller has sorted the entries.
func Write(path string, s Source, entries func(yield func(Entry) bool)) error {
	var b bytes.Buffer
	b.WriteString(Line(magic, s.Session, s.Origin))
	for e := range entries {
		b.WriteString(Line(e.AccountName, e.AccountID, e.Role))
	}
	return atomicfile.Write(path, b.Bytes(), 0o600)
}

// Line joins fields with tabs to a line. In a field, \t, \n, \r and \\ stand for these characters.
func Line(fields ...string) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('\t')
		}
		if strings.ContainsAny(f, "\\\t\n\r") {
			f = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(f)
		}
		b.WriteString(f)
	}
	b.WriteByte('\n')
	return b.String()
}

// Fields splits a line of [Line], without the line break at its end.
func Fields(line string) []string {
	fields := make([]string, 0, strings.Count(line, "\t")+1)
	for {
		field, rest, more := strings.Cut(line, "\t")
		if fields = append(fields, unescape(field)); !more {
			return fields
		}
		line = rest
	}
}

// An Index is an open index. Close it.
type Index struct {
	Source Source
	f      *datafile.File
	start  int64 // of the first entry
	size   int64
}

// Open opens the index at path.
func Open(path string) (*Index, error) {
	f, err := datafile.Open(path, maxFile)
	if err != nil {
		return nil, err
	}
	x := &Index{f: f, size: int64(f.Size())}
	first, start, err := x.lineAt(0)
	if head := strings.Split(first, "\t"); err == nil && len(head) == 3 && head[0] == magic {
		x.start, x.Source = start, Source{unescape(head[1]), unescape(head[2])}
		return x, nil
	}
	_ = f.Close()
	return nil, errors.Join(errors.New(path+": not an index of accounts"), err)
}

// All opens every valid index in a folder that belongs to the origin. The caller closes them.
func All(folder, origin string) []*Index {
	names, err := filepath.Glob(filepath.Join(folder, "*.index"))
	if err != nil {
		return nil
	}
	var all []*Index
	for _, name := range names {
		x, err := Open(name)
		if err != nil {
			continue
		}
		if x.Source.Origin != origin {
			x.Close()
			continue
		}
		all = append(all, x)
	}
	return all
}

// Close closes the index.
func (x *Index) Close() { _ = x.f.Close() }

// Entries yields all entries, in order.
func (x *Index) Entries(yield func(Entry) bool) { x.from(x.start, "", yield) }

// ByName yields the entries of accounts whose name begins with a text, in order. It finds the
// first entry with a binary search, and reads no entry after the last.
func (x *Index) ByName(beginning string, yield func(Entry) bool) {
	if strings.ContainsAny(beginning, "\\\t\n\r") { // the order of escaped names differs
		x.Entries(func(e Entry) bool { return !strings.HasPrefix(e.AccountName, beginning) || yield(e) })
		return
	}
	low, high := x.start, x.size // the first matching entry begins after low and not after high
	for high-low > blockSize {
		middle := low + (high-low)/2
		at, ok := x.nextLine(middle)
		if !ok || at >= high {
			high = middle
			continue
		}
		text, _, err := x.lineAt(at)
		if err != nil {
			return
		}
		if name, _, _ := strings.Cut(text, "\t"); unescape(name) < beginning {
			low = at
		} else {
			high = middle
		}
	}
	x.from(low, beginning, yield)
}

// blockSize is the size of the part of the file that ByName reads after the search.
const blockSize = 16 << 10

// from yields the entries from an offset on whose account name begins with a text. It stops after
// the last such entry.
func (x *Index) from(at int64, beginning string, yield func(Entry) bool) {
	size := 256 << 10
	if beginning != "" {
		size = blockSize
	}
	buf, left := make([]byte, size), ""
	for at < x.size {
		n, err := x.f.ReadAt(buf, at)
		at += int64(n)
		text := left + string(buf[:n])
		for {
			l, rest, ok := strings.Cut(text, "\n")
			if !ok {
				break
			}
			text = rest
			name, idAndRole, _ := strings.Cut(l, "\t")
			id, role, valid := strings.Cut(idAndRole, "\t")
			name = unescape(name)
			switch {
			case !valid || name < beginning:
			case !strings.HasPrefix(name, beginning):
				return
			case !yield(Entry{name, id, unescape(role)}):
				return
			}
		}
		if left = text; err != nil && !errors.Is(err, io.EOF) || n == 0 {
			return
		}
	}
}

// nextLine returns the offset of the first line that begins after an offset.
func (x *Index) nextLine(at int64) (int64, bool) {
	buf := make([]byte, 1<<10)
	for at < x.size {
		n, err := x.f.ReadAt(buf, at)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return at + int64(i) + 1, at+int64(i)+1 < x.size
		}
		if at += int64(n); err != nil {
			return 0, false
		}
	}
	return 0, false
}

// lineAt returns the line at an offset, and the offset of the next line.
func (x *Index) lineAt(at int64) (text string, next int64, err error) {
	var b []byte
	buf := make([]byte, 1<<10)
	for {
		n, err := x.f.ReadAt(buf, at+int64(len(b)))
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			b = append(b, buf[:i]...)
			return string(b), at + int64(len(b)) + 1, nil
		}
		b = append(b, buf[:n]...)
		if err != nil {
			return "", 0, err
		}
		if len(b) > 1<<20 {
			return "", 0, errors.New("a line is too long")
		}
	}
}

func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r").Replace(s)
}
