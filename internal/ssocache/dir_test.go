package ssocache_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const startURL = "https://d-1234567890.awsapps.com/start"

// The first hashes are names of files that AWS CLI 2.36.7 wrote. The others were
// computed with Python's json and hashlib.
func TestNames(t *testing.T) {
	scopes := []string{"sso:account:access"}
	tests := []struct{ name, got, want string }{
		{"token of a session", ssocache.TokenName("corp"), "ee0bfd2552fbd840c02cc48b6e823320543c450f"},
		{"token of a start URL", ssocache.TokenName(startURL), "7487b5b67d5fa1132cf33fa93ae51ef38cc37752"},
		{
			"role of a session", ssocache.RoleName("111111111111", "AdministratorAccess", "corp", startURL),
			"16e5f373157b11b9ca274bd774686b0119407b56",
		},
		{
			"role of a start URL", ssocache.RoleName("111111111111", "AdministratorAccess", "", startURL),
			"91f1f6ce8bdc3f7a18b2fc41b2f0664b96dcacf5",
		},
		{
			"role with quotes, controls and an astral character",
			ssocache.RoleName("111111111111", "Rôle😀", "a\"b\\c\td", ""), "68c0b836302e2fe11ed6203ae09469f11aa6d8e8",
		},
		{
			"registration with scopes", ssocache.RegistrationName(startURL, "us-east-1", "corp", scopes),
			"bc8a1afdb0f5cdc2c789b8a6cd51898e2be3c37c",
		},
		{
			"registration without scopes", ssocache.RegistrationName(startURL, "us-east-1", "noscope", nil),
			"50a8d68de439eff92f757edc7b38c4298fa61297",
		},
		{
			"registration of a legacy profile with odd scopes",
			ssocache.RegistrationName("https://x/start#/", "eu-west-1", "", []string{"sso:account:access", "a é"}),
			"0160fc7b5d7ff51b8041933b5c687df789973e05",
		},
	}
	for _, tt := range tests {
		if want := tt.want + ".json"; tt.got != want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, want)
		}
	}
}
