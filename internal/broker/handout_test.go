package broker_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

var errDenied = errors.New("denied")

// ruled returns a broker whose rules give one ruling, and the handouts that it reports.
func (f *fixture) ruled(ruling broker.Ruling, err error) (*broker.Broker, *[]broker.Handout) {
	b, got := f.Process(), &[]broker.Handout{}
	b.Guard = func(context.Context, broker.Subject) (broker.Ruling, error) { return ruling, err }
	b.Record = func(h broker.Handout) error { *got = append(*got, h); return nil }
	return b, got
}

func TestHandoutsAreReportedOnce(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		for _, fetched := range []bool{true, false} {
			b, got := f.ruled(broker.Ruling{Rule: "line 1", Decision: "allow"}, nil)
			a, err := b.Get(f.T.Context(), f.Request())
			if err != nil {
				t.Fatal(err)
			}
			want := broker.Handout{
				Subject: broker.Subject{Role: broker.Role{AccountID: account, RoleName: admin}, Command: "test", Session: f.Session},
				Ruling:  broker.Ruling{Rule: "line 1", Decision: "allow"},
				Fetched: fetched, AccessKeyID: a.Credentials.AccessKeyID, Expiration: a.Credentials.Expiration,
			}
			if len(*got) != 1 || !sameHandout((*got)[0], want) {
				t.Errorf("reported %+v, want once %+v", *got, want)
			}
		}
		b, got := f.ruled(broker.Ruling{}, nil)
		if _, err := b.Get(f.T.Context(), broker.Request{Session: f.Session, Purpose: broker.AccessToken}); err != nil || len(*got) != 0 {
			t.Errorf("an access token: %v, reported %+v", err, *got)
		}
	})
}

func sameHandout(a, b broker.Handout) bool {
	return a.Subject.Role == b.Subject.Role && a.Subject.Command == b.Subject.Command && a.Ruling == b.Ruling && a.Fetched == b.Fetched &&
		a.AccessKeyID == b.AccessKeyID && a.Expiration.Equal(b.Expiration) && a.ByAgent == b.ByAgent && errors.Is(a.Err, b.Err)
}

// A refused request gets nothing: not from the cache, the agent or the service.
func TestRefusedBeforeTheCache(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.MustGet()
		b, got := f.ruled(broker.Ruling{Decision: "deny"}, errDenied)
		b.Ask = func(context.Context, broker.Request) (broker.Answer, bool, error) {
			t.Error("the agent was asked")
			return broker.Answer{}, false, nil
		}
		for range 2 {
			if a, err := b.Get(f.T.Context(), f.Request()); !errors.Is(err, errDenied) || a.Credentials.AccessKeyID != "" {
				t.Errorf("got %v, %v", a.Credentials.AccessKeyID, err)
			}
		}
		sts := new(sts)
		if c, err := b.Assume(f.T.Context(), sts.request(f)); !errors.Is(err, errDenied) || c.AccessKeyID != "" || sts.calls.Load() != 0 {
			t.Errorf("assumed %v, %v", c.AccessKeyID, err)
		}
		if len(*got) != 3 || !errors.Is((*got)[0].Err, errDenied) || (*got)[2].AccessKeyID != "" {
			t.Errorf("reported %+v", *got)
		}
		f.Count("GetRoleCredentials", 1)
	})
}

func TestDowngradeUsesTheOtherPermissionSet(t *testing.T) {
	const sandbox, developer = "888899990000", "DeveloperAccess" // jane also has AdministratorAccess there
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		b, _ := f.ruled(broker.Ruling{Decision: "downgrade", RoleName: developer}, nil)
		r := f.Request()
		r.AccountID = sandbox
		if _, err := b.Get(f.T.Context(), r); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Files.LoadCredentials(ssocache.RoleName(sandbox, developer, f.Session.Name, f.Session.StartURL)); err != nil {
			t.Errorf("the credentials of the other permission set: %v", err)
		}
		if _, err := f.Files.LoadCredentials(ssocache.RoleName(sandbox, admin, f.Session.Name, f.Session.StartURL)); !errors.Is(err, ssocache.ErrNotFound) {
			t.Errorf("the credentials of the refused role: %v", err)
		}
	})
}

// The credentials of a guarded role are not in the AWS CLI's cache, neither new ones nor those that
// an earlier request or the AWS CLI has stored.
func TestGuardedRolesAreNotInFiles(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		first := f.MustGet()
		sts := new(sts)
		assume := sts.request(f)
		assume.Subject.Role = broker.Role{AccountID: "444455556666", RoleName: "Deploy"}
		if _, err := f.Process().Assume(f.T.Context(), assume); err != nil {
			t.Fatal(err)
		}
		stranger := filepath.Join(f.Files.Roles(), "other.json")
		if err := os.WriteFile(stranger, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}

		b, _ := f.ruled(broker.Ruling{Guarded: true}, nil)
		b.Memory = new(broker.Memory)
		a, err := b.Get(f.T.Context(), f.Request())
		if err != nil || a.Credentials.AccessKeyID == first.AccessKeyID {
			t.Errorf("the guarded role: %v, the cached credentials: %v", err, a.Credentials.AccessKeyID == first.AccessKeyID)
		}
		if again, err := b.Get(f.T.Context(), f.Request()); err != nil || again.Credentials.AccessKeyID != a.Credentials.AccessKeyID || again.Fetched {
			t.Errorf("from the memory: %v, %v, fetched: %v", again.Credentials.AccessKeyID, err, again.Fetched)
		}
		if _, err := b.Assume(f.T.Context(), assume); err != nil || sts.calls.Load() != 2 {
			t.Errorf("the guarded assumed role: %v after %d calls of STS", err, sts.calls.Load())
		}
		entries, err := filepath.Glob(filepath.Join(f.Files.Roles(), "*.json"))
		if err != nil || len(entries) != 1 || entries[0] != stranger {
			t.Errorf("the role cache has %q, %v; want only %s", entries, err, stranger)
		}

		f.Logout()
		f.Login()
		if again, err := b.Get(f.T.Context(), f.Request()); err != nil || again.Credentials.AccessKeyID == a.Credentials.AccessKeyID {
			t.Errorf("after a sign-out: %v, the same credentials: %v", err, again.Credentials.AccessKeyID == a.Credentials.AccessKeyID)
		}
	})
}
