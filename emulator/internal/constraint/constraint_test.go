package constraint_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/emulator/internal/constraint"
)

func TestText(t *testing.T) {
	const (
		fails  = "failed to satisfy constraint: Member must "
		length = fails + "have length "
		regex  = fails + "satisfy regular expression pattern: "
		name   = `[\w+=,.@-]*`
		arn    = `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
	)
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		parameter string
		rule      constraint.Rule
		value     string
		want      string // "" means no violation
	}{
		{"RoleSessionName", constraint.Name(), "PowerUser/hjacobs", "1 validation error detected: Value 'PowerUser/hjacobs' at 'roleSessionName' " + regex + name},
		{"RoleSessionName", constraint.Name(), "_+=,.@-Az9", ""},
		{"RoleSessionName", constraint.Name(), x(64), ""},
		{"RoleSessionName", constraint.Name(), x(65), "1 validation error detected: Value '" + x(65) + "' at 'roleSessionName' " + length + "less than or equal to 64"},
		{"RoleSessionName", constraint.Name(), "ä", "2 validation errors detected: Value 'ä' at 'roleSessionName' " + regex + name + "; Value 'ä' at 'roleSessionName' " + length + "greater than or equal to 2"},
		{"RoleArn", constraint.ARN(), "", "2 validation errors detected: Value '' at 'roleArn' " + regex + arn + "; Value '' at 'roleArn' " + length + "greater than or equal to 20"},
		{"RoleArn", constraint.ARN(), x(2049), "1 validation error detected: Value '" + x(2049) + "' at 'roleArn' " + length + "less than or equal to 2048"},
		{"ExternalId", constraint.ExternalID(), "a:/", ""},
		{"ExternalId", constraint.ExternalID(), x(1224), ""},
		{"ExternalId", constraint.ExternalID(), "a b", `1 validation error detected: Value 'a b' at 'externalId' ` + regex + `[\w+=,.@:\/-]*`},
		{"ExternalId", constraint.ExternalID(), "x", "1 validation error detected: Value 'x' at 'externalId' " + length + "greater than or equal to 2"},
		{"ExternalId", constraint.ExternalID(), x(1225), "1 validation error detected: Value '" + x(1225) + "' at 'externalId' " + length + "less than or equal to 1224"},
		{"SerialNumber", constraint.Serial(), "arn:aws:iam::444455556666:mfa/jane", ""},
		{"SerialNumber", constraint.Serial(), "GAHT1234", "1 validation error detected: Value 'GAHT1234' at 'serialNumber' " + length + "greater than or equal to 9"},
		{"TokenCode", constraint.Code(), "012345", ""},
		{"TokenCode", constraint.Code(), "12345a", `1 validation error detected: Value '12345a' at 'tokenCode' ` + regex + `[\d]*`},
		{"TokenCode", constraint.Code(), "1234567", "1 validation error detected: Value '1234567' at 'tokenCode' " + length + "less than or equal to 6"},
		{"Tags.member.12.Key", constraint.TagKey(), "a_.:/=+-@ é9", ""},
		{"Tags.member.12.Key", constraint.TagKey(), strings.Repeat("é", 128), ""},
		{"Tags.member.12.Key", constraint.TagKey(), "a,b", `1 validation error detected: Value 'a,b' at 'tags.12.member.key' ` + regex + `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{"Tags.member.12.Key", constraint.TagKey(), x(129), "1 validation error detected: Value '" + x(129) + "' at 'tags.12.member.key' " + length + "less than or equal to 128"},
		{"Tags.member.1.Value", constraint.TagValue(), "", ""},
		{"Tags.member.1.Value", constraint.TagValue(), x(257), "1 validation error detected: Value '" + x(257) + "' at 'tags.1.member.value' " + length + "less than or equal to 256"},
		{"Policy", constraint.Policy(), "{\n\t\"é\"}", ""},
		{"Policy", constraint.Policy(), "{\"Ā\"}", `1 validation error detected: Value '{"Ā"}' at 'policy' ` + regex + `[\u0009\u000A\u000D\u0020-\u00FF]+`},
		{"WebIdentityToken", constraint.WebIdentityToken(), "\x00...", ""},
		{"WebIdentityToken", constraint.WebIdentityToken(), "abc", "1 validation error detected: Value at 'webIdentityToken' " + length + "greater than or equal to 4"},
	} {
		v := constraint.Parameters{Values: url.Values{tt.parameter: {tt.value}}}
		if got := v.Text(tt.parameter, tt.rule); got != tt.value || v.Message() != tt.want {
			t.Errorf("%s %q: %s, want %s", tt.parameter, tt.value, v.Message(), tt.want)
		}
	}
}

func TestMissingText(t *testing.T) {
	var v constraint.Parameters
	if v.Text("ExternalId", constraint.ExternalID()); v.Message() != "" {
		t.Errorf("message for an absent text = %q, want none", v.Message())
	}
	v.Required("RoleSessionName", constraint.Name())
	if want := "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"; v.Message() != want {
		t.Errorf("%s, want %s", v.Message(), want)
	}
}

func TestSeconds(t *testing.T) {
	const detected = "1 validation error detected: Value '"
	const fails = "' at 'durationSeconds' failed to satisfy constraint: Member must have value "
	for _, tt := range []struct {
		text string
		life time.Duration
		want string
	}{
		{"900", 15 * time.Minute, ""},
		{"43200", 12 * time.Hour, ""},
		{"899", 0, detected + "899" + fails + "greater than or equal to 900"},
		{"43201", 0, detected + "43201" + fails + "less than or equal to 43200"},
		{"-1", 0, detected + "-1" + fails + "greater than or equal to 900"},
		{"abc", 0, detected + "abc" + fails + "greater than or equal to 900"},
	} {
		v := constraint.Parameters{Values: url.Values{"DurationSeconds": {tt.text}}}
		life := v.Seconds(time.Hour, 12*time.Hour)
		if v.Message() != tt.want || tt.want == "" && life != tt.life {
			t.Errorf("%s: %v %s, want %v %s", tt.text, life, v.Message(), tt.life, tt.want)
		}
	}
	var v constraint.Parameters
	if life := v.Seconds(time.Hour, 12*time.Hour); life != time.Hour || v.Message() != "" {
		t.Errorf("Seconds = %v, message %q, want 1h and none", life, v.Message())
	}
}

// The message has the number of its violations. If a text is allowed, its repetition is allowed
// too, except for its length.
func FuzzText(f *testing.F) {
	f.Add("RoleSessionName", "a b")
	f.Add("Tags.member.1.Key", "\xff")
	f.Add("..", "")
	f.Fuzz(func(t *testing.T, name, value string) {
		for _, rule := range []constraint.Rule{
			constraint.Name(), constraint.ARN(), constraint.ExternalID(), constraint.Serial(), constraint.Code(),
			constraint.TagKey(), constraint.TagValue(), constraint.Policy(), constraint.WebIdentityToken(),
		} {
			v := constraint.Parameters{Values: url.Values{name: {value}}}
			v.Text(name, rule)
			message := v.Message()
			doubled := constraint.Parameters{Values: url.Values{name: {value + value}}}
			doubled.Text(name, rule)
			if message == "" && strings.Contains(doubled.Message(), "regular expression") && utf8.ValidString(value) {
				t.Errorf("%q is allowed, but its repetition is not: %s", value, doubled.Message())
			}
			if message != "" && !strings.HasPrefix(message, "1 validation error detected: ") && !strings.HasPrefix(message, "2 validation errors detected: ") {
				t.Errorf("message %q, want 1 or 2 validation errors", message)
			}
		}
	})
}
