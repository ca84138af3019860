package prompt_test

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/prompt"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func TestSignIn(t *testing.T) {
	s := profile.Session{Name: "corp", StartURL: startURL, Region: "us-east-1"}
	for _, tt := range []struct {
		name  string
		token *ssocache.Token
		want  string
	}{
		{"no token", nil, "signed out"},
		{"a valid token", token(4*time.Hour+5*time.Minute, true), "4h05m left"},
		{"an expired token with a refresh token", token(-time.Hour, true), "refreshable"},
		{"an expired token", token(-time.Hour, false), "ended"},
	} {
		home := t.TempDir()
		if tt.token != nil {
			write(t, ssocache.Dir{Home: home}.TokenPath("corp"), string(tt.token.Encode()))
		}
		if got := prompt.SignIn(home, s, now); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
