package inventory

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// This file answers from a complete list without reading most of its lines. So a look-up of one
// account among 10,000 takes little more time than the start of the program.

// A Filter reports whether an account of a compact list can be part of an answer. line is the
// account's line in lower case and without accents, with the escapes of the file. A Filter may let
// other accounts pass, but it must not hold back an account of the answer.
type Filter func(line []byte) bool

// ContainsAll returns the Filter for accounts that have each of the words in their id, name,
// e-mail address or roles, in any case and with any accents. A word of digits and hyphens also stands for an id without hyphens.
func ContainsAll(words ...string) Filter {
	var all [][2][]byte
	for _, w := range words {
		if strings.ContainsAny(w, "\\\t\n\r") {
			continue // the file escapes these characters
		}
		w = fold(w)
		all = append(all, [2][]byte{[]byte(w), []byte(idOf(w))})
	}
	return func(line []byte) bool {
		for _, w := range all {
			if !bytes.Contains(line, w[0]) && (len(w[1]) == len(w[0]) || !bytes.Contains(line, w[1])) {
				return false
			}
		}
		return true
	}
}

// idOf returns a word of digits and hyphens without the hyphens, and any other word unchanged.
func idOf(word string) string {
	if bare := strings.ReplaceAll(word, "-", ""); bare != "" && strings.Trim(bare, "0123456789") == "" {
		return bare
	}
	return word
}

// Quick returns the accounts that pass the filter, if an update would make no request and nothing
// is missing from the list. Otherwise ok is false, and the caller must update the list.
func (v *Inventory) Quick(o Options, pass Filter) (l List, ok bool) {
	if o.Refresh || o.Given != nil {
		return List{}, false
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f, last, err := v.filtered(pass)
	if err != nil || len(last) != 4 || last[0] != "end" || last[2] != "complete" {
		return List{}, false
	}
	oldest, err := strconv.ParseInt(last[3], 10, 64)
	u := &update{v: v, o: o, start: o.Now()}
	if err != nil || u.missing(f) || !u.fresh(f, time.UnixMilli(oldest)) {
		return List{}, false
	}
	l = f.list()
	return l, l.Complete
}

// filtered reads the accounts that pass the filter, and all other lines. last is the last line.
func (v *Inventory) filtered(pass Filter) (f *file, last []string, err error) {
	in, err := datafile.Open(v.Path(), maxFile)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = in.Close() }()
	f = newFile()
	var folded []byte
	lines := bufio.NewReaderSize(in, 128<<10)
	for n := 0; ; n++ {
		l, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(l) == 0 {
			return f, last, nil
		}
		if err != nil {
			return nil, nil, err // also for a line that is too long for a compact list
		}
		l = l[:len(l)-1]
		if n == 0 {
			if !v.owns(string(l)) {
				return nil, nil, errors.New("not a compact list")
			}
			continue
		}
		if bytes.HasPrefix(l, []byte("account\t")) {
			if folded = appendFolded(folded[:0], l); !pass(folded) {
				continue
			}
		}
		if last = accountindex.Fields(string(l)); !f.apply(last) {
			return nil, nil, errors.New("not a compact list")
		}
	}
}

// appendFolded appends text in lower case and without accents to buf.
func appendFolded(buf, text []byte) []byte {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return append(buf[:len(buf)-i], fold(string(text))...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf = append(buf, c)
	}
	return buf
}
