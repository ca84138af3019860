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
				w.Session.AutoRefresh = tt.auto
				if tt.window >= 0 {
					w.Session.RefreshWindow, w.Session.HasWindow = tt.window, true
				}
				w.Login()
				old := w.Stored("corp")
				sleep(tt.age)
				tok, err := w.Token()
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
				if !w.Stored("corp").AccessToken.Equal(tok.AccessToken) {
					t.Error("the token in use is not the one stored")
				}
			})
		})
	}
}

func TestStormIsOneCall(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		sleep(2 * time.Hour)
		w.Emu.AddFault(emulator.Fault{Delay: time.Second})
		var wg sync.WaitGroup
		keys := make([]string, 50)
		for i := range keys {
			wg.Go(func() {
				c, err := w.Get()
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
		w.Count(refresh, 1)
		w.Count("GetRoleCredentials", 1)
	})
}

func TestStormOnADeadSessionIsOneCall(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		sleep(2 * time.Hour)
		w.Emu.RevokeSessions("jane")
		start := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, err := w.Get()
				mustBeEnded(t, err)
			})
		}
		wg.Wait()
		w.Count(refresh, 1)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		_, err := w.Get() // and one that comes later does not ask again
		mustBeEnded(t, err)
		w.Count(refresh, 1)
	})
}

func TestNetworkFailureIsSharedWithThoseWhoWait(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		sleep(2 * time.Hour)
		calls := 0
		w.Before = func(r *http.Request) (*http.Response, error) {
			calls++
			<-r.Context().Done() // a server that never answers
			return nil, r.Context().Err()
		}
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := w.Get(); err == nil {
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
		w.Before = nil
		w.MustGet() // the network is back: a failure is not a logout
	})
}

func TestFailedEarlyRenewal(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		old := w.Stored("corp")
		sleep(50 * time.Minute)
		w.Emu.AddFault(emulator.Fault{Operation: refresh, Status: 500, Code: "InternalServerException"})
		w.Emu.ResetCounts()
		use := func(wantTries bool) {
			t.Helper()
			before := w.Emu.Count(refresh)
			tok, err := w.Token()
			if err != nil || !tok.AccessToken.Equal(old.AccessToken) {
				t.Errorf("the live token is not used: %v", err)
			}
			if tried := w.Emu.Count(refresh) > before; tried != wantTries {
				t.Errorf("tried to renew: %v, want %v", tried, wantTries)
			}
		}
		use(true)
		if len(w.Warned) != 1 || !strings.Contains(w.Warned[0], "still used") {
			t.Errorf("warnings %q", w.Warned)
		}
		use(false)
		sleep(31 * time.Second)
		use(true)
		w.Login() // clears the mark
		old = w.Stored("corp")
		sleep(50 * time.Minute)
		use(true)
		sleep(10*time.Minute - 45*time.Second) // its last minute: always tried
		before := w.Emu.Count(refresh)
		_, _ = w.Token()
		_, _ = w.Token()
		if got := w.Emu.Count(refresh) - before; got < 2 {
			t.Errorf("in the last minute tried %d times in two uses", got)
		}
	})
}

func TestAnotherProgramRefreshesWithoutOurLock(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		spent := w.Stored("corp")
		sleep(2 * time.Hour)
		// It has spent the refresh token, and stores the new one a second later.
		grant, err := w.Client().Refresh(w.T.Context(), registrationOf(spent), spent.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		w.Before = func(r *http.Request) (*http.Response, error) {
			w.Before = nil
			go func() {
				sleep(time.Second)
				theirs := spent.Renewed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, time.Now())
				if err := w.Files.SaveToken("corp", theirs); err != nil {
					t.Error(err)
				}
			}()
			// The emulator would revoke the family; AWS has a grace period.
			return jsonReply(r, 400, "InvalidGrantException", `{"error":"invalid_grant"}`), nil
		}
		tok, err := w.Token()
		if err != nil || !tok.AccessToken.Equal(grant.AccessToken) {
			t.Errorf("the other program's token is not used: %v", err)
		}
	})
}

func TestFileInTheMiddleOfARewrite(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		path := w.Files.TokenPath("corp")
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
		if _, err := w.Token(); err != nil {
			t.Errorf("a file that is whole again after 2 s: %v", err)
		}
		if err := os.Truncate(path, 10); err != nil {
			t.Fatal(err)
		}
		_, err = w.Token()
		mustBeEnded(t, err)
		if len(w.Warned) != 1 || !strings.Contains(w.Warned[0], path) {
			t.Errorf("warnings %q, want one that names the file", w.Warned)
		}
	})
}

func TestRefreshTokenIsNotSpentWhereItsSuccessorCannotBeStored(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Unwritable()
		sleep(50 * time.Minute)
		if _, err := w.Token(); err != nil {
			t.Errorf("a live token is not used: %v", err)
		}
		w.MustGet() // keys can be had without being stored
		sleep(time.Hour)
		_, err := w.Token()
		var storage *broker.StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), w.Files.SSO()) {
			t.Errorf("error %v, want one that names the folder", err)
		}
		w.Count(refresh, 0)
	})
}

func TestSignalsAreHeldBackUntilTheTokenIsStored(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		old := w.Stored("corp")
		sleep(2 * time.Hour)
		var events []string
		w.Hold = func() func() {
			events = append(events, "held")
			return func() {
				if !w.Stored("corp").AccessToken.Equal(old.AccessToken) {
					events = append(events, "stored")
				}
				events = append(events, "released")
			}
		}
		ctx, interrupt := context.WithCancel(w.T.Context())
		w.Before = func(r *http.Request) (*http.Response, error) {
			w.Before = nil
			events = append(events, "called")
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(sent))
			interrupt() // Ctrl-C while the service works
			return nil, nil
		}
		_, err := w.Process().Get(ctx, w.Request())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the interruption", err)
		}
		if got := strings.Join(events, " "); got != "held called stored released" {
			t.Errorf("events: %s", got)
		}
		w.Count("GetRoleCredentials", 0)
	})
}

func TestReplyWithoutRefreshTokenKeepsTheOldOne(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		old := w.Stored("corp")
		sleep(2 * time.Hour)
		w.Before = func(r *http.Request) (*http.Response, error) {
			return jsonReply(r, 200, "", `{"accessToken":"new","tokenType":"Bearer","expiresIn":3600}`), nil
		}
		if _, err := w.Token(); err != nil {
			t.Fatal(err)
		}
		tok := w.Stored("corp")
		if tok.AccessToken.Reveal() != "new" || !tok.RefreshToken.Equal(old.RefreshToken) || tok.RegistrationExpiresAt.IsZero() {
			t.Errorf("stored %+v", tok)
		}
	})
}

func TestTokenOfAnotherStartURLIsNotUsed(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Session.StartURL = "https://other.awsapps.com/start"
		_, err := w.Token()
		mustBeEnded(t, err)
		if w.Stored("corp").AccessToken.IsZero() {
			t.Error("the other session's token is gone")
		}
	})
}

func TestRejectedTokenIsRenewedOnce(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		rejected := w.Stored("corp").AccessToken
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				r := broker.Request{Session: w.Session, Purpose: broker.AccessToken, Rejected: rejected}
				a, err := w.Process().Get(w.T.Context(), r)
				if err != nil || a.Token.AccessToken.Equal(rejected) {
					t.Errorf("still the rejected token: %v", err)
				}
			})
		}
		wg.Wait()
		w.Count(refresh, 1)
	})
}
