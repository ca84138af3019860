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

func TestWithoutEntry(t *testing.T) {
	for _, tt := range []struct{ name, content, want string }{
		{"the last section", "[a]\nk = 1\n[x]\nmark = 1\nother = 2\n", "[a]\nk = 1\n"},
		{"between sections", "[a]\nk = 1\n\n[x]\nmark = 1\n\n# about b\n[b]\nk = 2\n", "[a]\nk = 1\n\n\n# about b\n[b]\nk = 2\n"},
		{"comments in the section", "# first\n[x] # same line\n# inside\nmark = 1\n", "# first\n# inside\n"},
		{"other settings", "[x]\nmark = 1\nk = 1\r\n", "[x]\nk = 1\r\n"},
		{"a duplicate section of somebody else", "[x]\nk = 1\n[x]\nmark = 1\n", "[x]\nk = 1\n"},
		{"an empty section stays", "[x]\n", "[x]\n"},
		{"[DEFAULT] stays", "[DEFAULT]\nmark = 1\n[x]\nmark = 2\n", "[DEFAULT]\nmark = 1\n"},
		{"a byte order mark", "\ufeff[x]\nmark = 1\n[a]\nk = 1", "\ufeff[a]\nk = 1"},
		{"nothing to remove", "[a]\nmark = 1", "[a]\nmark = 1"},
	} {
		got, err := awsconfig.WithoutEntry("file", []byte(tt.content), "x", "mark", "other")
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := awsconfig.WithoutEntry("file", []byte("[x\n"), "x", "mark"); err == nil {
		t.Error("a file that cannot be parsed: no error")
	}
}
