package keystore

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestACallThatHangsIsAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		p := &timeoutRing{ring: hanging{held}, deadline: 10 * time.Second}
		begun := time.Now()
		_, err := p.Get("sso/x")
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("abandoned after %v", took)
		}
		if !errors.Is(err, ErrKeychainSilent) || !Unavailable(err) {
			t.Errorf("error %v", err)
		}
		// Once is enough: the next call does not wait again.
		begun = time.Now()
		if err := p.Set("sso/x", "v"); !errors.Is(err, ErrKeychainSilent) || time.Since(begun) != 0 {
			t.Errorf("the second call: %v after %v", err, time.Since(begun))
		}
		close(held)
	})
}

// hanging is a ring that answers when it is let go.
type hanging struct{ held chan struct{} }

func (h hanging) Get(string) (string, error) { <-h.held; return "late", nil }
func (h hanging) Set(string, string) error   { <-h.held; return nil }
func (h hanging) Delete(string) error        { <-h.held; return nil }
