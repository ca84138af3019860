package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

// An update is one call of [Inventory.Update].
type update struct {
	v     *Inventory
	o     Options
	start time.Time
	seen  os.FileInfo // the file at the last look of follow

	mu     sync.Mutex
	f      *file
	out    *os.File           // the list, if this process writes it
	failed map[string]Failure // the failures of this update
	anew   map[string]bool    // the accounts whose role pages began again
	warned bool

	changed chan struct{} // has an element if the list has changed; nil if there is no observer
}

// set replaces the content, after reading the file.
func (u *update) set(f *file) {
	u.mu.Lock()
	u.f = f
	if u.anew == nil {
		u.anew = map[string]bool{}
	}
	u.mu.Unlock()
	u.notify()
}

// list returns the content with the failures of this update.
func (u *update) list() List {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.f == nil {
		return List{}
	}
	l := u.f.list()
	for id, failure := range u.failed {
		if _, ok := u.f.failed[id]; !ok {
			if k, ok := u.f.byID[id]; ok {
				failure.AccountName = u.f.accounts[k].Name
			}
			l.Failed = append(l.Failed, failure)
		}
	}
	l.Complete = l.Complete && len(l.Failed) == 0
	if u.o.Given != nil {
		l.hideRefused()
	}
	slices.SortFunc(l.Failed, func(a, b Failure) int { return cmp.Compare(a.AccountID, b.AccountID) })
	return l
}

// hideRefused removes the accounts that the service refused from the failures. The file of accounts
// names every account of the organization, and the user has no role in these. But the service has not
// said so: another server can answer 403 too. So the list does not count as complete.
func (l *List) hideRefused() {
	refused := map[string]time.Time{}
	l.Failed = slices.DeleteFunc(l.Failed, func(f Failure) bool {
		if f.Forbidden {
			refused[f.AccountID] = f.At
		}
		return f.Forbidden
	})
	for i := range l.Accounts {
		if at, ok := refused[l.Accounts[i].ID]; ok && !l.Accounts[i].RolesKnown() {
			l.Accounts[i].Listed = at
		}
	}
}

// fail remembers a failure for the rest of this update.
func (u *update) fail(f Failure) {
	u.mu.Lock()
	u.failed[f.AccountID] = f
	u.mu.Unlock()
	u.notify()
}

// openFile opens the list for writing. It removes a part of a line at the end. If the list belongs
// to another user, or if it is damaged, it begins a new list.
func (u *update) openFile() error {
	path := u.v.Path()
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "write", Path: path, Err: errors.New("is not a regular file")}
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if u.f.size == 0 { // not flushed to the disk, like the other lines: after a crash, all is listed again
		first := u.v.firstLine()
		if err = out.Truncate(0); err == nil {
			_, err = out.WriteString(first)
		}
		if err != nil {
			_ = out.Close()
			return err
		}
		u.f.size = int64(len(first))
	}
	if info, err = out.Stat(); err != nil {
		_ = out.Close()
		return err
	}
	if info.Size() > u.f.size {
		if err := out.Truncate(u.f.size); err != nil {
			_ = out.Close()
			return err
		}
	}
	_ = owner.Inherit(path)
	u.out = out
	return nil
}

func (u *update) closeFile() {
	if u.out != nil {
		_ = u.out.Close()
		u.out = nil
	}
}

// record adds a line to the content and to the file. If the disk is full, the content goes on in
// memory.
func (u *update) record(text string) {
	u.mu.Lock()
	u.f.add(text)
	if u.out != nil {
		if _, err := u.out.WriteString(text); err != nil {
			_ = u.out.Truncate(u.f.size - int64(len(text))) // readers ignore a part of a line anyway
			_ = u.out.Close()
			u.out = nil
			u.warnLocked(err)
		}
	}
	u.mu.Unlock()
	u.notify()
}

// warn prints that the list cannot be stored. It prints only the first reason.
func (u *update) warn(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.warnLocked(err)
}

func (u *update) warnLocked(err error) {
	if u.o.Warn != nil && !u.warned {
		u.warned = true
		u.o.Warn(fmt.Errorf("the list of accounts cannot be stored: %w", err))
	}
}

// compact replaces the file by a shorter file with the same content, and writes the index.
func (u *update) compact() {
	if u.out == nil {
		return
	}
	u.mu.Lock()
	f := u.f
	l := f.list()
	u.mu.Unlock()
	var b strings.Builder
	b.WriteString(u.v.firstLine())
	oldest := f.ended
	kind := "missing"
	if f.refresh {
		kind = "refresh"
	}
	b.WriteString(accountindex.Line("begin", millis(f.begun), kind))
	for _, a := range l.Accounts {
		at := "0"
		if !a.Listed.IsZero() {
			at = millis(a.Listed)
			if a.Listed.Before(oldest) {
				oldest = a.Listed
			}
		}
		b.WriteString(accountindex.Line(append([]string{"account", at, a.ID, a.Name, a.Email}, a.Roles...)...))
	}
	if !f.pages.done.IsZero() {
		from := "service"
		if f.pages.given {
			from = "file"
		}
		b.WriteString(accountindex.Line("accounts", millis(f.pages.done), from))
	}
	for _, x := range l.Failed {
		forbidden := "-"
		if x.Forbidden {
			forbidden = "403"
		}
		b.WriteString(accountindex.Line("failed", millis(x.At), x.AccountID, x.Code, forbidden, x.Message))
	}
	whether := "incomplete"
	if f.complete {
		whether = "complete"
	}
	b.WriteString(accountindex.Line("end", millis(f.ended), whether, millis(oldest)))
	u.closeFile() // Windows does not replace a file that is open
	if err := atomicfile.Write(u.v.Path(), []byte(b.String()), 0o600); err != nil {
		u.warn(err)
		return
	}
	err := accountindex.Write(u.v.indexPath(), accountindex.Source{Session: u.v.id.Session, Origin: u.v.id.Origin}, func(yield func(accountindex.Entry) bool) {
		for _, a := range l.Accounts {
			if len(a.Roles) == 0 && !yield(accountindex.Entry{AccountName: a.Name, AccountID: a.ID}) {
				return
			}
			for _, r := range a.Roles {
				if !yield(accountindex.Entry{AccountName: a.Name, AccountID: a.ID, Role: r}) {
					return
				}
			}
		}
	})
	if err != nil {
		u.warn(err)
	}
}
