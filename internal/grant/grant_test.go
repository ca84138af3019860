package grant_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/internal/grant"
)

var prod = grant.Role{Profile: "prod", AccountID: "111122223333", RoleName: "AdministratorAccess"}

func TestFind(t *testing.T) {
	from := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		change func(*grant.Role)
		now    time.Time
		until  time.Time
		want   bool
	}{
		{"the same role", nil, from.Add(time.Minute), from.Add(time.Hour), true},
		{"at the beginning", nil, from, from.Add(time.Hour), true},
		{"at the end", nil, from.Add(time.Hour), from.Add(time.Hour), false},
		{"a clock that was set back", nil, from.Add(-time.Minute), from.Add(time.Hour), false},
		{"longer than the limit", nil, from.Add(time.Minute), from.Add(grant.Limit + time.Second), false},
		{"another profile", func(r *grant.Role) { r.Profile = "other" }, from, from.Add(time.Hour), false},
		{"another account", func(r *grant.Role) { r.AccountID = "444455556666" }, from, from.Add(time.Hour), false},
		{"another role", func(r *grant.Role) { r.RoleName = "Billing" }, from, from.Add(time.Hour), false},
	} {
		s := grant.Open(t.TempDir())
		if err := s.Save(grant.Grant{Role: prod, From: from, Until: c.until}); err != nil {
			t.Fatal(err)
		}
		role := prod
		if c.change != nil {
			c.change(&role)
		}
		if _, ok := s.Find(role, c.now); ok != c.want {
			t.Errorf("%s: found %v, want %v", c.name, ok, c.want)
		}
	}
}

func TestGrantsArePrivateAndCanBeRevoked(t *testing.T) {
	home, now := t.TempDir(), time.Now()
	s := grant.Open(home)
	other := grant.Role{Profile: "other", AccountID: "1", RoleName: "r"}
	for _, r := range []grant.Role{prod, other} {
		if err := s.Save(grant.Grant{Role: r, From: now, Until: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(home, ".aws", "lanyard", "guard", "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %q, %v; want 2", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want mode 0600", f, info.Mode(), err)
		}
	}
	if all, err := s.All(now); err != nil || len(all) != 2 {
		t.Errorf("%d grants, %v; want 2", len(all), err)
	}
	if n, err := s.Revoke("prod"); err != nil || n != 1 {
		t.Errorf("revoked %d, %v; want 1", n, err)
	}
	if all, err := s.All(now); err != nil || len(all) != 1 || all[0].Role != other {
		t.Errorf("grants %v, %v; want only %v", all, err, other)
	}
}

func TestProcessesShareOneAnswer(t *testing.T) {
	for _, yes := range []bool{true, false} {
		home := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			question := func(terminal string) grant.Question {
				return grant.Question{Store: grant.Open(home), Role: prod, Terminal: terminal, Now: time.Now, Ask: func(context.Context) (bool, error) {
					asked.Add(1)
					time.Sleep(5 * time.Second) // the user thinks
					return yes, nil
				}}
			}
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					if got, err := question("tty1").Answer(t.Context()); err != nil || got != yes {
						t.Errorf("answered %v, %v; want %v", got, err, yes)
					}
				})
			}
			all.Wait()
			if n := asked.Load(); n != 1 {
				t.Errorf("asked %d times, want once", n)
			}
			time.Sleep(grant.NoTime)
			wantAgain := int32(1)
			if !yes {
				wantAgain = 2
			}
			if _, err := question("tty1").Answer(t.Context()); err != nil || asked.Load() != wantAgain {
				t.Errorf("after %s: asked %d times, %v; want %d", grant.NoTime, asked.Load(), err, wantAgain)
			}
			if _, err := question("tty2").Answer(t.Context()); err != nil || asked.Load() != wantAgain+1 {
				t.Errorf("another terminal: asked %d times, %v; want %d", asked.Load(), err, wantAgain+1)
			}
			time.Sleep(grant.YesTime)
			if _, err := question("tty1").Answer(t.Context()); err != nil || asked.Load() != wantAgain+2 {
				t.Errorf("after %s: asked %d times, %v; want %d", grant.YesTime, asked.Load(), err, wantAgain+2)
			}
		})
	}
}

func TestAYesIsNoTypedName(t *testing.T) {
	asked := 0
	q := grant.Question{Store: grant.Open(t.TempDir()), Role: prod, Now: time.Now, Ask: func(context.Context) (bool, error) {
		asked++
		return true, nil
	}}
	for _, kind := range []string{"confirm", "type-name", "confirm", "type-name"} {
		q.Kind = kind
		if yes, err := q.Answer(t.Context()); !yes || err != nil {
			t.Errorf("answered %v, %v; want yes", yes, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times, want once for each kind", asked)
	}
}

func TestAFailedQuestionIsNoAnswer(t *testing.T) {
	failure, asked := errors.New("closed"), 0
	q := grant.Question{Store: grant.Open(t.TempDir()), Role: prod, Now: time.Now, Ask: func(context.Context) (bool, error) {
		asked++
		return true, failure
	}}
	for range 2 {
		if yes, err := q.Answer(t.Context()); yes || !errors.Is(err, failure) {
			t.Errorf("answered %v, %v; want the failure", yes, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times, want 2", asked)
	}
}
