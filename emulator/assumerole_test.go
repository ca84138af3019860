package emulator_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cli/lanyard/emulator"
)

const (
	deployRole   = "arn:aws:iam::123456789012:role/Deploy"
	secureRole   = "arn:aws:iam::210987654321:role/Secure"
	pipelineRole = "arn:aws:iam::123456789012:role/Pipeline"
	operateRole  = "arn:aws:iam::210987654321:role/Operate"
	tracedRole   = "arn:aws:iam::210987654321:role/Traced"
	janesDevice  = "arn:aws:iam::444455556666:mfa/jane"
	robinsDevice = "arn:aws:iam::444455556666:mfa/robin"
)

// An assumed is a response of STS, or an error of STS.
type assumed struct {
	status         int
	Code           string `xml:"Error>Code"`
	Message        string `xml:"Error>Message"`
	SourceIdentity string `xml:"AssumeRoleResult>SourceIdentity"`
	Packed         string `xml:"AssumeRoleResult>PackedPolicySize"`
	KeyID          string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	Secret         string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
	Token          string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	Subject        string `xml:"AssumeRoleWithWebIdentityResult>SubjectFromWebIdentityToken"`
	Audience       string `xml:"AssumeRoleWithWebIdentityResult>Audience"`
	Provider       string `xml:"AssumeRoleWithWebIdentityResult>Provider"`
	WebArn         string `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>Arn"`
	WebExpires     string `xml:"AssumeRoleWithWebIdentityResult>Credentials>Expiration"`
}

func parseAssumed(t *testing.T, status int, body string) assumed {
	t.Helper()
	a := assumed{status: status}
	if err := xml.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	return a
}

// assume calls AssumeRole with the credentials.
func (x *tester) assume(key aws.Credentials, role string, kv ...string) assumed {
	x.Helper()
	in := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {role}, "RoleSessionName": {"ci"}}
	for i := 0; i < len(kv); i += 2 {
		in.Set(kv[i], kv[i+1])
	}
	status, body := signedRequest{method: "POST", url: x.srv.URL + "/", body: in.Encode(), service: "sts", region: "us-east-1", key: key, at: x.srv.Now()}.do(x.T)
	return parseAssumed(x.T, status, body)
}

func TestAssumeRoleWithMFA(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	dev := x.keys("444455556666", "DeveloperAccess")
	code, err := emulator.TOTPCode("GEZDGNBVGY3TQOJQ", fixedNow())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, role, serial, code string
		status                   int
		message                  string
	}{
		{"without a code", secureRole, "", "", 403, "is not authorized to perform: sts:AssumeRole on resource: " + secureRole},
		{"a serial number alone", secureRole, janesDevice, "", 403, "must provide both MFA serial number and one time pass code"},
		{"a code alone", secureRole, "", code, 403, "must provide both MFA serial number and one time pass code"},
		{"another device", secureRole, "arn:aws:iam::444455556666:mfa/joe", code, 403, "unable to validate MFA code"},
		{"a wrong code", secureRole, janesDevice, "000000", 403, "invalid MFA one time pass code"},
		{"the device of an IAM user", secureRole, robinsDevice, code, 403, "unable to validate MFA code"},
		{"a short code", secureRole, janesDevice, "12345", 400, "'tokenCode'"},
		{"a short serial number", secureRole, "x", code, 400, "'serialNumber'"},
		{"the right code", secureRole, janesDevice, code, 200, ""},
		{"the same code again", secureRole, janesDevice, code, 403, "invalid MFA one time pass code"},
		{"a wrong code that is not needed", deployRole, janesDevice, "000000", 403, "invalid MFA one time pass code"},
	} {
		var kv []string
		if tt.serial != "" {
			kv = append(kv, "SerialNumber", tt.serial)
		}
		if tt.code != "" {
			kv = append(kv, "TokenCode", tt.code)
		}
		a := x.assume(dev, tt.role, kv...)
		if a.status != tt.status || !strings.Contains(a.Message, tt.message) || a.status == 403 && a.Code != "AccessDenied" {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
}

func TestAssumeRoleParameters(t *testing.T) {
	x := newTester(t, emulator.Config{Roles: []emulator.Role{
		{Account: "123456789012", Name: "Deploy", Trusts: []string{"444455556666"}, MaxSession: 12 * time.Hour},
		{Account: "123456789012", Name: "Next", Trusts: []string{"123456789012"}},
	}})
	x.login("jane")
	dev := x.keys("444455556666", "DeveloperAccess")
	big := `{"Statement":"` + strings.Repeat("x", 2000) + `"}`
	arns := func(n, length int) (kv []string) {
		for i := range n {
			kv = append(kv, fmt.Sprintf("PolicyArns.member.%d.arn", i+1), "arn:aws:iam::aws:policy/"+strings.Repeat("p", length))
		}
		return kv
	}
	for _, tt := range []struct {
		name   string
		kv     []string
		code   string // "" means success
		packed string
	}{
		{"nothing more", nil, "", ""},
		{"a policy", []string{"Policy", `{"Version": "2012-10-17", "Statement": []}`}, "", "1"},
		{"a policy that is no JSON", []string{"Policy", "{"}, "MalformedPolicyDocument", ""},
		{"a policy that is a list", []string{"Policy", "[]"}, "MalformedPolicyDocument", ""},
		{"an empty policy", []string{"Policy", ""}, "ValidationError", ""},
		{"a long policy", []string{"Policy", big + strings.Repeat(" ", 100)}, "ValidationError", ""},
		{"ARNs of policies", arns(10, 20), "", "11"},
		{"too many ARNs", arns(11, 20), "ValidationError", ""},
		{"no ARN", []string{"PolicyArns.member.1.arn", "ReadOnlyAccess-and-more"}, "ValidationError", ""},
		{"all too large together", append(arns(10, 400), "Policy", big), "PackedPolicyTooLarge", ""},
		{"tags", []string{"Tags.member.1.Key", "team", "Tags.member.1.Value", "a", "Tags.member.2.Key", "env", "Tags.member.2.Value", ""}, "", "1"},
		{"a tag twice", []string{"Tags.member.1.Key", "team", "Tags.member.1.Value", "a", "Tags.member.2.Key", "Team", "Tags.member.2.Value", "b"}, "InvalidParameterValue", ""},
		{"a tag without a key", []string{"Tags.member.1.Key", "", "Tags.member.1.Value", "a"}, "ValidationError", ""},
		{"a transitive tag without a tag", []string{"TransitiveTagKeys.member.1", "team"}, "InvalidParameterValue", ""},
		{"a source identity", []string{"SourceIdentity", "jane"}, "", ""},
		{"a bad source identity", []string{"SourceIdentity", "j"}, "ValidationError", ""},
		{"an hour", []string{"DurationSeconds", "3600"}, "", ""},
		{"more than an hour for a chain", []string{"DurationSeconds", "3601"}, "ValidationError", ""},
	} {
		if a := x.assume(dev, deployRole, tt.kv...); a.Code != tt.code || a.Packed != tt.packed || tt.code == "" && a.status != 200 {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}

	first := x.assume(dev, deployRole, "SourceIdentity", "jane", "TransitiveTagKeys.member.1", "team",
		"Tags.member.1.Key", "Team", "Tags.member.1.Value", "a", "Tags.member.2.Key", "env", "Tags.member.2.Value", "test")
	if first.SourceIdentity != "jane" {
		t.Fatalf("%+v", first)
	}
	keys := aws.Credentials{AccessKeyID: first.KeyID, SecretAccessKey: first.Secret, SessionToken: first.Token}
	const next = "arn:aws:iam::123456789012:role/Next"
	for _, tt := range []struct {
		name string
		kv   []string
		code string
	}{
		{"inherited", nil, ""},
		{"the same source identity", []string{"SourceIdentity", "jane"}, ""},
		{"another source identity", []string{"SourceIdentity", "joe"}, "ValidationError"},
		{"a transitive tag set again", []string{"Tags.member.1.Key", "team", "Tags.member.1.Value", "b"}, "InvalidParameterValue"},
		{"another tag set again", []string{"Tags.member.1.Key", "env", "Tags.member.1.Value", "b"}, ""},
	} {
		if a := x.assume(keys, next, tt.kv...); a.Code != tt.code || tt.code == "" && a.SourceIdentity != "jane" {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
}

// The codes and messages are AWS's.
func TestAssumeRoleRefusals(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	dev, admin := x.keys("444455556666", "DeveloperAccess"), x.keys("111122223333", "AdministratorAccess")
	const (
		auditRole = "arn:aws:iam::210987654321:role/Audit"
		invalid   = "1 validation error detected: Value '"
		fails     = "failed to satisfy constraint: Member must "
		name      = fails + `satisfy regular expression pattern: [\w+=,.@-]*`
	)
	tags := func(n int) (kv []string) {
		for i := range n {
			kv = append(kv, fmt.Sprintf("Tags.member.%d.Key", i+1), fmt.Sprintf("key%d", i), fmt.Sprintf("Tags.member.%d.Value", i+1), "v")
		}
		return kv
	}
	tag := func(key, value string, more ...string) []string {
		return append([]string{"Tags.member.1.Key", key, "Tags.member.1.Value", value}, more...)
	}
	denied := func(role string) string {
		return "/jane is not authorized to perform: sts:AssumeRole on resource: " + role
	}
	long := strings.Repeat("x", 65)
	for _, tt := range []struct {
		name, role string
		kv         []string
		code       string // "" means success
		message    string // the end of the expected message
	}{
		{"a role that does not exist", "arn:aws:iam::210987654321:role/Missing", nil, "AccessDenied", denied("arn:aws:iam::210987654321:role/Missing")},
		{"a role that does not trust the caller", deployRole, nil, "AccessDenied", denied(deployRole)},
		{"no ARN", "arn:aws:s3:::a-bucket-name", nil, "ValidationError", "arn:aws:s3:::a-bucket-name is invalid"},
		{"a short ARN", "arn", nil, "ValidationError", invalid + "arn' at 'roleArn' " + fails + "have length greater than or equal to 20"},
		{"a long session name", operateRole, []string{"RoleSessionName", long}, "ValidationError", invalid + long + "' at 'roleSessionName' " + fails + "have length less than or equal to 64"},
		{"a session name with a blank", operateRole, []string{"RoleSessionName", "a b"}, "ValidationError", invalid + "a b' at 'roleSessionName' " + name},
		{"a source identity with a colon", operateRole, []string{"SourceIdentity", "aws:me"}, "ValidationError", invalid + "aws:me' at 'sourceIdentity' " + name},
		{"two bad parameters", operateRole, []string{"RoleSessionName", "a b", "DurationSeconds", "899"}, "ValidationError", "2 validation errors detected: Value 'a b' at 'roleSessionName' " + name + "; Value '899' at 'durationSeconds' " + fails + "have value greater than or equal to 900"},
		{"a long session", operateRole, []string{"DurationSeconds", "43201"}, "ValidationError", "have value less than or equal to 43200"},
		{"without the external id", auditRole, nil, "AccessDenied", denied(auditRole)},
		{"another external id", auditRole, []string{"ExternalId", "audit-2025"}, "AccessDenied", denied(auditRole)},
		{"the external id", auditRole, []string{"ExternalId", "audit-2026"}, "", ""},
		{"an external id that is not needed", operateRole, []string{"ExternalId", "x1"}, "", ""},
		{"a short external id", operateRole, []string{"ExternalId", "x"}, "ValidationError", "at 'externalId' " + fails + "have length greater than or equal to 2"},
		{"50 tags", operateRole, tags(50), "", ""},
		{"51 tags", operateRole, tags(51), "ValidationError", "at 'tags' " + fails + "have length less than or equal to 50"},
		{"a tag with a comma", operateRole, tag("a", "b,c"), "ValidationError", `at 'tags.1.member.value' ` + fails + `satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*`},
		{"a tag without a value", operateRole, []string{"Tags.member.1.Key", "a"}, "ValidationError", "1 validation error detected: Value null at 'tags.1.member.value' " + fails + "not be null"},
		{"a long tag key", operateRole, tag(strings.Repeat("k", 129), ""), "ValidationError", "at 'tags.1.member.key' " + fails + "have length less than or equal to 128"},
		{"a long tag value", operateRole, tag("k", strings.Repeat("v", 257)), "ValidationError", "at 'tags.1.member.value' " + fails + "have length less than or equal to 256"},
		{"a tag twice", operateRole, tag("team", "a", "Tags.member.2.Key", "TEAM", "Tags.member.2.Value", "a"), "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"a transitive tag in another case", operateRole, tag("team", "a", "TransitiveTagKeys.member.1", "TEAM"), "", ""},
		{"a transitive tag without a tag", operateRole, tag("team", "a", "TransitiveTagKeys.member.1", "env"), "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
		{"a policy that is no JSON", operateRole, []string{"Policy", "{"}, "MalformedPolicyDocument", "This policy contains invalid Json"},
		{"a long policy", operateRole, []string{"Policy", `{"a":"` + strings.Repeat("x", 2041) + `"}`}, "ValidationError", "at 'policy' " + fails + "have length less than or equal to 2048"},
		{"a code without a device", operateRole, []string{"TokenCode", "123456"}, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."},
		{"a chain for more than an hour", operateRole, []string{"DurationSeconds", "3601"}, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
	} {
		key := dev
		if tt.role == auditRole || tt.role == deployRole {
			key = admin
		}
		a := x.assume(key, tt.role, tt.kv...)
		status := map[string]int{"": 200, "AccessDenied": 403}[tt.code]
		if status == 0 {
			status = 400
		}
		if a.status != status || a.Code != tt.code || !strings.HasSuffix(a.Message, tt.message) {
			t.Errorf("%s: %+v, want %s", tt.name, a, tt.message)
		}
	}
	if status, body := x.sts(dev, "AssumeRole"); status != 400 || !strings.Contains(body, "2 validation errors detected: Value null at &#39;roleArn&#39;") {
		t.Errorf("without parameters: %d %s", status, body)
	}

	// A chain passes on the source identity and the transitive tags, in any case.
	first := x.assume(dev, operateRole, tag("Team", "a", "TransitiveTagKeys.member.1", "team", "SourceIdentity", "jane")...)
	second := x.assume(first.keys(), operateRole)
	if second.status != 200 || second.SourceIdentity != "jane" {
		t.Fatalf("%+v", second)
	}
	for _, tt := range []struct {
		kv            []string
		code, message string
	}{
		{[]string{"SourceIdentity", "joe"}, "ValidationError", "The source identity is already set for this assume role session"},
		{tag("TEAM", "b"), "InvalidParameterValue", "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."},
	} {
		if a := x.assume(second.keys(), operateRole, tt.kv...); a.status != 400 || a.Code != tt.code || a.Message != tt.message {
			t.Errorf("%q: %+v", tt.kv, a)
		}
	}
}

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	c := emulator.BuiltIn()
	c.AdminToken = adminToken
	c.Roles = append(c.Roles, emulator.Role{Account: "123456789012", Name: "Vault", WebIdentity: []string{"repo:example/app"}, WebAudience: "vault"})
	const vaultRole = "arn:aws:iam::123456789012:role/Vault"
	x := newTester(t, c)
	call := func(token string, kv ...string) assumed {
		t.Helper()
		in := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {pipelineRole}, "RoleSessionName": {"ci"}, "WebIdentityToken": {token}}
		for i := 0; i < len(kv); i += 2 {
			in.Set(kv[i], kv[i+1])
		}
		resp, err := http.PostForm(x.srv.URL+"/", in)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b strings.Builder
		if err := resp.Write(&b); err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(b.String(), "\r\n\r\n")
		return parseAssumed(t, resp.StatusCode, body)
	}
	good := x.adminMust(200, "POST", "webIdentityToken", `{"subject":"repo:example/app"}`)["token"].(string)
	a := call(good, "DurationSeconds", "7200")
	if a.status != 200 || a.Subject != "repo:example/app" || a.Audience != "sts.amazonaws.com" || a.Provider != "https://emulator.invalid" ||
		a.WebArn != "arn:aws:sts::123456789012:assumed-role/Pipeline/ci" || a.WebExpires != "2026-11-22T14:00:00Z" {
		t.Errorf("%+v", a)
	}
	other := newTester(t, emulator.Config{})
	part := strings.Split(good, ".")
	for _, tt := range []struct {
		name, token string
		kv          []string
		status      int
		code        string
		message     string // a part of the expected message
	}{
		{"no JWT", "abcd.efgh", nil, 400, "InvalidIdentityToken", "not a valid JWT"},
		{"no JSON", "YQ.YQ.YQ", nil, 400, "InvalidIdentityToken", "not a valid JWT"},
		{"another issuer", part[0] + ".eyJpc3MiOiJodHRwczovL3gifQ." + part[2], nil, 400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://x"},
		{"of another emulator", other.srv.WebIdentityToken("repo:example/app", "sts.amazonaws.com", time.Hour), nil, 400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"},
		{"another audience", x.srv.WebIdentityToken("repo:example/app", "x", time.Hour), nil, 400, "InvalidIdentityToken", "Incorrect token audience"},
		{"expired", x.srv.WebIdentityToken("repo:example/app", "sts.amazonaws.com", 0), nil, 400, "ExpiredTokenException", "Token expired: current date/time 1795348800 must be before the expiration date/time1795348800"},
		{"another subject", x.srv.WebIdentityToken("repo:other/app", "sts.amazonaws.com", time.Hour), nil, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"another role", good, []string{"RoleArn", deployRole}, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"longer than the role allows", good, []string{"DurationSeconds", "7201"}, 400, "ValidationError", "exceeds the MaxSessionDuration set for this role."},
		{"the audience of another role", x.srv.WebIdentityToken("repo:example/app", "vault", time.Hour), nil, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"its audience", x.srv.WebIdentityToken("repo:example/app", "vault", time.Hour), []string{"RoleArn", vaultRole}, 200, "", ""},
		{"without its audience", good, []string{"RoleArn", vaultRole}, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"parameters of AssumeRole only", good, []string{"Tags.member.1.Key", "", "SourceIdentity", "x"}, 200, "", ""},
		{"no token", "", nil, 400, "ValidationError", "1 validation error detected: Value at 'webIdentityToken' failed"},
	} {
		if a := call(tt.token, tt.kv...); a.status != tt.status || a.Code != tt.code || !strings.Contains(a.Message, tt.message) {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
	x.adminMust(400, "POST", "webIdentityToken", `{}`)
}
