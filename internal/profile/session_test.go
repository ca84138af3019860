package profile

import (
	"strings"
	"testing"
	"time"
)

func TestSSOErrors(t *testing.T) {
	const session = "[sso-session corp]\nsso_start_url=https://corp\nsso_region=us-east-1\n"
	tests := []struct {
		name, file, err, hint string
		code                  int
	}{
		{
			"no account", session + "[profile x]\nsso_session=corp\nsso_role_name=R",
			`The profile "x" is configured to use SSO but is missing required configuration: sso_account_id`, "", 255,
		},
		{
			"only an account", "[profile x]\nsso_account_id=111111111111",
			`The profile "x" is configured to use SSO but is missing required configuration: sso_role_name, sso_start_url, sso_region`, "", 255,
		},
		{
			"an empty region", "[profile x]\nsso_account_id=111111111111\nsso_role_name=R\nsso_start_url=u\nsso_region=",
			`The profile "x" is configured to use SSO but is missing required configuration: sso_region`, "", 255,
		},
		{
			"an unknown session", session + "[profile x]\nsso_session=missing\nsso_account_id=111111111111",
			`The specified sso-session does not exist: "missing"`, "", 255,
		},
		{
			"a typo in its name", session + "[profile x]\nsso_session=crop\nsso_account_id=111111111111",
			`The specified sso-session does not exist: "crop"`, "did you mean: corp", 255,
		},
		{
			"a comment after its name", session + "[profile x]\nsso_session=corp # ours\nsso_account_id=111111111111",
			`The specified sso-session does not exist: "corp # ours"`, "put the comment after corp on its own line", 255,
		},
		{
			"two regions", session + "[profile x]\nsso_session=corp\nsso_account_id=111111111111\nsso_role_name=R\nsso_region=eu-west-1",
			"The value for sso_region is inconsistent between profile (eu-west-1) and sso-session (us-east-1).", "config: line 8: key sso_region", 255,
		},
		{
			"a short account", "[profile x]\nsso_account_id=1234\nsso_role_name=R\nsso_start_url=u\nsso_region=r",
			`config: line 2: key sso_account_id: an account id has 12 digits: "1234"`, "zeros", 255,
		},
		{
			"a bad region", "[profile x]\nsso_account_id=111111111111\nsso_role_name=R\nsso_start_url=u\nsso_region=us_east_1",
			"Provided region_name 'us_east_1' doesn't match a supported format.", "config: line 5: key sso_region", 255,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := Resolve(inputsWith(tt.file, "", "--profile=x"))
			wantError(t, err, tt.code, tt.err, tt.hint)
			if p == nil || p.Kind != SSO || p.Session.StartURL != "" {
				t.Errorf("%+v; want an SSO profile without session, account and role", p)
			}
		})
	}
}

func TestSSOErrorsDoNotMatterForAnotherKind(t *testing.T) {
	const broken = "[profile x]\nrole_arn=r\nsso_account_id=1"
	p, _, err := Resolve(inputsWith(broken, "", "--profile=x"))
	if err != nil || p.Kind != AssumeRole || p.AccountID != "" {
		t.Errorf("%+v, %v; want no error: the profile does not use its SSO settings", p, err)
	}
}

func TestCommentsAfterSSOValues(t *testing.T) {
	const file = "[profile x]\nsso_account_id=111111111111 # prod\nsso_role_name=R # literal\nsso_start_url=u\nsso_region=us-east-1 ; near"
	p, warnings, err := Resolve(inputsWith(file, "", "--profile=x"))
	if err != nil || p.AccountID != "111111111111" || p.Session.Region != "us-east-1" || p.RoleName != "R # literal" {
		t.Fatalf("profile %+v, error %v; want the values without comments", p, err)
	}
	if len(warnings) != 2 || !strings.Contains(warnings[0].Text, "config: line 2: key sso_account_id") || !strings.Contains(warnings[1].Text, "config: line 5: key sso_region") {
		t.Errorf("warnings %v, want a warning for each comment", warnings)
	}
}

func TestLoginSession(t *testing.T) {
	tests := []struct {
		name, file, words, key, err string
		code                        int
	}{
		{"a profile with only a session", corp, "--profile=tokenonly", "corp", "", 0},
		{"a legacy profile without account and role", "[default]\nsso_start_url=u\nsso_region=r-1", "", "u", "", 0},
		{"a profile with a role but no account", corp + "sso_role_name=R", "--profile=tokenonly", "corp", "", 0},
		{
			"no SSO settings", "[default]\nregion=r", "", "",
			"Missing the following required SSO configuration values: sso_start_url, sso_region. To make sure this profile is properly configured to use SSO, please run: aws configure sso", 253,
		},
		{
			"an empty config", "", "", "",
			"Missing the following required SSO configuration values: sso_start_url, sso_region. To make sure this profile is properly configured to use SSO, please run: aws configure sso", 253,
		},
		{
			"no region", "[default]\nsso_start_url=u", "", "",
			"Missing the following required SSO configuration values: sso_region. To make sure this profile is properly configured to use SSO, please run: aws configure sso", 253,
		},
		{"an unknown session", "[default]\nsso_session=missing", "", "", `The specified sso-session does not exist: "missing"`, 253},
		{"an unknown session and an account", "[default]\nsso_session=missing\nsso_account_id=1", "", "", `The specified sso-session does not exist: "missing"`, 253},
		{
			"a session without a region", "[default]\nsso_session=s\n[sso-session s]\nsso_start_url=u", "", "",
			"Missing the following required SSO configuration values: sso_region.", 253,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, _ := Resolve(inputsWith(tt.file, "", strings.Fields(tt.words)...))
			if p == nil {
				t.Fatal("no profile")
			}
			s, err := p.LoginSession()
			if tt.err != "" {
				wantError(t, err, tt.code, tt.err, "")
			} else if err != nil || s.Key() != tt.key {
				t.Errorf("%+v, %v; want %s", s, err, tt.key)
			}
		})
	}
}

func TestSessionNamed(t *testing.T) {
	s, warnings, err := SessionNamed(inputsWith(corp, ""), "corp")
	if err != nil || len(warnings) != 0 || s.Key() != "corp" || s.Region != "eu-west-1" || len(s.Scopes) != 2 {
		t.Errorf("session %+v, warnings %v, error %v; want corp in eu-west-1 with two scopes", s, warnings, err)
	}
	_, _, err = SessionNamed(inputsWith(corp, ""), "nope")
	wantError(t, err, 253, `The specified sso-session does not exist: "nope"`, "")
	_, _, err = SessionNamed(inputsWith("[sso-session noregion]\nsso_start_url=u", ""), "noregion")
	wantError(t, err, 253, "Missing the following required SSO configuration values: sso_region.", "[sso-session noregion] in config")
	_, _, err = SessionNamed(inputsWith("[sso-session s]\nsso_start_url=u\nsso_region=-", ""), "s")
	wantError(t, err, 255, "Provided region_name '-' doesn't match a supported format.", "line 3")
}

// The settings of the profile in use override the settings of its session. Other profiles have no
// effect.
func TestRefreshSettings(t *testing.T) {
	const x = "[profile x]\nsso_start_url=u\nsso_region=r-1\nsso_account_id=111111111111\nsso_role_name=R\n"
	const member = "[profile x]\nsso_session=s\nsso_account_id=111111111111\nsso_role_name=R\n"
	const s = "[sso-session s]\nsso_start_url=u\nsso_region=r-1\n"
	tests := []struct {
		name, config, credentials string
		auto                      AutoRefresh
		window                    time.Duration
		warning                   string
	}{
		{"not configured", x, "", Unset, 0, ""},
		{"in the profile", x + "sso_auto_refresh=TRUE\nsso_refresh_window=60", "", On, time.Minute, ""},
		{"off", x + "sso_auto_refresh=False # no", "", Off, 0, ""},
		{"in capitals", x + "SSO_AUTO_REFRESH: true", "", On, 0, ""},
		{"in another legacy profile", x + "[profile y]\nsso_start_url=u\nsso_auto_refresh=true\nsso_refresh_window=60", "", Unset, 0, ""},
		{"in another profile of the session", member + s + "[profile y]\nsso_session=s\nsso_auto_refresh=false", "", Unset, 0, ""},
		{"in a session that the profile does not name", x + s + "sso_auto_refresh=true", "", Unset, 0, ""},
		{"in the session", member + s + "sso_auto_refresh=false\nsso_refresh_window=60", "", Off, time.Minute, ""},
		{"the profile overrides the session", member + "sso_refresh_window=60\n" + s + "sso_refresh_window=90", "", Unset, time.Minute, "different"},
		{"in a comment or a nested block", x + "# sso_auto_refresh=true\ns3=\n  sso_auto_refresh=true", "", Unset, 0, ""},
		{"in DEFAULT", "[DEFAULT]\nsso_refresh_window=60\n" + x, "", Unset, time.Minute, ""},
		{"in the credentials file", x, "[x]\nsso_auto_refresh=true", On, 0, ""},
		{"neither true nor false", x + "sso_auto_refresh=yes", "", Unset, 0, `config: line 6: key sso_auto_refresh: "yes" is neither true nor false; lanyard uses the default`},
		{"empty", x + "sso_auto_refresh=", "", Unset, 0, `config: line 6: key sso_auto_refresh: "" is neither true nor false; lanyard uses the default`},
		{"a window with a unit", x + "sso_refresh_window=12h # half", "", Unset, 0, `config: line 6: key sso_refresh_window: "12h # half" is not a whole number of seconds; lanyard uses the default`},
		{"a window that is too large", x + "sso_refresh_window=9223372037", "", Unset, 0, `config: line 6: key sso_refresh_window: "9223372037" is not a whole number of seconds; lanyard uses the default`},
		{"a negative window in the session", member + s + "sso_refresh_window=-1", "", Unset, 0, `config: line 8: key sso_refresh_window: "-1" is not a whole number of seconds; lanyard uses the default`},
		{"a duration with a unit", x + "sso_session_duration=8h", "", Unset, 0, `config: line 6: key sso_session_duration: "8h" is not a whole number of seconds; lanyard uses the default`},
		{"an invalid value in another profile", x + "[profile y]\nsso_start_url=u\nsso_refresh_window=-1", "", Unset, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, warnings, err := Resolve(inputsWith(tt.config, tt.credentials, "--profile=x"))
			if err != nil {
				t.Fatal(err)
			}
			login, err := p.LoginSession()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []Session{p.Session, login} {
				if s.AutoRefresh != tt.auto || s.RefreshWindow != tt.window || s.HasWindow != (tt.window > 0) {
					t.Errorf("%+v; want %v, %v", s, tt.auto, tt.window)
				}
			}
			switch {
			case tt.warning == "different": // see warnDifferent
			case tt.warning == "" && len(warnings) > 0, tt.warning != "" && (len(warnings) != 1 || warnings[0].Text != tt.warning):
				t.Errorf("warnings %q, want %q", warnings, tt.warning)
			}
		})
	}
}

// Sessions combines the settings of the section and of all profiles of the session.
func TestRefreshSettingsOfSessions(t *testing.T) {
	const x = "[profile x]\nsso_start_url=u\nsso_region=r-1\n"
	const s = "[sso-session s]\nsso_start_url=u\nsso_region=r-1\n"
	tests := []struct {
		name, config     string
		auto             AutoRefresh
		window, duration time.Duration
		warnings         int
	}{
		{"nothing", x, Unset, 0, 0, 0},
		{"one profile, with a comment", x + "sso_session_duration = 28800  # 8 hours\n", Unset, 0, 8 * time.Hour, 0},
		{"one profile has true", x + "sso_auto_refresh=false\n[profile y]\nsso_start_url=u\nsso_region=r-1\nsso_auto_refresh=true", On, 0, 0, 0},
		{"one profile has false", x + "[profile y]\nsso_start_url=u\nsso_region=r-1\nsso_auto_refresh=false", Off, 0, 0, 0},
		{"the largest number", x + "sso_refresh_window=60\nsso_session_duration=900\n[profile y]\nsso_start_url=u\nsso_region=r-1\nsso_refresh_window=120\nsso_session_duration=60", Unset, 2 * time.Minute, 15 * time.Minute, 0},
		{"the section and its profile", s + "sso_session_duration=900\n[profile y]\nsso_session=s\nsso_refresh_window=60", Unset, time.Minute, 15 * time.Minute, 0},
		{"a profile of another start URL", x + "[profile y]\nsso_start_url=v\nsso_auto_refresh=true", Unset, 0, 0, 1},
		{"an invalid value in one profile", x + "sso_refresh_window=60\n[profile y]\nsso_start_url=u\nsso_region=r-1\nsso_refresh_window=8h", Unset, time.Minute, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			uses, warnings, err := Sessions(inputsWith(tt.config, ""))
			if err != nil || len(uses) != 1 {
				t.Fatal(uses, err)
			}
			u := uses[0]
			if u.AutoRefresh != tt.auto || u.RefreshWindow != tt.window || u.Duration != tt.duration || len(warnings) != tt.warnings {
				t.Errorf("session %+v, warnings %v; want %v, %v, %v and %d warnings", u, warnings, tt.auto, tt.window, tt.duration, tt.warnings)
			}
		})
	}
}

func TestDifferentRefreshSettingsInProfileAndSession(t *testing.T) {
	const file = corp + "sso_auto_refresh = true # mine\n[sso-session corp]\nsso_auto_refresh = false\nsso_refresh_window=60\n"
	p, warnings, err := Resolve(inputsWith(file, "", "--profile=tokenonly"))
	if err != nil || len(warnings) != 2 { // the other warning is about the duplicate session
		t.Fatal(err, warnings)
	}
	const want = `config: line 13: key sso_auto_refresh: "true # mine" differs from "false" in [sso-session corp] (line 15); the AWS CLI and boto3 reject such a profile`
	if warnings[1].Text != want || warnings[1].Hint == "" {
		t.Errorf("%v\nwant %s", warnings, want)
	}
	if s, _ := p.LoginSession(); s.AutoRefresh != On {
		t.Errorf("%+v; want the value of the profile", s)
	}
}
