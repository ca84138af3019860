package profile

import (
	"strings"
	"testing"
)

func TestAutoLogin(t *testing.T) {
	const x = "[profile x]\nsso_session=s\nsso_account_id=111111111111\nsso_role_name=R\n"
	const s = "[sso-session s]\nsso_start_url=u\nsso_region=r-1\n"
	const legacy = "[profile x]\nsso_start_url=u\nsso_region=r-1\nsso_account_id=111111111111\nsso_role_name=R\n"
	tests := []struct {
		name, config, words string
		want                bool
	}{
		{"not configured", x + s, "", false},
		{"in the profile", x + "auto_login=true\n" + s, "", true},
		{"in a legacy profile", legacy + "auto_login = True", "", true},
		{"in the session", x + s + "auto_login=true", "", true},
		{"false in the profile, true in the session", x + "auto_login=false\n" + s + "auto_login=true", "", false},
		{"true in the profile, false in the session", x + "auto_login=true\n" + s + "auto_login=false", "", true},
		{"with a # comment", x + "auto_login = true  # by day\n" + s, "", true},
		{"with a ; comment", x + "auto_login = TRUE ; by day\n" + s, "", true},
		{"in another profile of the session", x + s + "[profile y]\nsso_session=s\nauto_login=true", "", false},
		{"in another legacy profile of the portal", legacy + "[profile y]\nsso_start_url=u\nsso_region=r-1\nauto_login=true", "", false},
		{"the variable", x + s, "LANYARD_AUTO_LOGIN=true", true},
		{"the variable as a digit", x + s, "LANYARD_AUTO_LOGIN=1", true},
		{"the variable overrides the profile", x + "auto_login=true\n" + s, "LANYARD_AUTO_LOGIN=False", false},
		{"the variable as a digit overrides the session", x + s + "auto_login=true\n", "LANYARD_AUTO_LOGIN=0", false},
		{"an empty variable is ignored", x + s + "auto_login=true\n", "LANYARD_AUTO_LOGIN=", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := Resolve(inputsWith(tt.config, "", append(strings.Fields(tt.words), "--profile=x")...))
			if err != nil {
				t.Fatal(err)
			}
			login, err := p.LoginSession()
			if err != nil || p.Session.AutoLogin != tt.want || login.AutoLogin != tt.want {
				t.Errorf("for credentials %v, for the token %v, %v; want %v", p.Session.AutoLogin, login.AutoLogin, err, tt.want)
			}
		})
	}
}

func TestInvalidAutoLogin(t *testing.T) {
	const x = "[profile x]\nsso_session=s\nsso_account_id=111111111111\nsso_role_name=R\n"
	const s = "[sso-session s]\nsso_start_url=u\nsso_region=r-1\n"
	tests := []struct{ name, config, words, want string }{
		{"in the profile", x + "auto_login = yes # really\n" + s, "", `config: line 5: key auto_login: "yes # really" is neither true nor false; lanyard uses the default`},
		{"in the session", x + s + "auto_login =\n", "", `config: line 8: key auto_login: "" is neither true nor false; lanyard uses the default`},
		{"a digit", x + s + "auto_login = 1", "", `config: line 8: key auto_login: "1" is neither true nor false; lanyard uses the default`},
		{"overridden by the variable", x + s + "auto_login = on", "LANYARD_AUTO_LOGIN=0", ""},
		{"in the variable", x + s + "auto_login = true", "LANYARD_AUTO_LOGIN=yes", `LANYARD_AUTO_LOGIN: "yes" is neither true nor false; auto_login is off`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, warnings, err := Resolve(inputsWith(tt.config, "", append(strings.Fields(tt.words), "--profile=x")...))
			if err != nil || p.Session.AutoLogin {
				t.Fatalf("profile %+v, error %v; want no auto_login", p, err)
			}
			if tt.want == "" && len(warnings) > 0 || tt.want != "" && (len(warnings) != 1 || warnings[0].Text != tt.want) {
				t.Errorf("warnings %q, want %q", warnings, tt.want)
			}
		})
	}
	if err := CheckSetting("auto_login", "yes"); err == nil {
		t.Error("CheckSetting accepts an invalid value")
	}
}

// The AWS CLI rejects a profile whose settings differ from the settings of its session.
func TestDifferentAutoLoginInProfileAndSession(t *testing.T) {
	const file = "[profile x]\nsso_session=s\nauto_login=true\n[sso-session s]\nsso_start_url=u\nsso_region=r-1\nauto_login=false\n"
	_, warnings, err := Resolve(inputsWith(file, "", "--profile=x"))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Text, "config: line 3: key auto_login") {
		t.Errorf("%v, %v; want one warning", warnings, err)
	}
}
