package inventory

import (
	"time"
)

// This file decides what must be requested.

// resumeFor is how long an unfinished refresh is continued instead of begun again.
const resumeFor = time.Hour

// needsRefresh reports whether a new refresh must begin. A refresh that ended after this update
// began counts, because it is the refresh of another process. An unfinished refresh is continued.
func (u *update) needsRefresh(f *file) bool {
	switch {
	case !u.o.Refresh || !u.o.Need.everything():
		return false
	case !f.refresh || f.begun.IsZero():
		return true
	case f.ended.IsZero():
		return u.start.Sub(f.begun) > resumeFor
	}
	return f.ended.Before(u.start.Truncate(time.Millisecond))
}

// missing reports whether a request is necessary.
func (u *update) missing(f *file) bool {
	if u.needsPages(f) {
		return true
	}
	if id := u.o.Need.ID; id != "" {
		if k, ok := f.byID[id]; ok {
			return u.needsRoles(f, f.accounts[k])
		}
		return u.needsRoles(f, Account{ID: id})
	}
	for _, a := range f.accounts {
		if u.needsRoles(f, a) {
			return true
		}
	}
	return u.o.Need.everything() && f.ended.IsZero()
}

// needsPages reports whether account pages must be requested.
func (u *update) needsPages(f *file) bool {
	switch {
	case u.o.Need.ID != "":
		return false
	case f.pages.done.IsZero(), f.pages.given != (u.o.Given != nil):
		return true
	case u.o.Given != nil:
		return !sameAccounts(f, u.o.Given.Accounts)
	}
	return !u.fresh(f, f.pages.done)
}

// sameAccounts reports whether the list has exactly the given accounts.
func sameAccounts(f *file, given []Account) bool {
	if len(f.accounts) != len(given) {
		return false
	}
	for _, g := range given {
		k, ok := f.byID[g.ID]
		if !ok || f.accounts[k].Name != g.Name || f.accounts[k].Email != g.Email {
			return false
		}
	}
	return true
}

// needsRoles reports whether the roles of an account must be requested.
func (u *update) needsRoles(f *file, a Account) bool {
	if need := u.o.Need; need.ID != "" && need.ID != a.ID || need.Match != nil && !need.Match(a) {
		return false
	}
	if failure, ok := f.failed[a.ID]; ok && failure.Forbidden && u.fresh(f, failure.At) {
		return false
	}
	if _, ok := u.failed[a.ID]; ok {
		return false // the request has just failed
	}
	return a.Listed.IsZero() || !u.fresh(f, a.Listed)
}

// wants reports whether the need includes the roles of an account.
func (u *update) wants(id string) bool {
	need := u.o.Need
	if need.ID != "" {
		return id == need.ID
	}
	k, ok := u.f.byID[id]
	return need.Match == nil || ok && need.Match(u.f.accounts[k])
}

// fresh reports whether an answer from a time still counts.
func (u *update) fresh(f *file, at time.Time) bool {
	if u.o.Refresh && !u.o.Need.everything() && at.Before(u.start.Truncate(time.Millisecond)) {
		return false
	}
	age := u.start.Sub(at)
	return !at.Before(f.staleUntil) && age < FreshFor && age > -FreshFor
}
