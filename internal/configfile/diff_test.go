package configfile_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

func TestDiff(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"no difference", "[a]\n", "[a]\n", ""},
		{"a line", "[a]\nregion = x\n", "[a]\nregion = y\n", "@@ -1,2 +1,2 @@\n [a]\n-region = x\n+region = y\n"},
		{"a new file", "", "[a]\n", "@@ -0,0 +1,1 @@\n+[a]\n"},
		{
			"a secret", "aws_secret_access_key = one\n", "aws_secret_access_key = two\n",
			"@@ -1,1 +1,1 @@\n-aws_secret_access_key = [redacted]\n+aws_secret_access_key = [redacted]\n",
		},
		{
			"an unchanged secret next to a change", "Aws_Session_Token:abc\nregion = x\n", "Aws_Session_Token:abc\nregion = y\n",
			"@@ -1,2 +1,2 @@\n Aws_Session_Token:[redacted]\n-region = x\n+region = y\n",
		},
		{
			"a secret of several lines", "aws_security_token = a\n  b\n\n  # c\nx = 1\n", "aws_security_token = a\n  B\n\n  # c\nx = 1\n",
			"@@ -1,5 +1,5 @@\n aws_security_token = [redacted]\n-  [redacted]\n+  [redacted]\n \n   [redacted]\n x = 1\n",
		},
		{"a value of several lines", "[a]\nx = 1\n  2\n", "[a]\nx = 1\n  3\n", "@@ -1,3 +1,3 @@\n [a]\n x = 1\n-  2\n+  3\n"},
		{
			"access key IDs", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n", "aws_access_key_id = short\n",
			"@@ -1,1 +1,1 @@\n-aws_access_key_id = [redacted]MPLE\n+aws_access_key_id = [redacted]\n",
		},
		{
			"other tools' keys", "", "okta_password=x\nclient-secret=y\napi_key=z\nPassphrase: p\n",
			"@@ -0,0 +1,4 @@\n+okta_password=[redacted]\n+client-secret=[redacted]\n+api_key=[redacted]\n+Passphrase: [redacted]\n",
		},
		{
			"keys that only sound secret", "", "sso_start_url = u\ntoken_url = v\nweb_identity_token_file = f\nsource_profile = p\naws_secret_access_key =\n",
			"@@ -0,0 +1,5 @@\n+sso_start_url = u\n+token_url = v\n+web_identity_token_file = f\n+source_profile = p\n+aws_secret_access_key =\n",
		},
		{
			"a secret in a comment", "", "#aws_secret_access_key = x\n; plain words\n",
			"@@ -0,0 +1,2 @@\n+#aws_secret_access_key = [redacted]\n+; plain words\n",
		},
		{
			"a secret in a nested block", "", "s3 =\n  secret = x\n    more\n  region = r\n",
			"@@ -0,0 +1,4 @@\n+s3 =\n+  secret = [redacted]\n+    [redacted]\n+  region = r\n",
		},
		{"a secret after a header", "", "[a] token = x\n", "@@ -0,0 +1,1 @@\n+[a] token = [redacted]\n"},
		{"a pasted secret without a key", "", "[a]\nwJalrXUtnFEMI/K7MDENG\n", "@@ -0,0 +1,2 @@\n+[a]\n+[redacted]\n"},
		{
			"a secret after a lone \\r", "", "region = x\raws_secret_access_key = y\n",
			"@@ -0,0 +1,2 @@\n+region = x\u240d\n+aws_secret_access_key = [redacted]\n",
		},
		{"no newline at the end", "a = 1", "a = 1\n", "@@ -1,1 +1,1 @@\n-a = 1\n\\ No newline at end of file\n+a = 1\n"},
		{
			"a secret without a newline at the end", "token = 1", "token = 2",
			"@@ -1,1 +1,1 @@\n-token = [redacted]\n\\ No newline at end of file\n+token = [redacted]\n\\ No newline at end of file\n",
		},
		{
			"control characters", "a = \x1b[31m\n", "a = \u202e\u009b\x7f\xff\tb\n",
			"@@ -1,1 +1,1 @@\n-a = \u241b[31m\n+a = \ufffd\ufffd\u2421\ufffd\tb\n",
		},
		{"control characters that look the same", "a = \u202e\n", "a = \u202d\n", "@@ -1,1 +1,1 @@\n-a = \ufffd\n+a = \ufffd\n"},
		{"a mark in the content", "a = \x001\x00\n", "a = 1\n", "@@ -1,1 +1,1 @@\n-a = \u24001\u2400\n+a = 1\n"},
		{"both with Windows line endings", "[a]\r\nx = 1\r\n", "[a]\r\nx = 2\r\n", "@@ -1,2 +1,2 @@\n [a]\n-x = 1\n+x = 2\n"},
		{"from Windows to Unix line endings", "[a]\r\n", "[a]\n", "@@ -1,1 +1,1 @@\n-[a]\u240d\n+[a]\n"},
	}
	for _, tt := range tests {
		want := tt.want
		if want != "" {
			want = "--- config\n+++ config\n" + want
		}
		if got := configfile.Diff("config", []byte(tt.before), []byte(tt.after)); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.name, got, want)
		}
	}
}

// The diff of any two contents shows a difference, is safe for a terminal, and does not
// contain the secret.
func FuzzDiff(f *testing.F) {
	const canary = "c4n4ry"
	f.Add([]byte("[a]\n"), []byte("[b]\n"))
	f.Add([]byte("[a]\nx = 1\n  2"), []byte("\xef\xbb\xbf[a]\r\ntoken:\r  b\n"))
	f.Add([]byte("\x00\n\u2028"), []byte("\x001\x00\x1b[0m"))
	f.Add([]byte("s3 =\n  a = b\n [c]\n"), []byte(""))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		if strings.Contains(string(before)+string(after), canary) {
			t.Skip("the file already contains the canary")
		}
		// Add the secret as the last option, with a second line.
		secret := string(after) + "\naws_secret_access_key = " + canary + "\n  " + canary
		got := configfile.Diff("n", before, []byte(secret))
		if got == "" || strings.Contains(got, canary) {
			t.Errorf("the diff is empty or contains the secret: %q", got)
		}
		got = configfile.Diff("n", before, after)
		if (got == "") != (string(before) == string(after)) {
			t.Errorf("%q and %q: %q; want a diff only if they differ", before, after, got)
		}
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) }) {
			t.Errorf("not safe for a terminal: %q", got)
		}
	})
}
