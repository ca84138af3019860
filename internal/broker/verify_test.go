package broker_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// verify signs out, and returns the result of [broker.Broker.Verify].
func (f *fixture) verify() error {
	f.T.Helper()
	out := f.Logout()
	if len(out.Revoked) != 1 || out.Revoked[0].StartURL != f.Session.StartURL {
		f.T.Fatalf("revoked: %+v, want one session", out.Revoked)
	}
	return f.Process().Verify(f.T.Context(), out.Revoked[0])
}

func TestVerify(t *testing.T) {
	tests := []struct {
		name   string
		before func(*fixture)
		want   error
	}{
		{"valid token", func(*fixture) {}, nil},
		{"token with a copy under another name", func(f *fixture) { f.Names = []string{f.Session.StartURL}; f.Login() }, nil},
		{"expired token", func(*fixture) { sleep(2 * time.Hour) }, nil},
		{"session revoked at the service", func(f *fixture) { f.Emu.RevokeSessions("jane") }, nil},
		{"session revoked at the service, token expired", func(f *fixture) { f.Emu.RevokeSessions("jane"); sleep(2 * time.Hour) }, nil},
		{"expired token without a refresh token", func(f *fixture) {
			tok := f.Stored("corp")
			tok.RefreshToken = secret.String{}
			if err := f.Files.SaveToken("corp", tok); err != nil {
				f.T.Fatal(err)
			}
			sleep(2 * time.Hour)
		}, broker.ErrNothingToVerify},
		{"the service confirms and does nothing", func(f *fixture) {
			f.Emu.AddFault(emulator.Fault{Operation: "Logout", Status: 200})
		}, broker.ErrStillAccepted},
		{"the service confirms and does nothing, token expired", func(f *fixture) {
			sleep(2 * time.Hour)
			f.Emu.AddFault(emulator.Fault{Operation: "Logout", Status: 200})
		}, broker.ErrStillAccepted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.Login()
				tt.before(f)
				if err := f.verify(); !errors.Is(err, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
			})
		})
	}
}

// The service revokes the access token, but not the refresh token. Verify revokes the new
// token that the service issues, and returns an error.
func TestVerifyRevokesRefreshedToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Before = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/logout") {
				f.Before = nil
				f.Emu.ExpireAccessTokens()
				return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
			}
			return nil, nil
		}
		tok := f.Stored("corp")
		err := f.verify()
		if !errors.Is(err, broker.ErrStillAccepted) || !strings.Contains(err.Error(), "the service refreshed the session") {
			t.Errorf("error %v, want ErrStillAccepted for a refreshed session", err)
		}
		f.Count("Logout", 1) // of the new token; the emulator did not see the first one
		if _, err := f.Client().Refresh(f.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
			t.Error("the session is still valid")
		}
	})
}

func TestVerifyWithoutAnswer(t *testing.T) {
	for _, path := range []string{"/assignment/accounts", "/token"} {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			f.Login()
			f.Before = func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, path) {
					return nil, http.ErrServerClosed
				}
				return nil, nil
			}
			err := f.verify()
			if err == nil || errors.Is(err, broker.ErrStillAccepted) || errors.Is(err, broker.ErrNothingToVerify) {
				t.Errorf("%s: error %v, want another error than ErrStillAccepted and ErrNothingToVerify", path, err)
			}
		})
	}
}
