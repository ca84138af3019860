package browser

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAllowed(t *testing.T) {
	for url, allowed := range map[string]bool{
		"https://oidc.eu-west-1.amazonaws.com/authorize?a=b%20c#d": true,
		"https://device.sso.us-east-1.amazonaws.com/":              true,
		"http://127.0.0.1:8080/authorize":                          true,
		"http://[::1]:8080/":                                       true,
		"http://localhost/":                                        true,
		"http://example.com/":                                      false,
		"http://127.0.0.1.example.com/":                            false,
		"https://user@example.com/":                                false,
		"javascript:alert(1)":                                      false,
		"file:///etc/passwd":                                       false,
		"-private-window":                                          false,
		"https:/example.com":                                       false,
		"https://":                                                 false,
		"https:///path":                                            false,
		"https://example.com/a b":                                  false,
		"https://example.com/\x1b[2J":                              false,
		"https://example.com/\"&calc":                              false,
		"https://ex\u202eample.com/":                               false,
		"":                                                         false,
	} {
		if err := Allowed(url); (err == nil) != allowed || err != nil && !errors.Is(err, ErrNotAllowed) {
			t.Errorf("Allowed(%q) = %v, want allowed: %v", url, err, allowed)
		}
	}
}

func TestEntries(t *testing.T) {
	for value, want := range map[string]string{
		"":                                   "",
		"firefox":                            "firefox",
		"firefox:chromium --new-window":      "firefox|chromium --new-window",
		`"my:browser" 'a:b':c`:               `"my:browser" 'a:b'|c`,
		`it's:b`:                             `it's|b`,
		`C:\Program Files\b.exe:D:/b.exe %s`: `C:\Program Files\b.exe|D:/b.exe %s`,
		"/mnt/c/b.exe:w3m":                   "/mnt/c/b.exe|w3m",
	} {
		if got := strings.Join(entries(value, ':'), "|"); got != want {
			t.Errorf("entries(%q) = %q, want %q", value, got, want)
		}
	}
	if got := entries(`C:\b.exe;D:\c.exe`, ';'); len(got) != 2 {
		t.Errorf("entries = %q, want two", got)
	}
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		line    string
		escapes bool
		want    string // words, separated by |
	}{
		{"", true, ""},
		{`  "my browser"  'a "b" c' `, true, `my browser|a "b" c`},
		{`my\ browser a\:b`, true, "my browser|a:b"},
		{`"C:\Program Files\b.exe" %s`, true, `C:\Program Files\b.exe|%s`},
		{`"a\"b\\c"`, true, `a"b\c`},
		{`x ""`, true, "x|"},
		{`x "open quote`, true, "x|open quote"},
		{`x 'open "quote\`, true, `x|open "quote\`},
		{`x "open \"quote\`, true, `x|open "quote\`},
		{`x\`, true, `x\`},
		{`"C:\Program Files\b.exe" it's`, false, `C:\Program Files\b.exe|it's`},
		{"x $(touch y) `z`; w", true, "x|$(touch|y)|`z`;|w"},
	} {
		if got := strings.Join(split(tt.line, tt.escapes), "|"); got != tt.want {
			t.Errorf("split(%q) = %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestDeclined(t *testing.T) {
	for value, want := range map[string]bool{"none": true, " None ": true, "": false, "nonesuch": false, "true": false} {
		if got := Declined([]string{"BROWSER=" + value}); got != want {
			t.Errorf("BROWSER=%q: %v, want %v", value, got, want)
		}
	}
}

func TestWithoutSecrets(t *testing.T) {
	env := []string{
		"PATH=/bin", "AWS_PROFILE=dev", "AWS_REGION=eu-west-1", "DISPLAY=:0",
		"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_SESSION_TOKEN=c", "AWS_SECURITY_TOKEN=d",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN=e", "AWS_BEARER_TOKEN_BEDROCK=f", "AWS_SECRET_KEY=g", "aws_session_token=h",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=i", "LANYARD_PASSPHRASE=j",
	}
	if got := withoutSecrets(env); !slices.Equal(got, env[:4]) {
		t.Errorf("withoutSecrets = %q, want %q", got, env[:4])
	}
	if got := withoutSecrets(nil); got == nil {
		t.Error("withoutSecrets(nil) = nil, which means the environment of this process")
	}
}
