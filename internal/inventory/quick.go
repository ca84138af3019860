package inventory

import (
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// This file answers from a complete list without reading most of its lines. So a look-up of one
// account among 10,000 takes little more time than the start of the program.

// A Filter reports whether an account of a compact list can be part of an answer. line is the
// account's line in lower case, with the escapes of the file. A Filter may let other accounts
// pass, but it must not hold back an account of the answer.
type Filter func(line string) bool

// ContainsAll returns the Filter for accounts that have each of the words in their id, name,
// e-mail address or roles. A word of digits and hyphens also stands for an id without hyphens.
func ContainsAll(words ...string) Filter {
	var all [][2]string
	for _, w := range words {
		if strings.ContainsAny(w, "\\\t\n\r") {
			continue // the file escapes these characters
		}
		w = strings.ToLower(w)
		all = append(all, [2]string{w, idOf(w)})
	}
	return func(line string) bool {
		for _, w := range all {
			if !strings.Contains(line, w[0]) && (w[1] == w[0] || !strings.Contains(line, w[1])) {
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
	data, err := datafile.Read(v.Path(), maxFile)
	if err != nil {
		return List{}, false
	}
	first, rest, _ := strings.Cut(string(data), "\n")
	if !strings.HasSuffix(rest, "\n") || !v.owns(first) {
		return List{}, false
	}
	last := fields(rest[strings.LastIndexByte(rest[:len(rest)-1], '\n')+1 : len(rest)-1])
	if len(last) != 4 || last[0] != "end" || last[2] != "complete" {
		return List{}, false
	}
	f := newFile()
	for text := rest; text != ""; {
		l, following, _ := strings.Cut(text, "\n")
		text = following
		if strings.HasPrefix(l, "account\t") && !pass(strings.ToLower(l)) {
			continue
		}
		if !f.apply(fields(l)) {
			return List{}, false
		}
	}
	oldest, err := strconv.ParseInt(last[3], 10, 64)
	u := &update{v: v, o: o, start: o.Now()}
	if err != nil || u.missing(f) || !u.fresh(f, time.UnixMilli(oldest)) {
		return List{}, false
	}
	l = f.list()
	return l, l.Complete
}
