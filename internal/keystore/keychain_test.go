package keystore

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeychainTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		p := &timeoutRing{ring: hanging{held}, deadline: 10 * time.Second}
		begun := time.Now()
		_, err := p.Get("sso/x")
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("the call returned after %v, want 10s", took)
		}
		if !errors.Is(err, ErrKeychainSilent) || !Unavailable(err) {
			t.Errorf("error %v, want ErrKeychainSilent", err)
		}
		// After a timeout the next call fails at once.
		begun = time.Now()
		if err := p.Set("sso/x", "v"); !errors.Is(err, ErrKeychainSilent) || time.Since(begun) != 0 {
			t.Errorf("the second call: %v after %v; want ErrKeychainSilent at once", err, time.Since(begun))
		}
		close(held)
	})
}

// hanging is a ring whose calls return when held is closed.
type hanging struct{ held chan struct{} }

func (h hanging) Get(string) (string, error) { <-h.held; return "late", nil }
func (h hanging) Set(string, string) error   { <-h.held; return nil }
func (h hanging) Delete(string) error        { <-h.held; return nil }
