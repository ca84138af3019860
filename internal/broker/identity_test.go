package broker_test

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// An identity lasts until the next sign-in. Refreshes do not change it.
func TestIdentity(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		if _, ok, err := f.Process().Identity(f.Session); ok || err != nil {
			t.Errorf("without a sign-in: %v, %v", ok, err)
		}
		f.Login()
		first, ok, err := f.Process().Identity(f.Session)
		if !ok || err != nil || first.SignIn == "" || first.Origin != "aws" {
			t.Fatalf("after a sign-in: %+v, %v, %v", first, ok, err)
		}
		sleep(61 * time.Minute)
		if again, ok, err := f.Process().Identity(f.Session); !ok || err != nil || again != first {
			t.Errorf("with an expired token that can be refreshed: %+v, %v, %v; want %+v", again, ok, err, first)
		}
		if _, err := f.Token(); err != nil {
			t.Fatal(err)
		}
		if again, ok, err := f.Process().Identity(f.Session); !ok || err != nil || again != first {
			t.Errorf("after a refresh: %+v, %v, %v; want %+v", again, ok, err, first)
		}
		f.Logout()
		if _, ok, err := f.Process().Identity(f.Session); ok || err != nil {
			t.Errorf("after a sign-out: %v, %v", ok, err)
		}
		f.Login()
		if second, ok, err := f.Process().Identity(f.Session); !ok || err != nil || second.SignIn == first.SignIn {
			t.Errorf("after another sign-in: %+v, %v, %v; want another identity than %+v", second, ok, err, first)
		}
	})
}
