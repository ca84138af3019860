package broker_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

func TestRefreshWindow(t *testing.T) {
	tests := []struct {
		name      string
		auto      profile.AutoRefresh
		window    time.Duration // -1 means that the setting is missing
		age       time.Duration
		refreshed bool
		wantEnded bool
	}{
		{"fresh", profile.Unset, -1, 44 * time.Minute, false, false},
		{"less than 15 minutes left", profile.Unset, -1, 46 * time.Minute, true, false},
		{"window of 12 hours, first half of the lifetime", profile.On, 43200 * time.Second, 29 * time.Minute, false, false},
		{"window of 12 hours, second half of the lifetime", profile.On, 43200 * time.Second, 31 * time.Minute, true, false},
		{"a small window", profile.On, time.Minute, 58 * time.Minute, false, false},
		{"expired long ago", profile.Unset, -1, 5 * time.Hour, true, false},
		{"no auto refresh, valid", profile.Off, -1, 59 * time.Minute, false, false},
		{"no auto refresh, expired", profile.Off, -1, 61 * time.Minute, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.Session.AutoRefresh = tt.auto
				if tt.window >= 0 {
					f.Session.RefreshWindow, f.Session.HasWindow = tt.window, true
				}
				f.Login()
				old := f.Stored("corp")
				sleep(tt.age)
				tok, err := f.Token()
				if tt.wantEnded {
					mustBeEnded(t, err)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if refreshed := !tok.AccessToken.Equal(old.AccessToken); refreshed != tt.refreshed {
					t.Errorf("refreshed: %v, want %v", refreshed, tt.refreshed)
				}
				if !f.Stored("corp").AccessToken.Equal(tok.AccessToken) {
					t.Error("the returned token is not the stored one")
				}
			})
		})
	}
}

func TestStormIsOneCall(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		f.Emu.AddFault(emulator.Fault{Delay: time.Second})
		var wg sync.WaitGroup
		keys := make([]string, 50)
		for i := range keys {
			wg.Go(func() {
				c, err := f.Get()
				if err != nil {
					t.Errorf("process %d: %v", i, err)
				}
				keys[i] = c.AccessKeyID
			})
		}
		wg.Wait()
		for i, k := range keys {
			if k == "" || k != keys[0] {
				t.Errorf("process %d got key %q, process 0 got %q", i, k, keys[0])
			}
		}
		f.Count(refresh, 1)
		f.Count("GetRoleCredentials", 1)
	})
}

func TestStormOnEndedSessionIsOneCall(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		f.Emu.RevokeSessions("jane")
		start := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, err := f.Get()
				mustBeEnded(t, err)
			})
		}
		wg.Wait()
		f.Count(refresh, 1)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v, want at most 5 s", took)
		}
		_, err := f.Get() // a later process makes no request
		mustBeEnded(t, err)
		f.Count(refresh, 1)
	})
}

func TestNetworkFailureIsShared(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		calls := 0
		f.Before = func(r *http.Request) (*http.Response, error) {
			calls++
			<-r.Context().Done() // a server that never answers
			return nil, r.Context().Err()
		}
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := f.Get(); err == nil {
					t.Error("no error")
				}
			})
		}
		wg.Wait()
		if calls > 3 {
			t.Errorf("%d tries, want at most the 3 of one process", calls)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("took %v, want less than 30 s", took)
		}
		f.Before = nil
		f.MustGet() // the network is back: a failure is not a logout
	})
}

func TestFailedEarlyRefresh(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		old := f.Stored("corp")
		sleep(50 * time.Minute)
		f.Emu.AddFault(emulator.Fault{Operation: refresh, Status: 500, Code: "InternalServerException"})
		f.Emu.ResetCounts()
		use := func(wantTries bool) {
			t.Helper()
			before := f.Emu.Count(refresh)
			tok, err := f.Token()
			if err != nil || !tok.AccessToken.Equal(old.AccessToken) {
				t.Errorf("the valid token is not used: %v", err)
			}
			if tried := f.Emu.Count(refresh) > before; tried != wantTries {
				t.Errorf("tried to refresh: %v, want %v", tried, wantTries)
			}
		}
		use(true)
		if len(f.Warned) != 1 || !strings.Contains(f.Warned[0], "still valid") {
			t.Errorf("warnings %q, want one warning that the token is still valid", f.Warned)
		}
		use(false)
		sleep(31 * time.Second)
		use(true)
		f.Login() // removes the outcome of the failure
		old = f.Stored("corp")
		sleep(50 * time.Minute)
		use(true)
		sleep(10*time.Minute - 45*time.Second) // in the last minute every request tries
		before := f.Emu.Count(refresh)
		_, _ = f.Token()
		_, _ = f.Token()
		if got := f.Emu.Count(refresh) - before; got < 2 {
			t.Errorf("%d tries by two requests in the last minute, want at least 2", got)
		}
	})
}

func TestRefreshByProgramWithoutLock(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		spent := f.Stored("corp")
		sleep(2 * time.Hour)
		// The other program spends the refresh token, and stores the new token a second later.
		grant, err := f.Client().Refresh(f.T.Context(), registrationOf(spent), spent.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		f.Before = func(r *http.Request) (*http.Response, error) {
			f.Before = nil
			go func() {
				sleep(time.Second)
				theirs := spent.Refreshed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, time.Now())
				if err := f.Files.SaveToken("corp", theirs); err != nil {
					t.Error(err)
				}
			}()
			// The emulator would end the session; AWS has a grace period.
			return jsonReply(r, 400, "InvalidGrantException", `{"error":"invalid_grant"}`), nil
		}
		tok, err := f.Token()
		if err != nil || !tok.AccessToken.Equal(grant.AccessToken) {
			t.Errorf("the token of the other program is not used: %v", err)
		}
	})
}

func TestCorruptTokenFile(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		path := f.Files.TokenPath("corp")
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
		if _, err := f.Token(); err != nil {
			t.Errorf("file that is complete again after 2 s: %v", err)
		}
		if err := os.Truncate(path, 10); err != nil {
			t.Fatal(err)
		}
		_, err = f.Token()
		mustBeEnded(t, err)
		if len(f.Warned) != 1 || !strings.Contains(f.Warned[0], path) {
			t.Errorf("warnings %q, want a warning that names the file", f.Warned)
		}
	})
}

func TestRefreshTokenIsNotSpentWithoutStorage(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes that make a folder read-only")
	}
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Unwritable()
		sleep(50 * time.Minute)
		if _, err := f.Token(); err != nil {
			t.Errorf("a valid token is not used: %v", err)
		}
		f.MustGet() // role credentials need not be stored
		sleep(time.Hour)
		_, err := f.Token()
		var storage *broker.StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), f.Files.SSO()) {
			t.Errorf("error %v, want an error that names the folder", err)
		}
		f.Count(refresh, 0)
	})
}

func TestSignalDuringRefresh(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		old := f.Stored("corp")
		sleep(2 * time.Hour)
		var events []string
		f.Hold = func() func() {
			events = append(events, "held")
			return func() {
				if !f.Stored("corp").AccessToken.Equal(old.AccessToken) {
					events = append(events, "stored")
				}
				events = append(events, "released")
			}
		}
		ctx, interrupt := context.WithCancel(f.T.Context())
		f.Before = func(r *http.Request) (*http.Response, error) {
			f.Before = nil
			events = append(events, "called")
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(sent))
			interrupt() // Ctrl-C during the call
			return nil, nil
		}
		_, err := f.Process().Get(ctx, f.Request())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
		if got := strings.Join(events, " "); got != "held called stored released" {
			t.Errorf("events %q, want held called stored released", got)
		}
		f.Count("GetRoleCredentials", 0)
	})
}

func TestReplyWithoutRefreshToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		old := f.Stored("corp")
		sleep(2 * time.Hour)
		f.Before = func(r *http.Request) (*http.Response, error) {
			return jsonReply(r, 200, "", `{"accessToken":"new","tokenType":"Bearer","expiresIn":3600}`), nil
		}
		if _, err := f.Token(); err != nil {
			t.Fatal(err)
		}
		tok := f.Stored("corp")
		if tok.AccessToken.Reveal() != "new" || !tok.RefreshToken.Equal(old.RefreshToken) || tok.RegistrationExpiresAt.IsZero() {
			t.Errorf("stored %+v, want the new access token and the old refresh token", tok)
		}
	})
}

func TestTokenOfAnotherStartURLIsNotUsed(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Session.StartURL = "https://other.awsapps.com/start"
		_, err := f.Token()
		mustBeEnded(t, err)
		if f.Stored("corp").AccessToken.IsZero() {
			t.Error("the token of the other session was removed")
		}
	})
}

func TestRejectedTokenIsRefreshedOnce(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		rejected := f.Stored("corp").AccessToken
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				r := broker.Request{Session: f.Session, Purpose: broker.AccessToken, Rejected: rejected}
				a, err := f.Process().Get(f.T.Context(), r)
				if err != nil || a.Token.AccessToken.Equal(rejected) {
					t.Errorf("got the rejected token, error %v", err)
				}
			})
		}
		wg.Wait()
		f.Count(refresh, 1)
	})
}
