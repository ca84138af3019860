package broker_test

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The name of a role's file is that of the session, which two configs may give to
// two start URLs.
func TestRoleCredentialsOfAnotherStartURLAreNotUsed(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		other := ssocache.Credentials{
			AccessKeyID: "ASIAOTHER", SecretAccessKey: secret.New("k"), SessionToken: secret.New("t"),
			Expiration: time.Now().Add(time.Hour), Session: "corp", StartURL: "https://other.awsapps.com/start",
		}
		if err := w.Files.SaveCredentials(w.roleName(), other); err != nil {
			t.Fatal(err)
		}
		if c := w.MustGet(); c.AccessKeyID == "ASIAOTHER" {
			t.Error("the credentials of another start URL are given out")
		}
	})
}

// Whoever signs in next may be somebody else.
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
