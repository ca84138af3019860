package ssocache_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The AWS CLI 2.36.7 and Python's json and hashlib computed these names.
func TestAssumedName(t *testing.T) {
	arg := func(name, text string) ssocache.Argument { return ssocache.Argument{Name: name, Text: text} }
	const target = "arn:aws:iam::444444444444:role/Target"
	tests := []struct {
		name string
		args []ssocache.Argument
		want string
	}{
		{"only the role", []ssocache.Argument{arg("RoleArn", target)}, "0c2d9bb61ea96fe0b504b6ad2c860ef0566fa5f6.json"},
		{"every setting, in another order", []ssocache.Argument{
			arg("RoleSessionName", "mysess"), {Name: "DurationSeconds", Number: 1800}, arg("RoleArn", target), arg("ExternalId", "ext-1"),
		}, "b1c23be93337914ab9fcbfcaf7972cff79db2091.json"},
		{"quotes and other alphabets", []ssocache.Argument{arg("RoleArn", target), arg("ExternalId", `é"\`)}, "d575b987008d7923343fce5c246f9c63a23635e9.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ssocache.AssumedName(tt.args); got != tt.want {
				t.Errorf("AssumedName = %s, want %s", got, tt.want)
			}
		})
	}
	if a, b := ssocache.PrivateName("x.json", "one"), ssocache.PrivateName("x.json", "two"); a == b || !strings.HasSuffix(a, ".json") {
		t.Errorf("PrivateName = %s and %s, want two names that end in .json", a, b)
	}
}

func TestParseAssumed(t *testing.T) {
	const file = `{"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2026-11-22T19:03:55+00:00", "AccountId": "444444444444"}, ` +
		`"AssumedRoleUser": {"AssumedRoleId": "AROA:n", "Arn": "arn:aws:sts::444444444444:assumed-role/Target/n"}, "ResponseMetadata": {"RetryAttempts": 0}}`
	a, err := ssocache.ParseAssumed([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if a.AccessKeyID != "ASIA" || a.UserARN != "arn:aws:sts::444444444444:assumed-role/Target/n" || a.AccountID != "444444444444" || a.Source != "" ||
		!a.Expiration.Equal(time.Date(2026, 11, 22, 19, 3, 55, 0, time.UTC)) {
		t.Errorf("ParseAssumed = %+v", a)
	}
	a.Source, a.Session = "source", "corp"
	again, err := ssocache.ParseAssumed(a.Encode())
	if err != nil || again.Source != "source" || again.Session != "corp" || again.SecretAccessKey.Reveal() != "s" || again.RoleID != "AROA:n" {
		t.Errorf("after Encode: %+v, %v", again, err)
	}
	if !strings.Contains(string(a.Encode()), "ResponseMetadata") {
		t.Error("Encode drops unknown fields")
	}
	if _, err := ssocache.ParseCredentials(a.Encode()); err == nil {
		t.Error("ParseCredentials accepts the credentials of an assumed role")
	}
	for name, bad := range map[string]string{
		"an SSO role":        strings.Replace(file, `{"Credentials"`, `{"ProviderType": "sso", "Credentials"`, 1),
		"no secret key":      strings.Replace(file, `"SecretAccessKey": "s", `, "", 1),
		"no date":            strings.Replace(file, "2026-11-22T19:03:55+00:00", "soon", 1),
		"a user as text":     strings.Replace(file, `{"AssumedRoleId": "AROA:n", "Arn": "arn:aws:sts::444444444444:assumed-role/Target/n"}`, `"x"`, 1),
		"a list":             "[]",
		"nothing":            "",
		"control characters": strings.Replace(file, "ASIA", `AS\nIA`, 1),
	} {
		if a, err := ssocache.ParseAssumed([]byte(bad)); err == nil {
			t.Errorf("%s: ParseAssumed = %+v, want an error", name, a)
		}
	}
}
