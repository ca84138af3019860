package broker_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// An sts answers the calls of AssumeRequests.
type sts struct {
	calls atomic.Int32
	fail  error         // if not nil, each call fails with this error
	life  time.Duration // the lifetime of the credentials; 0 means an hour
	while func()        // runs during each call; may be nil
}

func (s *sts) request(f *fixture) broker.AssumeRequest {
	return broker.AssumeRequest{
		File: ssocache.AssumedName([]ssocache.Argument{{Name: "RoleArn", Text: "arn:aws:iam::444455556666:role/Deploy"}}), Source: "source",
		Session: f.Session, Alone: func() bool { return true },
		Call: func(ctx context.Context) (ssocache.Assumed, error) {
			n := s.calls.Add(1)
			sleep(time.Second)
			if s.while != nil {
				s.while()
			}
			if s.fail != nil {
				return ssocache.Assumed{}, s.fail
			}
			life := s.life
			if life == 0 {
				life = time.Hour
			}
			a := ssocache.Assumed{UserARN: "arn:aws:sts::444455556666:assumed-role/Deploy/x"}
			a.AccessKeyID, a.SecretAccessKey, a.SessionToken = "ASIA"+string('A'+n), secret.New("key"), secret.New("token"+string('A'+n))
			a.Expiration = f.Now().Add(life).Truncate(time.Second)
			return a, nil
		},
	}
}

// refused is an error reply of STS.
type refused struct{ transient bool }

func (e refused) Error() string   { return "An error occurred" }
func (e refused) Transient() bool { return e.transient }

// together sends the request from n processes at the same time, and returns their errors.
func together(f *fixture, n int, r broker.AssumeRequest) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { _, errs[i] = f.Process().Assume(f.T.Context(), r) })
	}
	wg.Wait()
	return errs
}

func TestRoleIsAssumedOnce(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		var s sts
		for _, err := range together(f, 20, s.request(f)) {
			if err != nil {
				t.Errorf("error %v, want credentials", err)
			}
		}
		if n := s.calls.Load(); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
}

// Processes that wait use credentials with a short lifetime. Later requests make a new call.
func TestShortCredentialsAreShared(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		s := sts{life: 10 * time.Minute}
		together(f, 20, s.request(f))
		if n := s.calls.Load(); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		together(f, 1, s.request(f))
		if n := s.calls.Load(); n != 2 {
			t.Errorf("%d calls after a later request, want 2", n)
		}
	})
}

func TestFailureToAssumeIsShared(t *testing.T) {
	tests := []struct {
		name  string
		fail  error
		calls int32
	}{
		{"a refusal", refused{}, 1},
		{"a transient failure", refused{transient: true}, 1},
		{"no connection", &idcenter.ConnectError{URL: "https://sts.us-east-1.amazonaws.com", Err: errors.New("no route")}, 1},
		{"an error of each process, such as a missing terminal", &broker.LocalError{Err: errors.New("no terminal")}, 5},
		{"settings that name another service", &broker.OriginError{}, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.Login()
				s := sts{fail: tt.fail}
				for _, err := range together(f, 5, s.request(f)) {
					if err == nil || err.Error() != tt.fail.Error() {
						t.Errorf("error %v, want %v", err, tt.fail)
					}
				}
				if n := s.calls.Load(); n != tt.calls {
					t.Errorf("%d calls, want %d", n, tt.calls)
				}
			})
		})
	}
}

// After a transient failure, the broker uses cached credentials until their last minute.
func TestCachedAssumedRoleAfterFailure(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Session.StartURL = "" // the chain starts with an access key
		var s sts
		together(f, 1, s.request(f))
		sleep(50 * time.Minute)
		s.fail = refused{transient: true}
		if err := together(f, 1, s.request(f))[0]; err != nil {
			t.Errorf("error %v, want the cached credentials", err)
		}
		s.fail = refused{}
		if err := together(f, 1, s.request(f))[0]; err == nil {
			t.Error("credentials, want the refusal")
		}
		s.fail = refused{transient: true}
		sleep(9*time.Minute + 30*time.Second)
		if err := together(f, 1, s.request(f))[0]; err == nil {
			t.Error("credentials in their last minute, want the error")
		}
	})
}

// If the user signs out during the call, the broker does not store the credentials.
func TestSignOutWhileARoleIsAssumed(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		s := sts{while: func() { f.Logout() }}
		r := s.request(f)
		together(f, 1, r)
		if a, err := f.Files.LoadAssumed(r.File); err == nil {
			t.Errorf("the cache has %s, want nothing", a.AccessKeyID)
		}
	})
}

// The broker does not use the credentials of another source, whether the sources share a file or
// have separate files.
func TestSourcesAreSeparate(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		var s sts
		one, two := s.request(f), s.request(f)
		two.Source = "other"
		for range 3 {
			together(f, 1, one)
			together(f, 1, two)
		}
		if n := s.calls.Load(); n != 6 { // each replaces the file of the other
			t.Errorf("%d calls with Alone, want 6", n)
		}
		one.Alone = func() bool { return false }
		two.Alone = one.Alone
		before := s.calls.Load()
		for range 3 {
			together(f, 1, one)
			together(f, 1, two)
		}
		if n := s.calls.Load() - before; n > 2 {
			t.Errorf("%d calls, want at most one for each source", n)
		}
	})
}

// If a service has refused the cached credentials, the next request gets new credentials.
func TestRejectedAssumedRole(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		var s sts
		r := s.request(f)
		c, err := f.Process().Assume(f.T.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		r.Rejected = c.SessionToken
		again, err := f.Process().Assume(f.T.Context(), r)
		if err != nil || again.SessionToken.Equal(c.SessionToken) {
			t.Errorf("the rejected credentials again, or %v; want new credentials", err)
		}
	})
}
