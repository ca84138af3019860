package awsconfig_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

func TestWithout(t *testing.T) {
	for _, tt := range []struct {
		name        string
		credentials bool
		content     string
		want        string
	}{
		{
			"both spellings", false,
			"[default]\nsso_session = a\nregion = us-east-1\n[profile other]\nsso_session = a\n[profile default]\nSSO_Session: b\noutput = text\n",
			"[default]\nregion = us-east-1\n[profile other]\nsso_session = a\n[profile default]\noutput = text\n",
		},
		{
			"a duplicate section and a duplicate key", false,
			"[default]\nrole_arn = a\n[default]\nrole_arn = b\nrole_arn = c\r\n",
			"[default]\n[default]\n",
		},
		{
			"comments, more lines of a value, a nested block", false,
			"; first\n[default] ; comment\n# second\nsso_session = a\n  more\ns3 =\n  role_arn = x\n",
			"; first\n[default] ; comment\n# second\ns3 =\n  role_arn = x\n",
		},
		{"[DEFAULT] stays", false, "[DEFAULT]\nrole_arn = a\n[default]\nrole_arn = b\n", "[DEFAULT]\nrole_arn = a\n[default]\n"},
		{"a profile in quotes", false, "[profile \"default\"]\nrole_arn = a\n", "[profile \"default\"]\n"},
		{"a credentials file", true, "[profile default]\nrole_arn = a\n[default]\nrole_arn = b", "[profile default]\nrole_arn = a\n[default]\n"},
		{"nothing to remove", false, "\ufeff[default]\nregion = x", "\ufeff[default]\nregion = x"},
	} {
		got, err := awsconfig.Without("file", []byte(tt.content), tt.credentials, "default", "role_arn", "sso_session")
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := awsconfig.Without("file", []byte("[default\n"), false, "default", "role_arn"); err == nil {
		t.Error("a file that cannot be parsed: no error")
	}
}
