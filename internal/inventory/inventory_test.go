package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

func body(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func TestListing(t *testing.T) {
	f := newFixture(t, organization(250, "b", "a", "c"))
	l := f.update()
	if n := f.count(); n != 253 {
		t.Errorf("%d requests, want 3 pages and 250 accounts", n)
	}
	if len(l.Accounts) != 250 || l.Roles() != 750 || !l.Complete || len(l.Failed) != 0 || l.AccountsListed.IsZero() {
		t.Fatalf("%d accounts, %d roles, complete %v", len(l.Accounts), l.Roles(), l.Complete)
	}
	if !slices.IsSortedFunc(l.Accounts, func(a, b inventory.Account) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the accounts are not in the order of their names")
	}
	if a, ok := l.Account("000000000012"); !ok || a.Name != "acct-250" || !slices.Equal(a.Roles, []string{"a", "b", "c"}) {
		t.Errorf("account 000000000012 = %+v", a)
	}

	// The second run makes no request, also in another process and after a compact list.
	again := f.update()
	if n := f.count(); n != 0 {
		t.Errorf("the second run made %d requests", n)
	}
	if diff := cmp.Diff(l, again); diff != "" {
		t.Errorf("the second run has another list:\n%s", diff)
	}
	if read, err := f.open().Read(); err != nil || cmp.Diff(l, read) != "" {
		t.Errorf("Read: %v\n%s", err, cmp.Diff(l, read))
	}
	if known, ok, err := f.open().Known(f.options()); !ok || err != nil || cmp.Diff(l, known) != "" {
		t.Errorf("Known: %v, %v\n%s", ok, err, cmp.Diff(l, known))
	}
	if some, ok := f.open().Quick(f.options(), inventory.ContainsAll("acct-17", "a")); !ok || len(some.Accounts) != 11 || !some.Complete {
		t.Errorf("Quick: %v, %d accounts", ok, len(some.Accounts))
	}
	for name, change := range map[string]func(*inventory.Options){
		"refresh":    func(o *inventory.Options) { o.Refresh = true },
		"13 hours":   func(o *inventory.Options) { o.Now = func() time.Time { return time.Now().Add(hours(13)) } },
		"unknown id": func(o *inventory.Options) { o.Need.ID = "999999999999" },
	} {
		o := f.options()
		change(&o)
		if _, ok := f.open().Quick(o, inventory.ContainsAll("999999999999")); ok {
			t.Errorf("%s: Quick answers", name)
		}
		if _, ok, _ := f.open().Known(o); ok {
			t.Errorf("%s: Known answers", name)
		}
	}

	// --refresh asks for everything.
	if f.update(func(o *inventory.Options) { o.Refresh = true }); f.count() != 253 {
		t.Error("--refresh did not ask for everything")
	}
	// So does a run after twelve hours.
	later := func(o *inventory.Options) { o.Now = func() time.Time { return time.Now().Add(hours(13)) } }
	if f.update(later); f.count() != 253 {
		t.Error("a list of 13 hours ago was used")
	}
}

// Quick must find every account that Find finds.
func TestQuickWithAccents(t *testing.T) {
	c := organization(2, "a")
	c.Accounts[0].Name = "ZÜRICH Écriture"
	f := newFixture(t, c)
	f.update()
	for _, words := range [][]string{{"zurich"}, {"zürich"}, {"Zu\u0308rich", "ECRIT"}} {
		some, ok := f.open().Quick(f.options(), inventory.ContainsAll(words...))
		if !ok || len(some.Accounts) != 1 || len(some.Find(words)) != 1 {
			t.Errorf("%q: %v, %+v", words, ok, some.Accounts)
		}
	}
}

// An account that no longer exists leaves the list, and a new account enters it.
func TestAccountsThatComeAndGo(t *testing.T) {
	c := organization(5, "a")
	f := newFixture(t, c)
	f.update()
	c.Accounts = append(c.Accounts[1:], emulator.Account{ID: "999999999999", Name: "new", Email: "new@example.com"})
	if err := f.emu.Reload(c); err != nil {
		t.Fatal(err)
	}
	l := f.update(func(o *inventory.Options) { o.Refresh = true })
	_, gone := l.Account("000000000012")
	_, came := l.Account("999999999999")
	if gone || !came || len(l.Accounts) != 5 || !l.Complete {
		t.Errorf("accounts = %v", l.Accounts)
	}
}

func TestNames(t *testing.T) {
	names := []string{
		"生産環境", "prod 🏭️", "الإنتاج", "-rf", "   ", "same", "same", strings.Repeat("x", 50),
		"a\tb\nc\\d\\t", "a/b:c", `quote"d`, "ünïcödé",
	}
	roles := []string{"Admin", "ReadOnly_x", "A+=,.@-b"}
	c := organization(len(names), roles...)
	for i := range names {
		c.Accounts[i].Name = names[i]
	}
	f := newFixture(t, c)
	first := f.update()
	l, err := f.open().Read()
	if err != nil || cmp.Diff(first, l) != "" {
		t.Errorf("the stored list differs: %v\n%s", err, cmp.Diff(first, l))
	}
	for i, want := range names {
		if a, ok := l.Account(c.Accounts[i].ID); !ok || a.Name != want || len(a.Roles) != len(roles) {
			t.Errorf("%s = %+v, want the name %q", c.Accounts[i].ID, a, want)
		}
	}
	index := accountindex.All(inventory.Folder(f.home), f.id.Origin)
	if len(index) != 1 {
		t.Fatalf("%d indexes", len(index))
	}
	defer index[0].Close()
	for i, want := range names {
		var ids []string
		index[0].ByName(want, func(e accountindex.Entry) bool {
			if e.AccountName == want {
				ids = append(ids, e.AccountID)
			}
			return true
		})
		if !slices.Contains(ids, c.Accounts[i].ID) {
			t.Errorf("the index has the accounts %q under the name %q", ids, want)
		}
	}
	if other := accountindex.All(inventory.Folder(f.home), "aws"); len(other) != 0 {
		t.Error("the index of another origin was opened")
	}
}

// The list belongs to a user and to an endpoint.
func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		name        string
		first, then func(*inventory.Identity)
		same        bool
	}{
		{"the same sign-in", nil, nil, true},
		{"another sign-in of an unknown user", nil, func(i *inventory.Identity) { i.SignIn = "second" }, false},
		{
			"another sign-in of the same user", func(i *inventory.Identity) { i.User = "jane" },
			func(i *inventory.Identity) { i.SignIn, i.User = "second", "jane" }, true,
		},
		{
			"another user", func(i *inventory.Identity) { i.User = "jane" },
			func(i *inventory.Identity) { i.SignIn, i.User = "second", "joe" }, false,
		},
		{"another origin", nil, func(i *inventory.Identity) { i.Origin = "aws" }, false},
		{"another session", nil, func(i *inventory.Identity) { i.Session = "other" }, false},
		{"another region", nil, func(i *inventory.Identity) { i.Region = "eu-west-1" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // a sign-in takes a second
			f := newFixture(t, organization(3, "a"))
			if c.first != nil {
				c.first(&f.id)
			}
			f.update()
			if c.then != nil {
				c.then(&f.id)
			}
			l, err := f.open().Read()
			if want := map[bool]int{true: 3}[c.same]; err != nil || len(l.Accounts) != want {
				t.Errorf("%d accounts, want %d; %v", len(l.Accounts), want, err)
			}
			f.count()
			f.update()
			if want := map[bool]int{false: 4}[c.same]; f.count() != want {
				t.Errorf("the next listing did not make %d requests", want)
			}
		})
	}
}

// A kill leaves a beginning of the file. For every such beginning, the next run makes exactly the
// missing requests.
func TestKillAtEveryRequest(t *testing.T) {
	f := newFixture(t, organization(250, "a", "b"))
	path := f.open().Path()
	f.answer = func(*http.Request, string) *http.Response {
		_ = os.Link(path, path+".all") // keeps the lines when a compact list replaces the file
		return nil
	}
	want := f.update()
	f.answer = nil
	f.count()
	whole, err := os.ReadFile(path + ".all")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	if lines = lines[:len(lines)-1]; len(lines) < 1+1+253+1 {
		t.Fatalf("the file had %d lines before it was compact", len(lines))
	}
	for n := 1; n <= len(lines); n++ {
		pages, roles := 0, 0
		for _, l := range lines[:n] {
			switch {
			case strings.HasPrefix(l, "page\t"):
				pages++
			case strings.HasPrefix(l, "roles\t"):
				roles++
			}
		}
		torn := ""
		if n < len(lines) {
			torn = lines[n][:len(lines[n])*(n%7)/7]
		}
		if err := os.WriteFile(path, []byte(strings.Join(lines[:n], "")+torn), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f.open().Read(); err != nil {
			t.Fatalf("after %d lines: %v", n, err)
		}
		if n%7 != 0 && n > 10 && n < len(lines)-10 {
			continue // every beginning parses; some of them are continued
		}
		got := f.update()
		if missing, made := 253-pages-roles, f.count(); made != missing {
			t.Fatalf("after %d lines (%d pages, %d accounts): %d requests, want %d", n, pages, roles, made, missing)
		}
		if len(got.Accounts) != 250 || got.Roles() != want.Roles() || !got.Complete {
			t.Fatalf("after %d lines: %d accounts, %d roles, complete %v", n, len(got.Accounts), got.Roles(), got.Complete)
		}
	}
}

// If the service rejects a stored token, the account pages begin again, but known roles are kept.
func TestStoredTokenIsRejected(t *testing.T) {
	f := newFixture(t, organization(150, "a"))
	ctx, cancel := context.WithCancel(t.Context())
	f.answer = func(_ *http.Request, account string) *http.Response {
		if account == "" && len(f.requests) > 1 {
			cancel() // at the second page
			return noNetwork()
		}
		return nil
	}
	if _, err := f.open().Update(ctx, f.options()); !errors.Is(err, context.Canceled) {
		t.Fatalf("Update = %v, want a cancelled context", err)
	}
	known, err := f.open().Read()
	if err != nil || len(known.Accounts) != 100 {
		t.Fatalf("%d accounts after the first page; %v", len(known.Accounts), err)
	}
	listed := 0
	for _, a := range known.Accounts {
		if !a.Listed.IsZero() {
			listed++
		}
	}
	f.count()
	rejected := 0
	f.answer = func(r *http.Request, account string) *http.Response {
		if account == "" && r.URL.Query().Get("next_token") != "" && rejected == 0 {
			rejected++
			return refusal(400, "InvalidRequestException")
		}
		return nil
	}
	if l := f.update(); len(l.Accounts) != 150 || !l.Complete {
		t.Errorf("%d accounts, complete %v", len(l.Accounts), l.Complete)
	}
	if n := f.count(); n != 1+2+150-listed {
		t.Errorf("%d requests, want 1 rejected, 2 pages and %d accounts", n, 150-listed)
	}
}

func TestFailures(t *testing.T) {
	const accounts = 60
	first := func(n int) func(string) bool {
		return func(id string) bool { return id != "" && id < fmt.Sprintf("%012d", 12+n) }
	}
	for _, c := range []struct {
		name   string
		fails  func(account string) bool
		answer func() *http.Response
		failed int // accounts
		again  int // requests of the next run
		text   string
	}{
		{
			"403 for one", first(1), func() *http.Response { return refusal(403, "ForbiddenException") }, 1, 0,
			"the roles of account 000000000012 (acct-60) could not be listed: An error occurred (ForbiddenException) when calling the ListAccountRoles operation: from the test",
		},
		{"403 for 40", first(40), func() *http.Response { return refusal(403, "ForbiddenException") }, 40, 0, "40 accounts"},
		{"403 for all", first(60), func() *http.Response { return refusal(403, "ForbiddenException") }, 60, 0, "60 accounts"},
		{"500 for one", first(1), func() *http.Response { return refusal(500, "InternalError") }, 1, 2, "000000000012 (acct-60)"},
		{"no network for one", first(1), noNetwork, 1, 2, "000000000012 (acct-60)"},
		{"400 for one", first(1), func() *http.Response { return refusal(400, "InvalidRequestException") }, 1, 1, "000000000012 (acct-60)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, organization(accounts, "a"))
				f.answer = func(_ *http.Request, account string) *http.Response {
					if c.fails(account) {
						return c.answer()
					}
					return nil
				}
				status := 254
				if c.name == "no network for one" {
					status = 255
				}
				for _, run := range []string{"first", "second"} {
					l, err := f.open().Update(t.Context(), f.options())
					var incomplete *inventory.IncompleteError
					if !errors.As(err, &incomplete) || incomplete.Err != nil || len(incomplete.Failed) != c.failed || incomplete.ExitStatus() != status {
						t.Fatalf("%s run: %v, want %d failed accounts", run, err, c.failed)
					}
					if strings.Count(err.Error(), "\n") > 0 || !strings.Contains(err.Error(), c.text) {
						t.Errorf("%s run: the error is not one line with %q:\n%v", run, c.text, err)
					}
					if len(l.Accounts) != accounts || l.Roles() != accounts-c.failed || l.Complete || len(l.Failed) != c.failed {
						t.Errorf("%s run: %d accounts, %d roles, %d failed, complete %v", run, len(l.Accounts), l.Roles(), len(l.Failed), l.Complete)
					}
					if n := f.count(); run == "second" && n != c.again {
						t.Errorf("the second run made %d requests, want %d", n, c.again)
					}
				}
				f.answer = nil
				l := f.update(func(o *inventory.Options) { o.Refresh = true })
				if !l.Complete || l.Roles() != accounts {
					t.Errorf("after the service recovered: %d roles, complete %v", l.Roles(), l.Complete)
				}
			})
		})
	}
}

// After the last page of accounts, the roles are requested in the order of the list, which is the
// opposite of the order of the pages. The few requests that run at once may overtake each other.
func TestRolesInTheOrderOfTheList(t *testing.T) {
	const accounts, atOnce = 400, 30
	for _, name := range []string{"from the start", "with the pages stored"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, organization(accounts, "a"))
				f.answer = func(_ *http.Request, account string) *http.Response {
					time.Sleep(100 * time.Millisecond)
					return nil
				}
				if name == "with the pages stored" {
					f.update(func(o *inventory.Options) { o.Need.Match = func(inventory.Account) bool { return false } })
				}
				f.count()
				l := f.update(func(o *inventory.Options) {
					o.Limit = ratelimit.New(ratelimit.Options{Path: filepath.Join(f.home, "aws")}) // at most 20 requests at once
				})
				rank := map[string]int{}
				for i, a := range l.Accounts {
					rank[a.ID] = i
				}
				f.mu.Lock()
				defer f.mu.Unlock()
				last := 0
				for i, id := range f.requests {
					if id == "page" {
						last = i + 1
					}
				}
				var ranks []int
				for _, id := range f.requests[last:] {
					ranks = append(ranks, rank[id])
				}
				if len(ranks) < accounts/2 {
					t.Fatalf("only %d requests after the last page", len(ranks))
				}
				furthest := 0
				for i, r := range ranks[atOnce:] { // the first requests may have begun before the last page arrived
					if furthest = max(furthest, r); r < furthest-atOnce {
						t.Fatalf("request %d after the last page is for account %d, after account %d", atOnce+i, r, furthest)
					}
				}
			})
		})
	}
}

// The listing ends early, and keeps what it has. The next run asks for the rest.
func TestListingEndsEarly(t *testing.T) {
	const accounts = 60
	for _, c := range []struct {
		name   string
		answer func() *http.Response
		want   error
	}{
		{"the session ends", func() *http.Response { return refusal(401, "UnauthorizedException") }, errEnded},
		{"the network fails", noNetwork, idcenter.ErrNetwork},
		{"the service fails", func() *http.Response { return refusal(503, "Unavailable") }, idcenter.ErrTemporary},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, organization(accounts, "a"))
				f.answer = func(*http.Request, string) *http.Response {
					if f.mu.Lock(); len(f.requests) > 30 {
						defer f.mu.Unlock()
						return c.answer()
					}
					f.mu.Unlock()
					return nil
				}
				l, err := f.open().Update(t.Context(), f.options())
				var incomplete *inventory.IncompleteError
				if !errors.As(err, &incomplete) || !errors.Is(err, c.want) {
					t.Fatalf("Update = %v, want an IncompleteError with %v", err, c.want)
				}
				if len(l.Accounts) != accounts || l.Roles() != 29 || l.Complete {
					t.Errorf("%d accounts, %d roles, complete %v", len(l.Accounts), l.Roles(), l.Complete)
				}
				f.answer = nil
				f.count()
				if l := f.update(); !l.Complete || l.Roles() != accounts {
					t.Errorf("the next run: %d roles, complete %v", l.Roles(), l.Complete)
				}
				if n := f.count(); n != accounts-29 {
					t.Errorf("the next run made %d requests, want %d", n, accounts-29)
				}
			})
		})
	}
}

// If the portal rejects the access token, the update gets another token once, for all requests.
func TestTokenIsRefreshedOnce(t *testing.T) {
	f := newFixture(t, organization(60, "a"))
	old := f.token
	f.signIn()
	renewed, asked := f.token, 0
	l := f.update(func(o *inventory.Options) {
		o.Token = func(_ context.Context, rejected secret.String) (secret.String, error) {
			if rejected.IsZero() {
				return old, nil
			}
			asked++
			return renewed, nil
		}
		f.answer = func(r *http.Request, _ string) *http.Response {
			if f.mu.Lock(); len(f.requests) > 10 && r.Header.Get("X-Amz-Sso_bearer_token") == old.Reveal() {
				defer f.mu.Unlock()
				return refusal(401, "UnauthorizedException")
			}
			f.mu.Unlock()
			return nil
		}
	})
	if !l.Complete || asked != 1 {
		t.Errorf("complete %v, %d refreshes", l.Complete, asked)
	}
}

// Five processes at once make the requests of one, and all have the whole list.
func TestProcessesAtOnce(t *testing.T) {
	for _, refresh := range []bool{false, true} {
		f := newFixture(t, organization(120, "a", "b"))
		if refresh {
			f.update()
			f.count()
		}
		slow := make(chan struct{})
		var once sync.Once
		f.answer = func(*http.Request, string) *http.Response {
			once.Do(func() { time.AfterFunc(time.Second, func() { close(slow) }) })
			<-slow // until every process has started
			return nil
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				o := f.options()
				o.Refresh = refresh
				settled := 0
				o.Observe = func(p inventory.Progress) { settled += len(p.Settled) }
				l, err := f.open().Update(t.Context(), o)
				if err != nil || !l.Complete || l.Roles() != 240 || settled < 120 {
					t.Errorf("%d roles, complete %v, %d accounts observed: %v", l.Roles(), l.Complete, settled, err)
				}
			})
		}
		wg.Wait()
		if n := f.count(); n != 122 {
			t.Errorf("refresh %v: %d requests, want 122", refresh, n)
		}
	}
}

// If the process that lists ends, another process continues with the missing requests.
func TestAnotherProcessTakesOver(t *testing.T) {
	f := newFixture(t, organization(60, "a"))
	ctx, cancel := context.WithCancel(t.Context())
	f.answer = func(*http.Request, string) *http.Response {
		if f.mu.Lock(); len(f.requests) == 30 {
			cancel()
		}
		f.mu.Unlock()
		return nil
	}
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		o := f.options()
		var once sync.Once
		o.Observe = func(inventory.Progress) { once.Do(func() { close(started) }) }
		_, _ = f.open().Update(ctx, o)
	})
	wg.Go(func() {
		<-started
		if l, err := f.open().Update(t.Context(), f.options()); err != nil || !l.Complete || l.Roles() != 60 {
			t.Errorf("%d roles, complete %v: %v", l.Roles(), l.Complete, err)
		}
	})
	wg.Wait()
	if n := f.count(); n < 61 || n > 61+25 {
		t.Errorf("%d requests, want 61 and those that were in flight", n)
	}
}

// A need asks only for what it names.
func TestNeed(t *testing.T) {
	f := newFixture(t, organization(150, "a"))
	id := func(o *inventory.Options) { o.Need = inventory.Need{ID: "000000000020"} }
	l := f.update(id)
	if a, ok := l.Account("000000000020"); f.count() != 1 || !ok || !slices.Equal(a.Roles, []string{"a"}) || l.Complete {
		t.Errorf("one account by id: %+v", l)
	}
	if f.update(id); f.count() != 0 {
		t.Error("the roles were requested again")
	}
	time.Sleep(2 * time.Millisecond)
	if f.update(id, func(o *inventory.Options) { o.Refresh = true }); f.count() != 1 {
		t.Error("--refresh did not ask for the account")
	}
	match := func(o *inventory.Options) {
		o.Need = inventory.Need{Match: func(a inventory.Account) bool { return strings.HasPrefix(a.Name, "acct-10") }}
	}
	l = f.update(match)
	if n := f.count(); n != 2+11 || l.Complete || len(l.Accounts) != 150 {
		t.Errorf("%d requests for 2 pages and 11 accounts, complete %v, %d accounts", n, l.Complete, len(l.Accounts))
	}
	if l = f.update(); f.count() != 150-12 || !l.Complete {
		t.Error("the whole listing did not ask for the missing accounts only")
	}
}

// With accounts from a file, no account page is requested. An account that the user cannot reach is
// not a failure.
func TestGivenAccounts(t *testing.T) {
	f := newFixture(t, organization(3, "a"))
	given := &inventory.Given{Current: true, Accounts: []inventory.Account{
		{ID: "000000000012", Name: "from the file"}, {ID: "000000000099", Name: "not mine"},
	}}
	with := func(o *inventory.Options) { o.Given = given }
	l := f.update(with)
	if n := f.count(); n != 2 || len(l.Accounts) != 2 || l.Accounts[0].Name != "from the file" || !l.Accounts[1].RolesKnown() || l.Complete {
		t.Errorf("%d requests, %+v", n, l)
	}
	given.Current = false
	if f.update(with); f.count() != 0 {
		t.Error("a second run asked again")
	}
	l = f.update(with, func(o *inventory.Options) { o.Refresh = true })
	if f.count() != 2 || l.Complete {
		t.Errorf("complete %v with an old copy of the file", l.Complete)
	}
	if l = f.update(); f.count() != 1+2 || len(l.Accounts) != 3 || !l.Complete {
		t.Errorf("without the file: %+v", l)
	}
}

// With a file of accounts, 403 means that the user has no role in an account. Without the file, the
// same answer is a failure, because only the service's own list proves that a role is gone.
func TestRefusedWithAFile(t *testing.T) {
	f := newFixture(t, organization(2, "a"))
	given := &inventory.Given{Current: true, Accounts: []inventory.Account{{ID: "000000000012", Name: "x"}, {ID: "000000000013", Name: "y"}}}
	f.answer = func(_ *http.Request, account string) *http.Response {
		if account == "000000000013" {
			return refusal(403, "ForbiddenException")
		}
		return nil
	}
	if l := f.update(func(o *inventory.Options) { o.Given = given }); l.Complete || len(l.Failed) != 0 || l.Roles() != 1 {
		t.Errorf("with the file: %+v", l)
	}
	f.answer = nil
	l, err := f.open().Update(t.Context(), f.options())
	if err == nil || l.Complete || len(l.Failed) != 1 {
		t.Errorf("without the file: %v, %+v; want the failure", err, l)
	}
}

// The list is still returned if it cannot be stored.
func TestListCannotBeStored(t *testing.T) {
	f := newFixture(t, organization(30, "a"))
	if err := os.MkdirAll(filepath.Dir(inventory.Folder(f.home)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inventory.Folder(f.home), nil, 0o600); err != nil { // a file instead of the folder
		t.Fatal(err)
	}
	warned := 0
	l := f.update(func(o *inventory.Options) { o.Warn = func(error) { warned++ } })
	if len(l.Accounts) != 30 || l.Roles() != 30 || warned != 1 {
		t.Errorf("%d accounts, %d roles, %d warnings", len(l.Accounts), l.Roles(), warned)
	}
}

// Damaged files are replaced.
func TestDamagedFile(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"empty":          func([]byte) []byte { return nil },
		"another format": func([]byte) []byte { return []byte("{\"a\": 1}\n") },
		"a damaged middle": func(b []byte) []byte {
			return append(b[:len(b)/2:len(b)/2], append([]byte("\nx\ty\n"), b[len(b)/2:]...)...)
		},
		"zeros at the end":  func(b []byte) []byte { return append(b, make([]byte, 4096)...) },
		"without the end":   func(b []byte) []byte { return b[:len(b)-4] },
		"a line without at": func(b []byte) []byte { return append(b, "page\n"...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, organization(30, "a"))
			want := f.update()
			data, err := os.ReadFile(f.open().Path())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f.open().Path(), damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got := f.update()
				if !got.Complete || got.Roles() != want.Roles() {
					t.Errorf("%d roles, complete %v", got.Roles(), got.Complete)
				}
			}
			f.count()
			if f.update(); f.count() != 0 {
				t.Error("the repaired file is not used")
			}
		})
	}
}
