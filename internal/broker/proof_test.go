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

// verify signs out and asks for the proof.
func (w *world) verify() error {
	w.T.Helper()
	out := w.Logout()
	if len(out.Revoked) != 1 || out.Revoked[0].StartURL != w.Session.StartURL {
		w.T.Fatalf("revoked: %+v, want one session", out.Revoked)
	}
	return w.Process().Verify(w.T.Context(), out.Revoked[0])
}

func TestVerifiedSignOut(t *testing.T) {
	tests := []struct {
		name   string
		before func(*world)
		want   error
	}{
		{"a token that lives", func(*world) {}, nil},
		{"one with a copy under another name", func(w *world) { w.Names = []string{w.Session.StartURL}; w.Login() }, nil},
		{"an expired one", func(*world) { sleep(2 * time.Hour) }, nil},
		{"a session that was ended on the server", func(w *world) { w.Emu.RevokeSessions("jane") }, nil},
		{"the same, and expired", func(w *world) { w.Emu.RevokeSessions("jane"); sleep(2 * time.Hour) }, nil},
		{"an expired one without a refresh token", func(w *world) {
			tok := w.Stored("corp")
			tok.RefreshToken = secret.String{}
			if err := w.Files.SaveToken("corp", tok); err != nil {
				w.T.Fatal(err)
			}
			sleep(2 * time.Hour)
		}, broker.ErrNothingToVerify},
		{"a service that says yes and does nothing", func(w *world) {
			w.Emu.AddFault(emulator.Fault{Operation: "Logout", Status: 200})
		}, broker.ErrStillAccepted},
		{"the same for an expired token", func(w *world) {
			sleep(2 * time.Hour)
			w.Emu.AddFault(emulator.Fault{Operation: "Logout", Status: 200})
		}, broker.ErrStillAccepted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.Login()
				tt.before(w)
				if err := w.verify(); !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
			})
		})
	}
}

// A service that ends the access token and not the refresh token: what it hands out
// is revoked, and does not count as proof.
func TestSignOutThatTheRefreshTokenOutlives(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Before = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/logout") {
				w.Before = nil
				w.Emu.ExpireAccessTokens()
				return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
			}
			return nil, nil
		}
		tok := w.Stored("corp")
		err := w.verify()
		if !errors.Is(err, broker.ErrStillAccepted) || !strings.Contains(err.Error(), "renewed") {
			t.Errorf("error %v", err)
		}
		w.Count("Logout", 1) // of the new token; the first one was ours
		if _, err := w.Client().Refresh(w.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
			t.Error("the session lives on")
		}
	})
}

func TestSignOutThatCannotBeVerified(t *testing.T) {
	for _, path := range []string{"/assignment/accounts", "/token"} {
		inWorld(t, emulator.Config{}, func(w *world) {
			w.Login()
			w.Before = func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, path) {
					return nil, http.ErrServerClosed
				}
				return nil, nil
			}
			err := w.verify()
			if err == nil || errors.Is(err, broker.ErrStillAccepted) || errors.Is(err, broker.ErrNothingToVerify) {
				t.Errorf("%s: error %v", path, err)
			}
		})
	}
}
