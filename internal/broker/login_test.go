package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// An interrupt ends a sign-in that waits for another process to free the session's
// lock. Its token is revoked.
func TestInterruptedWhileStoring(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Logout()
		w.Emu.ResetCounts()
		release := w.lock(".lock")
		defer release()
		ctx, cancel := context.WithCancel(w.T.Context())
		defer cancel()
		start := time.Now()
		_, err := w.Process().Login(ctx, w.Session, w.ByCode("sso login", func(shown string) {
			w.Approve(shown)
			time.AfterFunc(10*time.Second, cancel)
		}))
		if !errors.Is(err, context.Canceled) || time.Since(start) > 15*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if tokens, _ := w.cached(); tokens != 0 {
			t.Errorf("%d tokens are stored", tokens)
		}
		w.Count("Logout", 1)
	})
}

// The next user who signs in may be another person.
func TestLoginForgetsTheRoleCredentialsBefore(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		before := w.MustGet()
		w.Login()
		if after := w.MustGet(); after.AccessKeyID == before.AccessKeyID {
			t.Error("the credentials of the sign-in before are given out")
		}
	})
}
