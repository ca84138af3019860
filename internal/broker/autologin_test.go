package broker_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A crowd is a number of processes with auto_login. It records what they did.
type crowd struct {
	f       *fixture
	do      func(context.Context, broker.Keep) error
	prepare func() // called between a request and its sign-in

	mu    sync.Mutex
	tabs  int
	said  []string // the processes that Waiting was called with
	limit time.Duration
}

// get makes the request of one process.
func (c *crowd) get(ctx context.Context) error {
	_, err := c.f.Process().GetOrLogin(ctx, c.f.Request(), func(context.Context) (profile.Session, broker.SignIn, error) {
		if c.prepare != nil {
			c.prepare()
		}
		return c.f.Session, broker.SignIn{
			Caller: "sso get-credentials",
			Waiting: func(p broker.Process, limit time.Duration) {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.said, c.limit = append(c.said, p.String()), limit
			},
			Do: func(ctx context.Context, keep broker.Keep) error {
				c.mu.Lock()
				c.tabs++
				do := c.do
				c.mu.Unlock()
				return do(ctx, keep)
			},
		}, nil
	})
	return err
}

// storm makes the requests of n processes at the same time.
func (c *crowd) storm(n int) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = c.get(c.f.T.Context()) })
	}
	wg.Wait()
	return errs
}

func (c *crowd) wantTabs(want int) {
	c.f.T.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tabs != want {
		c.f.T.Errorf("%d sign-ins were started, want %d", c.tabs, want)
	}
}

// signsIn makes the user approve the sign-in after a delay.
func (c *crowd) signsIn(delay time.Duration) {
	in := c.f.ByCode("", func(shown string) {
		sleep(delay)
		c.f.Approve(shown)
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.do = in.Do
}

var errRefused = &idcenter.CallbackError{Code: "access_denied"}

// refuses makes the user reject the sign-in after a delay.
func (c *crowd) refuses(delay time.Duration) {
	c.do = func(context.Context, broker.Keep) error {
		sleep(delay)
		return errRefused
	}
}

func TestStormOpensOneTab(t *testing.T) {
	for _, before := range []string{"never signed in", "expired", "revoked"} {
		t.Run(before, func(t *testing.T) {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				if before != "never signed in" {
					f.Login()
					f.Emu.RevokeSessions("jane")
				}
				if before == "expired" {
					sleep(2 * time.Hour)
				}
				c := &crowd{f: f}
				c.signsIn(20 * time.Second)
				for i, err := range c.storm(30) {
					if err != nil {
						t.Errorf("process %d: %v", i, err)
					}
				}
				c.wantTabs(1)
				f.Count("StartDeviceAuthorization", 1)
				if len(c.said) != 29 || c.limit != broker.AutoLoginLimit {
					t.Errorf("%d processes reported that they wait, for %v; want 29, for 5 minutes", len(c.said), c.limit)
				}
				for _, p := range c.said {
					if !strings.HasPrefix(p, "process ") || !strings.HasSuffix(p, " (sso get-credentials)") {
						t.Errorf("waiting for %q, want the name and the command of the process", p)
					}
				}
			})
		})
	}
}

func TestRefusedSignInIsShared(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		c := &crowd{f: f}
		c.refuses(20 * time.Second)
		for i, err := range c.storm(30) {
			var shared *broker.SharedError
			if err == nil || err.Error() != errRefused.Error() || errors.As(err, &shared) && shared.Refused {
				t.Errorf("process %d: %v, want a SharedError with the text of errRefused", i, err)
			}
		}
		c.wantTabs(1)
		mustBeEnded(t, c.get(f.T.Context())) // no new sign-in within a minute
		c.wantTabs(1)
		sleep(61 * time.Second)
		if err := c.get(f.T.Context()); !errors.Is(err, errRefused) {
			t.Errorf("request after a minute: %v, want errRefused", err)
		}
		c.wantTabs(2)

		// An explicit login ignores the pause after a failed sign-in, and ends it. An interrupted
		// login also ends the pause.
		ctx, interrupt := context.WithCancel(f.T.Context())
		in := broker.SignIn{Do: func(context.Context, broker.Keep) error {
			interrupt()
			return ctx.Err()
		}}
		if _, err := f.Process().Login(ctx, f.Session, in); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted login: %v, want context.Canceled", err)
		}
		c.signsIn(0)
		if err := c.get(f.T.Context()); err != nil {
			t.Error(err)
		}
		c.wantTabs(3)
	})
}

// An interrupted sign-in leaves no outcome, so the next process signs in.
func TestSignInAfterInterruptedProcess(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		c := &crowd{f: f}
		first, interrupt := context.WithCancel(f.T.Context())
		c.do = func(ctx context.Context, _ broker.Keep) error {
			c.signsIn(time.Second) // the next process
			<-ctx.Done()
			return ctx.Err()
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := c.get(first); !errors.Is(err, context.Canceled) {
				t.Errorf("interrupted process: %v, want context.Canceled", err)
			}
		})
		sleep(time.Second)
		wg.Go(func() {
			for i, err := range c.storm(10) {
				if err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			}
		})
		sleep(time.Second)
		interrupt()
		wg.Wait()
		c.wantTabs(2)
	})
}

// The operating system releases the lock of a process that was killed.
func TestSignInAfterKilledProcess(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Logout() // the folder stays
		lock, err := filelock.Try(f.SessionFile(".login.lock"))
		if err != nil {
			t.Fatal(err)
		}
		c := &crowd{f: f}
		c.signsIn(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i, err := range c.storm(10) {
				if err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			}
		})
		sleep(10 * time.Second)
		c.wantTabs(0)
		lock.Release()
		wg.Wait()
		c.wantTabs(1)
	})
}

func TestLimitOfWaitForSignIn(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		c := &crowd{f: f}
		c.signsIn(0)
		var wg sync.WaitGroup
		wg.Go(func() {
			in := f.ByCode("sso login", f.Approve)
			signIn := in.Do
			in.Do = func(ctx context.Context, keep broker.Keep) error {
				sleep(6 * time.Minute) // an explicit login may take ten
				return signIn(ctx, keep)
			}
			if _, err := f.Process().Login(f.T.Context(), f.Session, in); err != nil {
				t.Errorf("login: %v", err)
			}
		})
		sleep(time.Second)
		start := time.Now()
		for i, err := range c.storm(5) {
			var late *broker.LoginWaitError
			if !errors.As(err, &late) || late.Process.Command != "sso login" || late.StartURL != f.Session.StartURL {
				t.Errorf("process %d: %v, want a LoginWaitError that names sso login", i, err)
			}
		}
		if took := time.Since(start); took < broker.AutoLoginLimit || took > broker.AutoLoginLimit+time.Second {
			t.Errorf("waited %v, want %v to a second more", took, broker.AutoLoginLimit)
		}
		c.wantTabs(0)
		wg.Wait()
		f.MustGet()
	})
}

// Another process may sign in between the request and the lock.
func TestSignInBeforeTheLock(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		c := &crowd{f: f, prepare: f.Login}
		if err := c.get(f.T.Context()); err != nil {
			t.Error(err)
		}
		c.wantTabs(0)
	})
}

// A user who has just signed out does not want a new sign-in.
func TestNoAutoLoginAfterSignOut(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Emu.RevokeSessions("jane")
		sleep(2 * time.Hour)
		c := &crowd{f: f, prepare: func() { f.Logout() }}
		c.signsIn(0)
		mustBeEnded(t, c.get(f.T.Context()))
		c.wantTabs(0)
		c.prepare = nil // a later request signs in
		if err := c.get(f.T.Context()); err != nil {
			t.Error(err)
		}
		c.wantTabs(1)
	})
}

// Only an ended session starts a sign-in.
func TestNoAutoLoginAfterOtherFailure(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Status: 403, Code: "ForbiddenException"})
		c := &crowd{f: f}
		c.signsIn(0)
		if err := c.get(f.T.Context()); !errors.Is(err, idcenter.ErrForbidden) {
			t.Errorf("error %v, want ErrForbidden", err)
		}
		c.wantTabs(0)
	})
}

func TestNoAutoLoginWithoutStorage(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes that make a folder read-only")
	}
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Logout()
		f.Unwritable()
		c := &crowd{f: f}
		c.signsIn(0)
		var storage *broker.StorageError
		if err := c.get(f.T.Context()); !errors.As(err, &storage) {
			t.Errorf("error %v, want a StorageError", err)
		}
		c.wantTabs(0)
	})
}

// Two sessions of one start URL are two sign-ins, perhaps of two users. The sign-ins happen
// one after the other. A process ignores the sign-in to the other session.
func TestStormOnTwoSessionsOfOneStartURL(t *testing.T) {
	for _, refused := range []bool{false, true} {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			second := f.Session
			second.Name = "other"
			a, b := &crowd{f: f}, &crowd{f: &fixture{f.WithSession(second)}}
			a.signsIn(10 * time.Second)
			b.signsIn(10 * time.Second)
			if refused {
				a.refuses(10 * time.Second)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				for i, err := range a.storm(10) {
					if (err != nil) != refused {
						t.Errorf("process %d of the first session: %v", i, err)
					}
				}
			})
			sleep(time.Second)
			for i, err := range b.storm(10) {
				if err != nil {
					t.Errorf("process %d of the second session: %v", i, err)
				}
			}
			wg.Wait()
			a.wantTabs(1)
			b.wantTabs(1)
		})
	}
}

// A stall is a log handler that stops its process at the message "session ended".
type stall struct {
	slog.Handler
	reached, resume chan struct{}
}

func (s stall) Enabled(context.Context, slog.Level) bool { return true }

func (s stall) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "session ended" {
		close(s.reached)
		<-s.resume
	}
	return nil
}

// A process reads the token before a sign-in, and records a failure after the sign-in. The
// failure causes no second sign-in.
func TestOutdatedFailureAfterSignIn(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		s := stall{slog.DiscardHandler, make(chan struct{}), make(chan struct{})}
		late := f.Process()
		late.Log = slog.New(s)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := late.Get(f.T.Context(), f.Request())
			mustBeEnded(t, err)
		})
		<-s.reached
		f.Login()
		c := &crowd{f: f}
		c.refuses(0)
		wg.Go(func() {
			if err := c.get(f.T.Context()); err != nil {
				t.Error(err)
			}
		})
		sleep(time.Second) // the request waits for the late process
		close(s.resume)
		wg.Wait()
		c.wantTabs(0)
	})
}
