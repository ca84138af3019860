package profile

import (
	"errors"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

func TestLooksLike(t *testing.T) {
	const p, s = awsconfig.Profile, awsconfig.SSOSession
	for _, c := range []struct {
		text string
		kind awsconfig.Kind
		name string
		want bool
	}{
		{"dev", p, "dev", true},
		{"DEV", p, "dev", true},
		{"Profile dev", p, "dev", true},
		{"profile=dev", p, "dev", true},
		{"profile:dev", p, "dev", true},
		{"proflie dev-admin", p, "dev-admin", true},
		{"profile dev admin", p, "dev-admin", true},
		{"profile dev admin", p, "admin", false},
		{"sso session dev", p, "dev", false},
		{"plugins", p, "dev", false},
		{"x", p, "-", false},
		{"sso session corp", s, "corp", true},
		{"sso_session corp", s, "corp", true},
		{"SSO-Session corp", s, "corp", true},
		{"sso-session=corp", s, "corp", true},
		{"ssosession corp", s, "corp", true},
		{"sso corp", s, "corp", true},
		{"session corp", s, "corp", true},
		{"corp", s, "corp", true},
		{"Profile corp", s, "corp", false},
	} {
		if got := looksLike(c.text, c.kind, c.name); got != c.want {
			t.Errorf("[%s] for %v %q: %v, want %v", c.text, c.kind, c.name, got, c.want)
		}
	}
}

// With many profiles and no similar name, the hint says how to print the names. It does not
// suggest a new profile.
func TestUnknownProfileAmongMany(t *testing.T) {
	var config strings.Builder
	for _, name := range strings.Fields("one two three four five six seven eight nine") {
		config.WriteString("[profile " + name + "]\nregion = us-east-1\n")
	}
	_, _, err := Resolve(Inputs{Profile: "production", Config: awsconfig.NewDoc("config", false, config.String())})
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if want := "the config has 9 profiles; to print their names, run: lanyard configure list-profiles"; e.Hint != want || e.SetUp {
		t.Errorf("hint %q, SetUp %v; want %q", e.Hint, e.SetUp, want)
	}
}

func TestNearNames(t *testing.T) {
	names := []string{"account1-AdministratorAccess", "account1-ReadOnlyAccess", "account2-ReadOnlyAccess", "sandbox-ReadOnlyAccess", "test-ReadOnlyAccess"}
	for name, want := range map[string]string{
		"account1-ReadOnly":       "account1-ReadOnlyAccess",
		"account1":                "account1-AdministratorAccess account1-ReadOnlyAccess",
		"SANDBOX":                 "sandbox-ReadOnlyAccess",
		"account3-ReadOnlyAccess": "account1-ReadOnlyAccess account2-ReadOnlyAccess",
		"ReadOnlyAccess":          "", // four names contain it
		"ac":                      "",
		"production":              "",
	} {
		if got := strings.Join(nearNames(name, names), " "); got != want {
			t.Errorf("nearNames(%q) = %q, want %q", name, got, want)
		}
	}
}
