package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The sign-in waits for the session's lock, which another process holds. An interrupt ends
// the wait, and the process revokes the token.
func TestInterruptedWhileStoring(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Logout()
		f.Emu.ResetCounts()
		release := f.lock(".lock")
		defer release()
		ctx, cancel := context.WithCancel(f.T.Context())
		defer cancel()
		start := time.Now()
		_, err := f.Process().Login(ctx, f.Session, f.ByCode("sso login", func(shown string) {
			f.Approve(shown)
			time.AfterFunc(10*time.Second, cancel)
		}))
		if !errors.Is(err, context.Canceled) || time.Since(start) > 15*time.Second {
			t.Errorf("after %v: error %v, want context.Canceled within 15 s", time.Since(start), err)
		}
		if tokens, _ := f.cached(); tokens != 0 {
			t.Errorf("%d tokens are stored, want none", tokens)
		}
		f.Count("Logout", 1)
	})
}

// A sign-in removes the role credentials of the previous sign-in, because another
// user may have signed in.
func TestLoginRemovesRoleCredentials(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		before := f.MustGet()
		f.Login()
		if after := f.MustGet(); after.AccessKeyID == before.AccessKeyID {
			t.Error("the credentials of the previous sign-in are returned")
		}
	})
}
