package broker_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

func TestTokenIsRenewedInItsWindow(t *testing.T) {
	tests := []struct {
		name      string
		auto      profile.AutoRefresh
		window    time.Duration // -1: not configured
		age       time.Duration
		renewed   bool
		wantEnded bool
	}{
		{"fresh", profile.Unset, -1, 44 * time.Minute, false, false},
		{"less than 15 minutes left", profile.Unset, -1, 46 * time.Minute, true, false},
		{"the guide's window, first half of the life", profile.On, 43200 * time.Second, 29 * time.Minute, false, false},
		{"the guide's window, second half", profile.On, 43200 * time.Second, 31 * time.Minute, true, false},
		{"a small window", profile.On, time.Minute, 58 * time.Minute, false, false},
		{"expired long ago", profile.Unset, -1, 5 * time.Hour, true, false},
		{"not to be refreshed, alive", profile.Off, -1, 59 * time.Minute, false, false},
		{"not to be refreshed, expired", profile.Off, -1, 61 * time.Minute, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.session.AutoRefresh = tt.auto
				if tt.window >= 0 {
					w.session.RefreshWindow, w.session.HasWindow = tt.window, true
				}
				w.login()
				old := w.stored("corp")
				sleep(tt.age)
				tok, err := w.token()
				if tt.wantEnded {
					mustBeEnded(t, err)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if renewed := !tok.AccessToken.Equal(old.AccessToken); renewed != tt.renewed {
					t.Errorf("renewed: %v, want %v", renewed, tt.renewed)
				}
				if !w.stored("corp").AccessToken.Equal(tok.AccessToken) {
					t.Error("the token in use is not the one stored")
				}
			})
		})
	}
}

func TestStormIsOneCall(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		sleep(2 * time.Hour)
		w.emu.AddFault(emulator.Fault{Delay: time.Second})
		var wg sync.WaitGroup
		keys := make([]string, 50)
		for i := range keys {
			wg.Go(func() {
				c, err := w.get()
				if err != nil {
					t.Errorf("process %d: %v", i, err)
				}
				keys[i] = c.AccessKeyID
			})
		}
		wg.Wait()
		for i, k := range keys {
			if k == "" || k != keys[0] {
				t.Errorf("process %d got the keys %q, the first one %q", i, k, keys[0])
			}
		}
		w.count(refresh, 1)
		w.count("GetRoleCredentials", 1)
	})
}

func TestStormOnADeadSessionIsOneCall(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		sleep(2 * time.Hour)
		w.emu.RevokeSessions("jane")
		start := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, err := w.get()
				mustBeEnded(t, err)
			})
		}
		wg.Wait()
		w.count(refresh, 1)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		_, err := w.get() // and one that comes later does not ask again
		mustBeEnded(t, err)
		w.count(refresh, 1)
	})
}

func TestNetworkFailureIsSharedWithThoseWhoWait(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		sleep(2 * time.Hour)
		calls := 0
		w.before = func(r *http.Request) (*http.Response, error) {
			calls++
			<-r.Context().Done() // a server that never answers
			return nil, r.Context().Err()
		}
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := w.get(); err == nil {
					t.Error("no error")
				}
			})
		}
		wg.Wait()
		if calls > 3 {
			t.Errorf("%d tries, want those of one process, at most 3", calls)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("took %v, want less than 30 s", took)
		}
		w.before = nil
		w.mustGet() // the network is back: a failure is not a logout
	})
}

func TestFailedEarlyRenewal(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		old := w.stored("corp")
		sleep(50 * time.Minute)
		w.emu.AddFault(emulator.Fault{Operation: refresh, Status: 500, Code: "InternalServerException"})
		w.emu.ResetCounts()
		use := func(wantTries bool) {
			t.Helper()
			before := w.emu.Count(refresh)
			tok, err := w.token()
			if err != nil || !tok.AccessToken.Equal(old.AccessToken) {
				t.Errorf("the live token is not used: %v", err)
			}
			if tried := w.emu.Count(refresh) > before; tried != wantTries {
				t.Errorf("tried to renew: %v, want %v", tried, wantTries)
			}
		}
		use(true)
		if len(w.warned) != 1 || !strings.Contains(w.warned[0], "still used") {
			t.Errorf("warnings %q", w.warned)
		}
		use(false)
		sleep(31 * time.Second)
		use(true)
		w.login() // clears the mark
		old = w.stored("corp")
		sleep(50 * time.Minute)
		use(true)
		sleep(10*time.Minute - 45*time.Second) // its last minute: always tried
		before := w.emu.Count(refresh)
		_, _ = w.token()
		_, _ = w.token()
		if got := w.emu.Count(refresh) - before; got < 2 {
			t.Errorf("in the last minute tried %d times in two uses", got)
		}
	})
}

func TestAnotherProgramRefreshesWithoutOurLock(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		spent := w.stored("corp")
		sleep(2 * time.Hour)
		// It has spent the refresh token, and stores the new one a second later.
		grant, err := w.client().Refresh(w.t.Context(), registrationOf(spent), spent.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		w.before = func(r *http.Request) (*http.Response, error) {
			w.before = nil
			go func() {
				sleep(time.Second)
				theirs := spent.Renewed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, time.Now())
				if err := w.files.SaveToken("corp", theirs); err != nil {
					t.Error(err)
				}
			}()
			// The emulator would revoke the family; AWS has a grace period.
			return jsonReply(r, 400, "InvalidGrantException", `{"error":"invalid_grant"}`), nil
		}
		tok, err := w.token()
		if err != nil || !tok.AccessToken.Equal(grant.AccessToken) {
			t.Errorf("the other program's token is not used: %v", err)
		}
	})
}

func TestFileInTheMiddleOfARewrite(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		path := w.files.TokenPath("corp")
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 10); err != nil {
			t.Fatal(err)
		}
		go func() {
			sleep(2 * time.Second)
			_ = os.WriteFile(path, content, 0o600)
		}()
		if _, err := w.token(); err != nil {
			t.Errorf("a file that is whole again after 2 s: %v", err)
		}
		if err := os.Truncate(path, 10); err != nil {
			t.Fatal(err)
		}
		_, err = w.token()
		mustBeEnded(t, err)
		if len(w.warned) != 1 || !strings.Contains(w.warned[0], path) {
			t.Errorf("warnings %q, want one that names the file", w.warned)
		}
	})
}

func TestRefreshTokenIsNotSpentWhereItsSuccessorCannotBeStored(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		w.unwritable()
		sleep(50 * time.Minute)
		if _, err := w.token(); err != nil {
			t.Errorf("a live token is not used: %v", err)
		}
		w.mustGet() // keys can be had without being stored
		sleep(time.Hour)
		_, err := w.token()
		var storage *broker.StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), w.files.SSO()) {
			t.Errorf("error %v, want one that names the folder", err)
		}
		w.count(refresh, 0)
	})
}

func TestSignalsAreHeldBackUntilTheTokenIsStored(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		old := w.stored("corp")
		sleep(2 * time.Hour)
		var events []string
		w.hold = func() func() {
			events = append(events, "held")
			return func() {
				if !w.stored("corp").AccessToken.Equal(old.AccessToken) {
					events = append(events, "stored")
				}
				events = append(events, "released")
			}
		}
		ctx, interrupt := context.WithCancel(w.t.Context())
		w.before = func(r *http.Request) (*http.Response, error) {
			w.before = nil
			events = append(events, "called")
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(sent))
			interrupt() // Ctrl-C while the service works
			return nil, nil
		}
		_, err := w.process().Get(ctx, w.request())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the interruption", err)
		}
		if got := strings.Join(events, " "); got != "held called stored released" {
			t.Errorf("events: %s", got)
		}
		w.count("GetRoleCredentials", 0)
	})
}

func TestReplyWithoutRefreshTokenKeepsTheOldOne(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		old := w.stored("corp")
		sleep(2 * time.Hour)
		w.before = func(r *http.Request) (*http.Response, error) {
			return jsonReply(r, 200, "", `{"accessToken":"new","tokenType":"Bearer","expiresIn":3600}`), nil
		}
		if _, err := w.token(); err != nil {
			t.Fatal(err)
		}
		tok := w.stored("corp")
		if tok.AccessToken.Reveal() != "new" || !tok.RefreshToken.Equal(old.RefreshToken) || tok.RegistrationExpiresAt.IsZero() {
			t.Errorf("stored %+v", tok)
		}
	})
}

func TestTokenOfAnotherStartURLIsNotUsed(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		w.session.StartURL = "https://other.awsapps.com/start"
		_, err := w.token()
		mustBeEnded(t, err)
		if w.stored("corp").AccessToken.IsZero() {
			t.Error("the other session's token is gone")
		}
	})
}

func TestRejectedTokenIsRenewedOnce(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		rejected := w.stored("corp").AccessToken
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				r := broker.Request{Session: w.session, Purpose: broker.AccessToken, Rejected: rejected}
				a, err := w.process().Get(w.t.Context(), r)
				if err != nil || a.Token.AccessToken.Equal(rejected) {
					t.Errorf("still the rejected token: %v", err)
				}
			})
		}
		wg.Wait()
		w.count(refresh, 1)
	})
}
