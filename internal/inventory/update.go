package inventory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/owner"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A Portal lists accounts and roles. *[idcenter.Client] implements it.
type Portal interface {
	AccountsPage(ctx context.Context, accessToken secret.String, next string) (page []idcenter.Account, following string, err error)
	RolesPage(ctx context.Context, accessToken secret.String, accountID, next string) (names []string, following string, err error)
}

// A Need says what a command wants to know. The zero Need is everything.
type Need struct {
	// ID, if it is not "", asks only for the roles of this account. The account pages are then not
	// requested.
	ID string
	// Match, if it is not nil, asks for all accounts, but only for the roles of matching accounts.
	Match func(Account) bool
}

// everything reports whether the need is every account and every role.
func (n Need) everything() bool { return n.ID == "" && n.Match == nil }

// Given are accounts from a file, which replace the account pages. See inventory.source.
type Given struct {
	Accounts []Account // without roles
	Current  bool      // the file has just been read. If it is an older copy, the list is not complete
}

// Options describe an update.
type Options struct {
	Portal Portal
	// Token returns an access token. rejected is a token that the portal has refused, or zero. An
	// error ends the update.
	Token   func(ctx context.Context, rejected secret.String) (secret.String, error)
	Limit   *ratelimit.Limiter
	Need    Need
	Refresh bool   // ask for everything again, not only for what is older than [FreshFor]
	Given   *Given // nil: the portal lists the accounts
	// Observe is called while the update runs, from another goroutine, with what is new. A slow
	// Observe does not delay the update. It may be nil.
	Observe func(Progress)
	// Warn is called if the list cannot be stored. It may be nil.
	Warn func(error)
	Now  func() time.Time // nil means time.Now
}

// An IncompleteError reports that the list lacks roles or accounts. The list has the rest.
type IncompleteError struct {
	Failed []Failure // the accounts whose roles are missing, by id
	Err    error     // why the listing ended early; nil if it did not
}

func (e *IncompleteError) Error() string {
	text := ""
	for i, g := range grouped(e.Failed) {
		if i > 0 {
			text += "\n"
		}
		text += g
	}
	switch {
	case e.Err == nil:
		return text
	case text == "":
		return "the list is not complete: " + e.Err.Error()
	}
	return text + "\nthe list is not complete: " + e.Err.Error()
}

func (e *IncompleteError) Unwrap() error { return e.Err }

// ExitStatus returns the AWS CLI's exit code: 254 if the service refused something or the session
// ended, and 255 if the service could not be reached.
func (e *IncompleteError) ExitStatus() int {
	if e.Err != nil && !errors.Is(e.Err, idcenter.ErrNetwork) {
		return 254
	}
	for _, f := range e.Failed {
		if f.Code != "" || f.Forbidden {
			return 254
		}
	}
	return 255
}

// ErrorName returns "", because the text of Err already names its error.
func (e *IncompleteError) ErrorName() string { return "" }

// named is how many accounts of a group an IncompleteError names.
const named = 20

// grouped returns a line for each reason, with the accounts that failed for this reason.
func grouped(failed []Failure) []string {
	type reason struct{ code, message string }
	var order []reason
	accounts := map[reason][]string{}
	for _, f := range failed {
		r := reason{f.Code, f.Message}
		if accounts[r] == nil {
			order = append(order, r)
		}
		name := f.AccountID
		if f.AccountName != "" {
			name += " (" + terminal.OneLine(f.AccountName) + ")"
		}
		accounts[r] = append(accounts[r], name)
	}
	var lines []string
	for _, r := range order {
		n := len(accounts[r])
		if n == 1 {
			lines = append(lines, fmt.Sprintf("the roles of account %s could not be listed: %s", accounts[r][0], r.message))
			continue
		}
		names := strings.Join(accounts[r][:min(n, named)], ", ")
		if n > named {
			names += fmt.Sprintf(" and %d more", n-named)
		}
		lines = append(lines, fmt.Sprintf("the roles of %d accounts could not be listed (%s): %s", n, r.message, names))
	}
	return lines
}

// Update asks the service for everything that the need lacks, stores it, and returns the list. If
// another process is listing, Update waits for its results instead. It returns an
// [IncompleteError] with the list if something is missing. After any other error the list has what
// was known before.
func (v *Inventory) Update(ctx context.Context, o Options) (List, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	u := &update{v: v, o: o, start: o.Now(), failed: map[string]Failure{}}
	defer u.watch()()
	return u.run(ctx)
}

// Known returns what [Inventory.Update] would return, if it would make no request. Otherwise ok is
// false. It takes no lock.
func (v *Inventory) Known(o Options) (l List, ok bool, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	f, err := v.load()
	if err != nil {
		return List{}, false, nil //nolint:nilerr // the update reports the error
	}
	u := &update{v: v, o: o, start: o.Now(), failed: map[string]Failure{}}
	if u.needsRefresh(f) || u.missing(f) {
		return List{}, false, nil
	}
	u.set(f)
	l, err = u.result(nil)
	return l, true, err
}

const followPause = 50 * time.Millisecond // the shortest time between two looks at the file of another process

// run takes turns with the other processes until nothing is missing.
func (u *update) run(ctx context.Context) (List, error) {
	if err := owner.MakeFolder(u.v.folder); err != nil {
		return u.alone(ctx, err)
	}
	for {
		lock, err := filelock.Try(u.v.lockPath())
		switch {
		case err == nil:
			defer lock.Release()
			return u.lead(ctx)
		case !errors.Is(err, filelock.ErrBusy):
			return u.alone(ctx, err)
		}
		began := time.Now()
		if f, ok := u.follow(); ok {
			u.set(f)
		}
		pause := max(followPause, 10*time.Since(began)) // reading a large list takes time
		if err := sleep.For(ctx, pause); err != nil {
			return u.list(), err
		}
	}
}

// alone lists without storing anything, because the folder cannot be used.
func (u *update) alone(ctx context.Context, err error) (List, error) {
	f, loadErr := u.v.load()
	if loadErr != nil {
		f = newFile()
	}
	u.set(f)
	u.warn(err)
	return u.ask(ctx)
}

// follow reads what another process has written since the last look.
func (u *update) follow() (f *file, ok bool) {
	info, err := os.Stat(u.v.Path())
	if err != nil || u.seen != nil && os.SameFile(u.seen, info) && info.Size() == u.seen.Size() {
		return nil, false
	}
	if f, err = u.v.load(); err != nil {
		return nil, false
	}
	u.seen = info
	return f, true
}

// lead lists what is missing. This process holds the lock.
func (u *update) lead(ctx context.Context) (List, error) {
	f, err := u.v.load()
	if err != nil {
		u.warn(err)
		f = newFile()
	}
	u.set(f)
	if !u.needsRefresh(f) && !u.missing(f) {
		return u.result(nil)
	}
	if err := u.openFile(); err != nil {
		u.warn(err)
	}
	defer u.closeFile()
	return u.ask(ctx)
}

// ask makes the requests, and records the end of the listing.
func (u *update) ask(ctx context.Context) (List, error) {
	everything := u.o.Need.everything()
	if refresh := u.needsRefresh(u.f); everything && (refresh || u.f.begun.IsZero() || !u.f.ended.IsZero()) {
		kind := "missing"
		if refresh {
			kind = "refresh"
		}
		u.record(accountindex.Line("begin", millis(u.o.Now()), kind))
	}
	if g := u.o.Given; g != nil && u.needsPages(u.f) {
		u.record(givenLine(g.Accounts, u.o.Now()))
	}
	err := u.request(ctx)
	if err == nil && everything {
		whether := "complete"
		if len(u.f.failed) > 0 || len(u.failed) > 0 || u.o.Given != nil && !u.o.Given.Current {
			whether = "incomplete"
		}
		u.record(accountindex.Line("end", millis(u.o.Now()), whether))
		u.compact()
	}
	return u.result(err)
}

// result returns the list and the error of the update.
func (u *update) result(err error) (List, error) {
	l := u.list()
	var failed []Failure
	for _, f := range l.Failed {
		if u.wants(f.AccountID) {
			failed = append(failed, f)
		}
	}
	switch {
	case errors.Is(err, context.Canceled), err != nil && len(l.Accounts) == 0:
		return l, err
	case err != nil, len(failed) > 0:
		return l, &IncompleteError{Failed: failed, Err: err}
	}
	return l, nil
}

func givenLine(accounts []Account, now time.Time) string {
	f := []string{"given", millis(now)}
	for _, a := range accounts {
		f = append(f, a.ID, a.Name, a.Email)
	}
	return accountindex.Line(f...)
}
