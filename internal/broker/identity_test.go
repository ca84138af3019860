package broker_test

import (
	"testing"
	"time"

	"lanyard/emulator"
	"lanyard/internal/secret"
	"lanyard/internal/ssocache"
)

// The name of a role's file is that of the session, which two configs may give to
// two start URLs.
func TestRoleCredentialsOfAnotherStartURLAreNotUsed(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		other := ssocache.Credentials{
			AccessKeyID: "ASIAOTHER", SecretAccessKey: secret.New("k"), SessionToken: secret.New("t"),
			Expiration: time.Now().Add(time.Hour), Session: "corp", StartURL: "https://other.awsapps.com/start",
		}
		if err := w.files.SaveCredentials(w.roleName(), other); err != nil {
			t.Fatal(err)
		}
		if c := w.mustGet(); c.AccessKeyID == "ASIAOTHER" {
			t.Error("the credentials of another start URL are given out")
		}
	})
}

// Whoever signs in next may be somebody else.
func TestLoginForgetsTheRoleCredentialsBefore(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		before := w.mustGet()
		w.login()
		if after := w.mustGet(); after.AccessKeyID == before.AccessKeyID {
			t.Error("the credentials of the sign-in before are given out")
		}
	})
}

// A custom endpoint must not see the tokens of sessions that are none of its own.
func TestLogoutOfAllLeavesWhatIsNotMine(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		theirs := ssocache.Token{
			StartURL: "https://real.awsapps.com/start", Region: "us-east-1",
			AccessToken: secret.New("real"), ExpiresAt: time.Now().Add(time.Hour),
		}
		if err := w.files.SaveToken("real", theirs); err != nil {
			t.Fatal(err)
		}
		out, err := w.process().LogoutAll(w.t.Context(), func(tok ssocache.Token) bool { return tok.StartURL == w.session.StartURL })
		if err != nil || len(out.Left) != 1 || out.Left[0] != theirs.StartURL {
			t.Errorf("left %v, %v", out.Left, err)
		}
		w.count("Logout", 1)
		w.stored("real")
	})
}
