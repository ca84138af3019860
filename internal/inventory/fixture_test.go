package inventory_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A fixture is a signed-in user of an emulated organization, without a network.
type fixture struct {
	t      *testing.T
	emu    *emulator.Emulator
	client *idcenter.Client
	home   string
	token  secret.String
	id     inventory.Identity

	mu       sync.Mutex
	requests []string // "page", or the account of a role request, in the order of arrival
	// answer may answer a request. account is "" for a page of accounts.
	answer func(r *http.Request, account string) *http.Response
}

// organization returns accounts with ids from 000000000012 on. Each account has the same roles.
func organization(accounts int, roles ...string) emulator.Config {
	c := emulator.Config{Users: []emulator.User{{Name: "jane"}}}
	for i := range accounts {
		id := fmt.Sprintf("%012d", 12+i)
		c.Accounts = append(c.Accounts, emulator.Account{ID: id, Name: fmt.Sprintf("acct-%d", accounts-i), Email: id + "@example.com"})
	}
	for _, r := range roles {
		c.PermissionSets = append(c.PermissionSets, emulator.PermissionSet{Name: r})
	}
	c.Assignments = []emulator.Assignment{{User: "jane", Accounts: []string{"*"}, PermissionSets: []string{"*"}}}
	return c
}

func newFixture(t *testing.T, c emulator.Config) *fixture {
	t.Helper()
	emu, err := emulator.New(c)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, emu: emu, home: t.TempDir()}
	f.client, err = idcenter.New(idcenter.Options{
		Region: emu.Region(), OIDCEndpoint: "http://127.0.0.1:1", PortalEndpoint: "http://127.0.0.1:1", HTTP: &http.Client{Transport: f}, MaxAttempts: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.signIn()
	f.id = inventory.Identity{Session: "corp", StartURL: emu.StartURL(), Region: emu.Region(), Origin: "http://127.0.0.1:1", SignIn: "first"}
	return f
}

// signIn gets an access token.
func (f *fixture) signIn() {
	f.t.Helper()
	_, err := f.client.SignIn(f.t.Context(), idcenter.SignIn{
		StartURL: f.emu.StartURL(), Device: true,
		Show: func(text string) {
			if code := regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`).FindString(text); code != "" {
				if err := f.emu.Approve(code, "jane"); err != nil {
					f.t.Error(err)
				}
			}
		},
		Keep: func(_ context.Context, r idcenter.Result) error {
			f.token = r.Grant.AccessToken
			return nil
		},
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// RoundTrip sends a request to the emulator.
func (f *fixture) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/assignment/") {
		return emulatortest.Transport(f.emu).RoundTrip(r)
	}
	account := r.URL.Query().Get("account_id")
	f.mu.Lock()
	name := account
	if account == "" {
		name = "page"
	}
	f.requests = append(f.requests, name)
	answer := f.answer
	f.mu.Unlock()
	if answer != nil {
		if resp := answer(r, account); resp != nil {
			if resp.StatusCode == 0 {
				return nil, errors.New("no network")
			}
			return resp, nil
		}
	}
	return emulatortest.Transport(f.emu).RoundTrip(r)
}

// count returns the number of requests, and begins a new count.
func (f *fixture) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.requests)
	f.requests = nil
	return n
}

// options returns the options of a process.
func (f *fixture) options() inventory.Options {
	return inventory.Options{
		Portal: f.client,
		Token: func(_ context.Context, rejected secret.String) (secret.String, error) {
			if rejected.Equal(f.token) {
				return secret.String{}, errEnded
			}
			return f.token, nil
		},
		Limit: ratelimit.New(ratelimit.Options{Path: filepath.Join(f.home, "rate"), Probe: true}),
	}
}

var errEnded = errors.New("the session has ended")

func (f *fixture) open() *inventory.Inventory { return inventory.Open(f.home, f.id) }

// update lists, and fails the test on an error.
func (f *fixture) update(change ...func(*inventory.Options)) inventory.List {
	f.t.Helper()
	o := f.options()
	for _, c := range change {
		c(&o)
	}
	l, err := f.open().Update(f.t.Context(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	return l
}

// refusal returns the portal's answer with an error.
func refusal(status int, code string) *http.Response {
	rec := http.Response{StatusCode: status, Header: http.Header{"X-Amzn-Errortype": {code}, "Content-Type": {"application/json"}}}
	rec.Body = body(`{"message":"from the test"}`)
	return &rec
}

// noNetwork is the answer for a request that does not reach the service.
func noNetwork() *http.Response { return &http.Response{} }

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

func sumOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
