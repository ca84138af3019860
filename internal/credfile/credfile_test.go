package credfile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

var (
	dev  = credfile.Entry{Name: "lanyard-dev", Profile: "dev", Session: "corp", Region: "eu-west-1"}
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

func keys(n string) ssocache.Credentials {
	return ssocache.Credentials{
		AccessKeyID: "ASIA" + n, SecretAccessKey: secret.New("secret" + n), SessionToken: secret.New("token" + n),
		AccountID: "111122223333", Expiration: noon,
	}
}

func put(t *testing.T, content string) string {
	t.Helper()
	got, err := credfile.Put("file", []byte(content), dev, keys("1"))
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

const own = `[lanyard-dev]
aws_access_key_id = ASIA1
aws_secret_access_key = secret1
aws_session_token = token1
aws_account_id = 111122223333
region = eu-west-1
x_security_token_expires = 2026-11-22T12:00:00Z
lanyard_profile = dev
lanyard_session = corp
`

func TestPutAndRemove(t *testing.T) {
	for _, before := range []string{
		"", "# mine\n[default]\naws_access_key_id=AKIA\n\n; end\n", "[a]\r\nk = 1\r\n", "[DEFAULT]\nregion = x\n",
	} {
		after := put(t, before)
		if plain := strings.ReplaceAll(after, "\r\n", "\n"); !strings.HasPrefix(after, before) || !strings.Contains(plain, own+"lanyard_check = ") {
			t.Errorf("%q became %q", before, after)
		}
		entries, err := credfile.Entries("file", []byte(after))
		if err != nil || len(entries) != 1 || entries[0].Changed || !entries[0].Expires.Equal(noon) || entries[0].Session != "corp" {
			t.Errorf("%q has the entries %+v, %v", after, entries, err)
		}
		if again := put(t, after); again != after {
			t.Errorf("the same credentials change %q to %q", after, again)
		}
		if removed := credfile.Omit("file", []byte(after)); string(removed) != before {
			t.Errorf("removed, left %q, want %q", removed, before)
		}
	}
}

// Credentials without a session token, account and expiry replace those that have them.
func TestPutOtherCredentials(t *testing.T) {
	got, err := credfile.Put("file", []byte(put(t, "")), credfile.Entry{Name: "lanyard-dev", Profile: "dev"},
		ssocache.Credentials{AccessKeyID: "AKIA", SecretAccessKey: secret.New("s")})
	want := "[lanyard-dev]\naws_access_key_id = AKIA\naws_secret_access_key = s\nlanyard_profile = dev\nlanyard_check = "
	if err != nil || !strings.HasPrefix(string(got), want) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOtherSectionsAreNotReplaced(t *testing.T) {
	mine := put(t, "")
	for name, tt := range map[string]struct {
		content string
		changed bool
	}{
		"another program's": {"[lanyard-dev]\naws_access_key_id = AKIA\n", false},
		"empty":             {"[lanyard-dev]\n", false},
		"no check":          {strings.Replace(mine, "lanyard_check", "other", 1), false},
		"other keys":        {strings.Replace(mine, "secret1", "secret2", 1), true},
		"another profile":   {strings.Replace(mine, "lanyard_profile = dev", "lanyard_profile = prod", 1), true},
		"no session":        {strings.Replace(mine, "lanyard_session = corp\n", "", 1), true},
	} {
		_, err := credfile.Put("file", []byte(tt.content), dev, keys("3"))
		var conflict *credfile.ConflictError
		if !errors.As(err, &conflict) || conflict.Changed != tt.changed || conflict.Line != 1 {
			t.Errorf("%s: %v, want a conflict", name, err)
		}
		if got, err := credfile.Renew("file", []byte(tt.content), dev, keys("3")); err != nil || string(got) != tt.content {
			t.Errorf("%s: renewed as %q, %v", name, got, err)
		}
		if got := credfile.Omit("file", []byte(tt.content)); string(got) != tt.content {
			t.Errorf("%s: removed, left %q", name, got)
		}
	}
}

// A setting that lanyard did not write does not stop a renewal, and stays after a removal.
func TestAddedSettingsStay(t *testing.T) {
	content := put(t, "") + "output = json\n# mine\n"
	renewed, err := credfile.Renew("file", []byte(content), dev, keys("2"))
	if err != nil || !strings.Contains(string(renewed), "aws_secret_access_key = secret2\n") || !strings.HasSuffix(string(renewed), "\noutput = json\n# mine\n") {
		t.Errorf("renewed as %q, %v", renewed, err)
	}
	if got := string(credfile.Omit("file", renewed)); got != "[lanyard-dev]\noutput = json\n# mine\n" {
		t.Errorf("removed, left %q", got)
	}
}

// An entry that was removed or given to another profile in the meantime is not renewed.
func TestRenewOnlyWhatIsThere(t *testing.T) {
	prod := dev
	prod.Profile = "prod"
	for _, content := range []string{"", "[a]\nk = 1\n"} {
		if got, err := credfile.Renew("file", []byte(content), dev, keys("2")); err != nil || string(got) != content {
			t.Errorf("%q became %q, %v", content, got, err)
		}
	}
	if got, err := credfile.Renew("file", []byte(put(t, "")), prod, keys("2")); err != nil || string(got) != put(t, "") {
		t.Errorf("the entry of another profile became %q, %v", got, err)
	}
}

func TestRemoveOnlyTheWanted(t *testing.T) {
	prod := credfile.Entry{Name: "x", Profile: "prod"}
	both, err := credfile.Put("file", []byte(put(t, "")), prod, keys("2"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := credfile.Remove("file", both, func(e credfile.Entry) bool { return e.Profile == "prod" })
	if err != nil || string(got) != put(t, "") {
		t.Errorf("%q, %v", got, err)
	}
	if got := credfile.Omit("file", append(both, "[\n"...)); string(got) != string(both)+"[\n" {
		t.Errorf("a file that cannot be parsed became %q", got)
	}
}

func TestRestore(t *testing.T) {
	now := put(t, "[a]\nk = 2\n")
	for _, tt := range []struct{ name, before, want string }{
		{"the entry stays", "[a]\nk = 1\n", put(t, "[a]\nk = 1\n")},
		{"an empty file", "", put(t, "")},
		{"the name is in use", "[lanyard-dev]\nk = 1\n", "[lanyard-dev]\nk = 1\n"},
		{"a file that cannot be parsed", "[\n", "[\n"},
	} {
		if got := credfile.Restore("file", []byte(tt.before), []byte(now)); string(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	changed := strings.Replace(now, "secret1", "secret2", 1)
	if got := credfile.Restore("file", nil, []byte(changed)); len(got) != 0 {
		t.Errorf("a changed entry is restored: %q", got)
	}
}
