package profile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSessions(t *testing.T) {
	const config = guide + corp + `[sso-session unused]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile elsewhere]
sso_start_url = https://your-domain.awsapps.com/start
sso_region = eu-west-1
[profile lost]
sso_session = missing
[profile half]
sso_start_url = https://half
[sso-session half]
sso_region = eu-west-1
[profile twisted]
sso_start_url = https://twisted
sso_region = eu_west_1
[profile odd]
sso_start_url = https://odd
sso_region = eu-west-1
sso_auto_refresh = perhaps
[profile static]
aws_access_key_id = A
`
	uses, warnings, err := Sessions(inputsWith(config, "[late]\nsso_session = corp\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range uses {
		line := u.Name + "|" + u.StartURL + "|" + u.Region + "|" + strings.Join(u.Profiles, ",")
		got = append(got, line)
	}
	want := []string{
		"corp|https://corp.awsapps.com/start|eu-west-1|dev,tokenonly,late",
		"unused|https://corp.awsapps.com/start|eu-west-1|",
		"|https://your-domain.awsapps.com/start|us-east-1|account1-admin,account2-developer",
		"|https://your-domain.awsapps.com/start|eu-west-1|elsewhere",
		"|https://odd|eu-west-1|odd",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !uses[0].SharesLogin(uses[1].Session) || uses[2].SharesLogin(uses[3].Session) {
		t.Error("the first two must share a sign-in, the next two must not")
	}
	got = nil
	for _, w := range warnings {
		got = append(got, w.Text)
	}
	want = []string{
		"config: line 17: duplicate section [profile account1-admin] (also on line 1); lanyard reads both as one, but the AWS CLI cannot read this file",
		"[sso-session half] lacks sso_start_url",
		"config: line 39: key sso_session: profile lost: [sso-session missing] does not exist",
		"profile half lacks sso_region",
		`config: line 46: key sso_region: "eu_west_1" is not a region`,
		`config: line 50: key sso_auto_refresh: "perhaps" is neither true nor false; lanyard uses the default`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
