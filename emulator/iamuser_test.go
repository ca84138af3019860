package emulator_test

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/emulator"
)

// robin returns the access key of the built-in IAM user.
func robin() aws.Credentials {
	u := emulator.BuiltIn().IAMUsers[0]
	return aws.Credentials{AccessKeyID: u.AccessKeyID, SecretAccessKey: u.SecretAccessKey}
}

// keys returns the credentials of a response.
func (a assumed) keys() aws.Credentials {
	return aws.Credentials{AccessKeyID: a.KeyID, SecretAccessKey: a.Secret, SessionToken: a.Token}
}

// sts calls an operation of STS with the credentials.
func (x *tester) sts(key aws.Credentials, action string, kv ...string) (int, string) {
	x.Helper()
	in := url.Values{"Action": {action}, "Version": {"2011-06-15"}}
	for i := 0; i < len(kv); i += 2 {
		in.Set(kv[i], kv[i+1])
	}
	return signedRequest{method: "POST", url: x.srv.URL + "/", body: in.Encode(), service: "sts", region: "us-east-1", key: key, at: x.srv.Now()}.do(x.T)
}

// mfa returns the parameters with an unused code of a device.
func (x *tester) mfa(serial string) []string {
	x.Helper()
	code, err := x.srv.MFACode(serial)
	if err != nil {
		x.Fatal(err)
	}
	return []string{"SerialNumber", serial, "TokenCode", code}
}

// session calls GetSessionToken with the key of robin.
func (x *tester) session(kv ...string) (key aws.Credentials, expires string) {
	x.Helper()
	status, body := x.sts(robin(), "GetSessionToken", kv...)
	var out struct {
		KeyID   string `xml:"GetSessionTokenResult>Credentials>AccessKeyId"`
		Secret  string `xml:"GetSessionTokenResult>Credentials>SecretAccessKey"`
		Token   string `xml:"GetSessionTokenResult>Credentials>SessionToken"`
		Expires string `xml:"GetSessionTokenResult>Credentials>Expiration"`
	}
	if err := xml.Unmarshal([]byte(body), &out); err != nil || status != 200 {
		x.Fatalf("%d %s: %v", status, body, err)
	}
	return aws.Credentials{AccessKeyID: out.KeyID, SecretAccessKey: out.Secret, SessionToken: out.Token}, out.Expires
}

func TestIAMUser(t *testing.T) {
	x := newTester(t, emulator.Config{})
	const arn = "arn:aws:iam::444455556666:user/robin"
	if users := x.srv.IAMUsers(); len(users) != 1 || users[0].MFASerial(x.srv.Region()) != robinsDevice {
		t.Errorf("%+v", users)
	}
	if china := (emulator.IAMUser{Account: "444455556666", Name: "robin"}).MFASerial("cn-north-1"); china != "arn:aws-cn:iam::444455556666:mfa/robin" {
		t.Errorf("the device in China is %s", china)
	}
	session, expires := x.session()
	if expires != "2026-11-23T00:00:00Z" {
		t.Errorf("the session expires at %s", expires)
	}
	for name, key := range map[string]aws.Credentials{"access key": robin(), "session": session} {
		status, body := x.sts(key, "GetCallerIdentity")
		if status != 200 || !strings.Contains(body, "<Arn>"+arn+"</Arn><UserId>AIDA") || !strings.Contains(body, "<Account>444455556666</Account>") {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if got, err := x.srv.Identify(key.AccessKeyID, key.SecretAccessKey, key.SessionToken); err != nil || got != arn {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	wrong, unknown, mixed := robin(), robin(), robin()
	wrong.SecretAccessKey, unknown.AccessKeyID, mixed.SessionToken = "x", "AKIAIOSFODNN7UNKNOWN", session.SessionToken
	for _, tt := range []struct {
		name string
		key  aws.Credentials
		code string
	}{
		{"wrong secret key", wrong, "SignatureDoesNotMatch"},
		{"unknown key", unknown, "InvalidClientTokenId"},
		{"token of another key", mixed, "InvalidClientTokenId"},
	} {
		if status, body := x.sts(tt.key, "GetCallerIdentity"); status != 403 || !strings.Contains(body, "<Code>"+tt.code+"</Code>") {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
	x.srv.Advance(13 * 3600e9)
	if status, _ := x.sts(robin(), "GetCallerIdentity"); status != 200 {
		t.Errorf("the access key expires: %d", status)
	}
	if status, body := x.sts(session, "GetCallerIdentity"); status != 403 || !strings.Contains(body, "ExpiredToken") {
		t.Errorf("the session does not expire: %d %s", status, body)
	}
}

func TestGetSessionToken(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	session, _ := x.session()
	code, err := x.srv.MFACode(robinsDevice)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		key    aws.Credentials
		kv     []string
		status int
		want   string
	}{
		{"the shortest", robin(), []string{"DurationSeconds", "900"}, 200, "2026-11-22T12:15:00Z"},
		{"the longest", robin(), []string{"DurationSeconds", "129600"}, 200, "2026-11-24T00:00:00Z"},
		{"too short", robin(), []string{"DurationSeconds", "899"}, 400, "Member must have value greater than or equal to 900<"},
		{"too long", robin(), []string{"DurationSeconds", "129601"}, 400, "Member must have value less than or equal to 129600<"},
		{"a wrong code", robin(), []string{"SerialNumber", robinsDevice, "TokenCode", "000000"}, 403, "invalid MFA one time pass code. <"},
		{"the right code", robin(), []string{"SerialNumber", robinsDevice, "TokenCode", code}, 200, "<SessionToken>"},
		{"the same code again", robin(), []string{"SerialNumber", robinsDevice, "TokenCode", code}, 403, "invalid MFA one time pass code. <"},
		{"another session", session, nil, 403, "<Code>AccessDenied</Code><Message>Cannot call GetSessionToken with session credentials<"},
		{"a role session", x.keys("444455556666", "DeveloperAccess"), nil, 403, "Cannot call GetSessionToken with session credentials<"},
	} {
		if status, body := x.sts(tt.key, "GetSessionToken", tt.kv...); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
}

func TestGetFederationToken(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	session, _ := x.session()
	for _, tt := range []struct {
		name   string
		key    aws.Credentials
		kv     []string
		status int
		want   string
	}{
		{"the default", robin(), []string{"Name", "robin"}, 200, "<Expiration>2026-11-23T00:00:00Z"},
		{"its user", robin(), []string{"Name", "a+b@c", "Policy", "{}"}, 200, "<FederatedUserId>444455556666:a+b@c</FederatedUserId><Arn>arn:aws:sts::444455556666:federated-user/a+b@c</Arn>"},
		{"the longest", robin(), []string{"Name", "robin", "DurationSeconds", "129600"}, 200, "2026-11-24T00:00:00Z"},
		{"no name", robin(), nil, 400, "&#39;name&#39; failed to satisfy constraint: Member must not be null"},
		{"a long name", robin(), []string{"Name", strings.Repeat("x", 33)}, 400, "Member must have length less than or equal to 32<"},
		{"a session", session, []string{"Name", "robin"}, 403, "Cannot call GetFederationToken with session credentials<"},
	} {
		if status, body := x.sts(tt.key, "GetFederationToken", tt.kv...); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
	_, body := x.sts(robin(), "GetFederationToken", "Name", "robin")
	var out struct {
		KeyID  string `xml:"GetFederationTokenResult>Credentials>AccessKeyId"`
		Secret string `xml:"GetFederationTokenResult>Credentials>SecretAccessKey"`
		Token  string `xml:"GetFederationTokenResult>Credentials>SessionToken"`
	}
	if err := xml.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	key := aws.Credentials{AccessKeyID: out.KeyID, SecretAccessKey: out.Secret, SessionToken: out.Token}
	if status, body := x.sts(key, "GetCallerIdentity"); status != 200 || !strings.Contains(body, "federated-user/robin<") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := x.sts(key, "AssumeRole", "RoleArn", "arn:aws:iam::210987654321:role/Operate", "RoleSessionName", "xx"); status != 403 {
		t.Errorf("a federated user assumes a role: %d %s", status, body)
	}
}

func TestIAMUserAssumesRoles(t *testing.T) {
	x := newTester(t, emulator.Config{})
	plain, _ := x.session()
	strong, _ := x.session(x.mfa(robinsDevice)...)
	const denied, chained = "is not authorized to perform: sts:AssumeRole on resource: ", "roles assumed by role chaining."
	for _, tt := range []struct {
		name         string
		key          aws.Credentials
		role, device string
		kv           []string
		message      string // "" means success
	}{
		{"without MFA", robin(), secureRole, "", nil, "User: arn:aws:iam::444455556666:user/robin " + denied + secureRole},
		{"with a code", robin(), secureRole, robinsDevice, nil, ""},
		{"with the device of another user", robin(), secureRole, janesDevice, nil, "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."},
		{"with a session without a code", plain, secureRole, "", nil, denied + secureRole},
		{"with a session with a code", strong, secureRole, "", nil, ""},
		{"for twelve hours", robin(), operateRole, "", []string{"DurationSeconds", "43200"}, ""},
		{"for longer than the role allows", robin(), secureRole, robinsDevice, []string{"DurationSeconds", "3601"}, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"for longer than an hour with a session", strong, operateRole, "", []string{"DurationSeconds", "3601"}, chained},
		{"that does not trust the user", robin(), deployRole, "", nil, denied + deployRole},
		{"without a source identity", robin(), tracedRole, "", nil, denied + tracedRole},
		{"with a foreign source identity", robin(), tracedRole, "", []string{"SourceIdentity", "joe"}, denied + tracedRole},
		{"with its source identity", robin(), tracedRole, "", []string{"SourceIdentity", "robin"}, ""},
	} {
		if tt.device != "" {
			tt.kv = append(tt.kv, x.mfa(tt.device)...)
		}
		a := x.assume(tt.key, tt.role, tt.kv...)
		if ok := a.status == 200; ok != (tt.message == "") || !strings.Contains(a.Message, tt.message) {
			t.Errorf("%s: %+v", tt.name, a)
		}
		x.srv.Advance(2 * 60e9) // for fresh codes
	}

	// The next role has the same source identity.
	first := x.assume(robin(), operateRole, "SourceIdentity", "robin")
	second := x.assume(first.keys(), tracedRole)
	if second.status != 200 || second.SourceIdentity != "robin" {
		t.Errorf("%+v", second)
	}
	if a := x.assume(second.keys(), secureRole, x.mfa(robinsDevice)...); a.status != 403 {
		t.Errorf("a role session can use the device of an IAM user: %+v", a)
	}
}

func TestMFACode(t *testing.T) {
	x := newTester(t, emulator.Config{AdminToken: adminToken})
	seen := map[string]bool{}
	for range 3 { // the codes of now, and of half a minute before and after
		kv := x.mfa(robinsDevice)
		if seen[kv[3]] || x.assume(robin(), secureRole, kv...).status != 200 {
			t.Errorf("code %s after %v", kv[3], seen)
		}
		seen[kv[3]] = true
	}
	if code, err := x.srv.MFACode(robinsDevice); err == nil {
		t.Errorf("MFACode returns %s, but all codes are used", code)
	}
	if _, err := x.srv.MFACode("arn:aws:iam::444455556666:mfa/joe"); err == nil {
		t.Error("MFACode returns the code of an unknown device")
	}
	x.srv.Advance(60e9)
	code := x.adminMust(200, "POST", "mfaCode", `{"serial":"`+robinsDevice+`"}`)["code"].(string)
	if a := x.assume(robin(), secureRole, "SerialNumber", robinsDevice, "TokenCode", code); a.status != 200 {
		t.Errorf("%+v", a)
	}
	x.adminMust(400, "POST", "mfaCode", `{"serial":"x"}`)
}

func TestRequestsRecordAssumeRole(t *testing.T) {
	x := newTester(t, emulator.Config{})
	mfa := x.mfa(robinsDevice)
	a := x.assume(robin(), operateRole, append(mfa,
		"DurationSeconds", "7200", "ExternalId", "ex-1", "SourceIdentity", "robin", "Policy", `{"Statement":[]}`, "PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess",
		"Tags.member.1.Key", "team", "Tags.member.1.Value", "a", "Tags.member.2.Key", "env", "Tags.member.2.Value", "", "TransitiveTagKeys.member.1", "team")...)
	x.assume(robin(), "arn:aws:iam::123456789012:role/Missing", "DurationSeconds", "900")
	wrong := robin()
	wrong.SecretAccessKey = "x"
	x.assume(wrong, operateRole)
	x.sts(a.keys(), "GetCallerIdentity")
	token := x.srv.WebIdentityToken("repo:example/app", "sts.amazonaws.com", 60e9)
	for _, text := range []string{token, token + "x"} {
		x.do("POST", "/", url.Values{
			"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {pipelineRole}, "RoleSessionName": {"ci"}, "WebIdentityToken": {text},
		}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}

	log := x.srv.Requests()
	log = log[len(log)-6:]
	const user = "arn:aws:iam::444455556666:user/robin"
	for i, want := range []emulator.RequestRecord{
		{Status: 200, Caller: user, AssumeRole: &emulator.AssumeRoleRecord{
			RoleARN: operateRole, SessionName: "ci", DurationSeconds: 7200, ExternalID: "ex-1", SerialNumber: robinsDevice, SourceIdentity: "robin",
			Tags: map[string]string{"team": "a", "env": ""}, TransitiveTagKeys: []string{"team"}, Policy: `{"Statement":[]}`, PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
		}},
		{Status: 403, Caller: user, AssumeRole: &emulator.AssumeRoleRecord{RoleARN: "arn:aws:iam::123456789012:role/Missing", SessionName: "ci", DurationSeconds: 900}},
		{Status: 403, AssumeRole: &emulator.AssumeRoleRecord{RoleARN: operateRole, SessionName: "ci"}},
		{Status: 200, Caller: "arn:aws:sts::210987654321:assumed-role/Operate/ci"},
		{Status: 200, Caller: "repo:example/app", AssumeRole: &emulator.AssumeRoleRecord{RoleARN: pipelineRole, SessionName: "ci"}},
		{Status: 400, AssumeRole: &emulator.AssumeRoleRecord{RoleARN: pipelineRole, SessionName: "ci"}},
	} {
		got := emulator.RequestRecord{Status: log[i].Status, Caller: log[i].Caller, AssumeRole: log[i].AssumeRole}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request %d: %s", i, diff)
		}
	}
	text, err := json.Marshal(log)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"token code": `"` + mfa[3] + `"`, "web identity token": token, "secret key": a.Secret, "session token": a.Token} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the request log contains the %s", name)
		}
	}
}
