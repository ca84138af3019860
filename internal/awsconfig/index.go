// This file finds a profile in a large config without a search of the whole file.

package awsconfig

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// An index says where the sections of a config are. [ReadFor] uses the index of a large config only
// if the index describes exactly this file: device, inode, size, time of change and time of
// modification are equal. [MakeIndex] returns an index only if every later change gives the file
// another time. So an index is never wrong, even if a program changes the config in place. After such
// a change, ReadFor reads the whole file again.
//
// An index begins with its head: the version, the stamp of the file, and two numbers of entries. The
// first entries are the units that every look-up needs. The other entries are profiles, sorted by the
// hash of the name. All numbers have 8 bytes, and the lowest byte comes first.
const (
	indexVersion = 0x0173786469796e6c // "lnyidxs" and the version 1
	headWords    = 1 + stampWords + 2
	entryWords   = 5
	wordSize     = 8

	// indexFrom is the smallest size of a config with an index. A search of a smaller file is fast.
	indexFrom = 512 << 10
	// maxKept is the largest number of units that every look-up needs.
	maxKept = 1000
)

// An indexEntry describes a unit of the file; see [sieve].
type indexEntry struct{ hash, offset, length, line, lines uint64 }

// IndexPath returns the path of the index of a config.
func IndexPath(path string) string {
	name := strings.LastIndexAny(path, `/\`) + 1
	return path[:name] + ".lanyard/" + path[name:] + ".index"
}

// MakeIndex returns the index of a config. It returns nil if the config is small, has no clear
// sections, or is changing. Otherwise MakeIndex takes at least 50 ms.
func MakeIndex(path string) ([]byte, error) {
	f, err := datafile.Open(path, datafile.ConfigLimit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if f.Size() < indexFrom {
		return nil, nil
	}
	stamp, ok := stampOf(f)
	if !ok {
		return nil, nil
	}
	// The clock of a file system has steps of some milliseconds. A second change within the same step
	// would not change the time of the file, so read the file after the step.
	time.Sleep(50 * time.Millisecond)
	content := make([]byte, f.Size())
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, err
	}
	if again, ok := stampOf(f); !ok || again != stamp {
		return nil, nil
	}
	return makeIndex(stamp, content), nil
}

// makeIndex returns the index of this content.
func makeIndex(stamp stamp, content []byte) []byte {
	if bytes.HasPrefix(content, []byte(bom)) {
		return nil
	}
	var kept, named []indexEntry
	at := indexEntry{}
	s := sieve{each: func(unit []byte, plain bool) {
		at.length, at.lines = uint64(len(unit)), uint64(countLinesOf(unit))
		name, ok := unitName(unit)
		if at.hash = 0; ok && plain {
			at.hash = hashName(name)
			named = append(named, at)
		} else {
			kept = append(kept, at)
		}
		at.offset += at.length
		at.line += at.lines
	}}
	s.take(content, true)
	if len(kept) > maxKept || at.offset != uint64(len(content)) {
		return nil
	}
	slices.SortFunc(named, func(a, b indexEntry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.offset, b.offset)) })
	out := make([]byte, 0, wordSize*(headWords+entryWords*(len(kept)+len(named))))
	out = appendWords(out, indexVersion)
	out = appendWords(out, stamp[:]...)
	out = appendWords(out, uint64(len(kept)), uint64(len(named)))
	for _, list := range [...][]indexEntry{kept, named} {
		for _, e := range list {
			out = appendWords(out, e.hash, e.offset, e.length, e.line, e.lines)
		}
	}
	return out
}

// unitName returns the name of a unit that begins with exactly [profile NAME], where NAME has no
// quotes, white space or brackets.
func unitName(unit []byte) ([]byte, bool) {
	rest, ok := bytes.CutPrefix(unit, []byte("[profile "))
	if !ok {
		return nil, false
	}
	for i, c := range rest {
		switch {
		case c == ']':
			end := rest[i+1:]
			return rest[:i], i > 0 && (len(end) == 0 || end[0] == '\n' || len(end) > 1 && end[0] == '\r' && end[1] == '\n')
		case c <= ' ' || c == '\'' || c == '"' || c == '\\' || c == '[':
			return nil, false
		}
	}
	return nil, false
}

// hashName returns the FNV-1a hash of a name.
func hashName[T string | []byte](name T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return h
}

func appendWords(b []byte, words ...uint64) []byte {
	for _, w := range words {
		for range wordSize {
			b = append(b, byte(w))
			w >>= 8
		}
	}
	return b
}

// An indexReader reads parts of an index.
type indexReader struct{ r io.ReaderAt }

// words reads n words at word i.
func (x indexReader) words(i, n uint64) ([]uint64, bool) {
	b := make([]byte, n*wordSize)
	if got, _ := x.r.ReadAt(b, int64(i*wordSize)); got < len(b) {
		return nil, false
	}
	words := make([]uint64, n)
	for j := range words {
		for k := wordSize - 1; k >= 0; k-- {
			words[j] = words[j]<<8 | uint64(b[j*wordSize+k])
		}
	}
	return words, true
}

// entries reads n entries. i is the number of the first entry.
func (x indexReader) entries(i, n uint64) ([]indexEntry, bool) {
	words, ok := x.words(headWords+i*entryWords, n*entryWords)
	if !ok {
		return nil, false
	}
	list := make([]indexEntry, n)
	for j := range list {
		w := words[j*entryWords:]
		list[j] = indexEntry{w[0], w[1], w[2], w[3], w[4]}
	}
	return list, true
}

// readIndexed does the work of ReadFor with the index of the config. ok is false if there is no index
// of exactly this file.
func readIndexed(f *datafile.File, path, profile string) (d *Doc, ok bool) {
	if f.Size() < indexFrom {
		return nil, false
	}
	index, err := datafile.Open(IndexPath(path), datafile.ConfigLimit)
	if err != nil {
		return nil, false
	}
	defer func() { _ = index.Close() }()
	stamp, ok := stampOf(f)
	if !ok {
		return nil, false
	}
	return lookUp(f, index, uint64(index.Size()), stamp, path, profile)
}

// lookUp returns the part of a file that a profile needs.
func lookUp(file, index io.ReaderAt, indexSize uint64, stamp stamp, path, profile string) (*Doc, bool) {
	x := indexReader{index}
	head, ok := x.words(0, headWords)
	if !ok || head[0] != indexVersion || [stampWords]uint64(head[1:]) != stamp {
		return nil, false
	}
	kept, named := head[1+stampWords], head[2+stampWords]
	if kept > maxKept || named > datafile.ConfigLimit || indexSize != wordSize*(headWords+entryWords*(kept+named)) {
		return nil, false
	}
	units, ok := x.entries(0, kept)
	if !ok {
		return nil, false
	}
	hash := hashName(profile)
	low, high := uint64(0), named
	for low < high {
		middle := (low + high) / 2
		e, ok := x.entries(kept+middle, 1)
		if !ok {
			return nil, false
		}
		if e[0].hash < hash {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for ; low < named; low++ {
		e, ok := x.entries(kept+low, 1)
		if !ok {
			return nil, false
		}
		if e[0].hash != hash {
			break
		}
		units = append(units, e[0])
	}
	slices.SortFunc(units, func(a, b indexEntry) int { return cmp.Compare(a.offset, b.offset) })
	return assemble(file, units, path, profile)
}

// assemble reads the units of a file.
func assemble(file io.ReaderAt, units []indexEntry, path, profile string) (*Doc, bool) {
	var s sieve
	line := uint64(0)
	for _, u := range units {
		if u.length > datafile.ConfigLimit {
			return nil, false
		}
		b := make([]byte, u.length)
		if n, _ := file.ReadAt(b, int64(u.offset)); n < len(b) {
			return nil, false
		}
		if u.hash != 0 {
			// Another name can have the same hash.
			if name, ok := unitName(b); !ok {
				return nil, false
			} else if string(name) != profile {
				continue
			}
		}
		s.skipped = int(u.line - line)
		s.keep(b)
		line = u.line + u.lines
	}
	d := NewDoc(path, false, s.kept.String())
	d.sifted, d.only, d.gaps = true, profile, s.gaps
	return d, true
}

// A stamp identifies a file and its last change.
type stamp [stampWords]uint64

const stampWords = 5

// stampOf returns the stamp of an open file. ok is false if the system or the file system has no
// exact times.
func stampOf(f *datafile.File) (s stamp, ok bool) {
	info, err := f.Stat()
	if err != nil {
		return s, false
	}
	device, inode, changed, ok := system(info)
	modified := info.ModTime()
	if !ok || changed.Nanosecond()%1000 == 0 && modified.Nanosecond()%1000 == 0 {
		return s, false // a file system with coarse times
	}
	return stamp{device, inode, uint64(info.Size()), uint64(modified.UnixNano()), uint64(changed.UnixNano())}, true
}
