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
		w.login()
		w.logout()
		w.emu.ResetCounts()
		release := w.lock(".lock")
		defer release()
		ctx, cancel := context.WithCancel(w.t.Context())
		defer cancel()
		start := time.Now()
		_, err := w.process().Login(ctx, w.session, w.byCode("sso login", func(shown string) {
			w.approve(shown)
			time.AfterFunc(10*time.Second, cancel)
		}))
		if !errors.Is(err, context.Canceled) || time.Since(start) > 15*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if tokens, _ := w.cached(); tokens != 0 {
			t.Errorf("%d tokens are stored", tokens)
		}
		w.count("Logout", 1)
	})
}
