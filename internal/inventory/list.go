package inventory

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// This file reads the lines of a list. Each line has fields that are separated by tabs. In a
// field, \t, \n, \r and \\ stand for these characters. Times are milliseconds since 1970.
//
//	lanyard-inventory 1 SESSION START-URL REGION ORIGIN SIGN-IN USER
//	begin TIME KIND          a listing begins. KIND is "refresh" if no older answer counts, or "missing"
//	again TIME               the account pages begin again, because the service rejected a token
//	anew TIME ID             the role pages of an account begin again, for the same reason
//	page TIME NEXT (ID NAME EMAIL)...   a page of accounts; NEXT is "" on the last page
//	given TIME (ID NAME EMAIL)...       all accounts, from a file: see inventory.source
//	roles TIME ID NEXT ROLE...          a page of roles; NEXT is "" on the last page
//	failed TIME ID CODE 403? MESSAGE    the service did not list the roles of an account
//	account TIME ID NAME EMAIL ROLE...  an account of a compact list; TIME is 0 if the roles are unknown
//	accounts TIME FROM       the lines "account" have every account; FROM is "service" or "file"
//	end TIME WHETHER OLDEST  the listing ended: "complete" or "incomplete". In a compact list, OLDEST is
//	                         the time of the oldest line "account"
//
// A kill can leave a part of a line at the end. Readers ignore this part, and the next writer
// removes it.
const header = "lanyard-inventory 1"

// maxFile limits the size of a list in bytes. A list of 100,000 roles has about 4 MB.
const maxFile = 256 << 20

// A file is the content of a list.
type file struct {
	size     int64 // of the valid lines
	accounts []Account
	byID     map[string]int // the index in accounts
	pages    accountPages
	failed   map[string]Failure
	partial  map[string]rolePages // accounts of which some role pages are missing

	last       time.Time // of the last answer
	begun      time.Time // of the last listing; zero if the list has none
	refresh    bool      // the last listing is a refresh
	staleUntil time.Time // answers before this time are not fresh
	ended      time.Time // of the last listing; zero if it has not ended
	complete   bool
}

// accountPages says how far the service has listed the accounts.
type accountPages struct {
	done    time.Time       // when the last page arrived; zero if pages are missing
	given   bool            // the accounts come from a file
	started bool            // a page has arrived, but not the last page
	next    string          // the token of the next page
	seen    map[string]bool // the accounts of the pages so far
}

// rolePages says how far the service has listed the roles of an account.
type rolePages struct {
	names []string
	next  string
}

func newFile() *file {
	return &file{byID: map[string]int{}, failed: map[string]Failure{}, partial: map[string]rolePages{}}
}

// load reads the file of the list. It returns an empty file if the file does not exist, or if it
// belongs to another identity.
func (v *Inventory) load() (*file, error) {
	data, err := datafile.Read(v.Path(), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return newFile(), nil
	}
	if err != nil {
		return nil, err
	}
	f := newFile()
	first, rest, ok := strings.Cut(string(data), "\n")
	if !ok || !v.owns(first) {
		return f, nil
	}
	f.size = int64(len(first) + 1)
	f.add(rest)
	return f, nil
}

// owns reports whether the first line of a list names this identity.
func (v *Inventory) owns(line string) bool {
	f := accountindex.Fields(line)
	return len(f) == 7 && f[0] == header &&
		v.id.same(Identity{Session: f[1], StartURL: f[2], Region: f[3], Origin: f[4], SignIn: f[5], User: f[6]})
}

// firstLine returns the first line of the list.
func (v *Inventory) firstLine() string {
	return accountindex.Line(header, v.id.Session, v.id.StartURL, v.id.Region, v.id.Origin, v.id.SignIn, v.id.User)
}

// add reads further lines. It stops before the first invalid or incomplete line.
func (f *file) add(text string) {
	for {
		l, rest, ok := strings.Cut(text, "\n")
		if !ok || !f.apply(accountindex.Fields(l)) {
			return
		}
		f.size += int64(len(l) + 1)
		text = rest
	}
}

// apply reads one line. It reports whether the line is valid.
func (f *file) apply(l []string) bool {
	if len(l) < 2 {
		return false
	}
	ms, err := strconv.ParseInt(l[1], 10, 64)
	if err != nil {
		return false
	}
	at, args := time.UnixMilli(ms), l[2:]
	switch kind := l[0]; {
	case kind == "begin" && len(args) == 1:
		f.begun, f.refresh, f.ended, f.complete = at, args[0] == "refresh", time.Time{}, false
		if f.refresh {
			f.staleUntil = at
			f.pages, f.partial = accountPages{}, map[string]rolePages{}
			clear(f.failed)
		}
	case kind == "again" && len(args) == 0:
		f.pages = accountPages{}
	case kind == "anew" && len(args) == 1:
		delete(f.partial, args[0])
	case kind == "page" && len(args)%3 == 1:
		f.page(at, args[0], args[1:])
	case kind == "given" && len(args)%3 == 0:
		f.pages = accountPages{}
		f.page(at, "", args)
		f.pages.given = true
	case kind == "roles" && len(args) >= 2:
		f.roles(at, args[0], args[1], args[2:])
	case kind == "failed" && len(args) == 4:
		f.failed[args[0]] = Failure{AccountID: args[0], Code: args[1], Forbidden: args[2] == "403", Message: args[3], At: at}
		f.last = later(f.last, at)
	case kind == "account" && len(args) >= 3:
		a := Account{ID: args[0], Name: args[1], Email: args[2], Roles: args[3:]}
		if ms > 0 {
			a.Listed = at
			f.last = later(f.last, at)
		}
		f.put(a)
	case kind == "accounts" && len(args) == 1:
		f.pages = accountPages{done: at, given: args[0] == "file"}
		f.last = later(f.last, at)
	case kind == "end" && (len(args) == 1 || len(args) == 2):
		f.ended, f.complete = at, args[0] == "complete"
	default:
		return false
	}
	return true
}

// page adds a page of accounts. After the last page, it removes the accounts that are in no page.
func (f *file) page(at time.Time, next string, triples []string) {
	if !f.pages.started {
		f.pages = accountPages{started: true, seen: map[string]bool{}}
	}
	for i := 0; i+2 < len(triples); i += 3 {
		id := triples[i]
		f.pages.seen[id] = true
		a := Account{ID: id, Name: triples[i+1], Email: triples[i+2]}
		if k, ok := f.byID[id]; ok {
			a.Roles, a.Listed = f.accounts[k].Roles, f.accounts[k].Listed
		}
		f.put(a)
	}
	f.last, f.pages.next = later(f.last, at), next
	if next != "" {
		return
	}
	seen := f.pages.seen
	f.pages = accountPages{done: at}
	f.accounts = slices.DeleteFunc(f.accounts, func(a Account) bool { return !seen[a.ID] })
	maps.DeleteFunc(f.failed, func(id string, _ Failure) bool { return !seen[id] })
	clear(f.byID)
	for i, a := range f.accounts {
		f.byID[a.ID] = i
	}
}

// roles adds a page of roles.
func (f *file) roles(at time.Time, id, next string, names []string) {
	f.last = later(f.last, at)
	names = append(f.partial[id].names, names...)
	if next != "" {
		f.partial[id] = rolePages{names, next}
		return
	}
	delete(f.partial, id)
	delete(f.failed, id)
	a := Account{ID: id}
	if k, ok := f.byID[id]; ok {
		a = f.accounts[k]
	}
	slices.Sort(names)
	a.Roles, a.Listed = slices.Compact(names), at
	f.put(a)
}

// put adds or replaces an account.
func (f *file) put(a Account) {
	if k, ok := f.byID[a.ID]; ok {
		f.accounts[k] = a
		return
	}
	f.byID[a.ID] = len(f.accounts)
	f.accounts = append(f.accounts, a)
}

// list returns the content as a List.
func (f *file) list() List {
	l := List{Accounts: slices.Clone(f.accounts), At: f.last, AccountsListed: f.pages.done}
	l.Complete = f.complete && !f.pages.done.IsZero() && len(f.failed) == 0 &&
		!slices.ContainsFunc(f.accounts, func(a Account) bool { return a.Listed.IsZero() })
	for id, failure := range f.failed {
		k, ok := f.byID[id]
		switch {
		case ok:
			failure.AccountName = f.accounts[k].Name
		case !f.pages.done.IsZero():
			continue // the account no longer exists
		}
		l.Failed = append(l.Failed, failure)
	}
	l.sort()
	return l
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
