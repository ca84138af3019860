package profile

import (
	"strings"
	"testing"

	"lanyard/internal/awsconfig"
)

func TestParseProcess(t *testing.T) {
	ours := ProcessRole{"lanyard", "corp", "111122223333", "Admin"}
	const args = " sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin"
	tests := []struct {
		name, line string
		want       ProcessRole // zero for a line of another
	}{
		{"as it is written", ours.Line(), ours},
		{"in another order", "lanyard sso get-credentials --role-name Admin --sso-session corp --account-id 111122223333", ours},
		{"with a folder", "/opt/bin/lanyard" + args, ProcessRole{"/opt/bin/lanyard", "corp", "111122223333", "Admin"}},
		{"with a folder that has a space", `"/opt/my bin/lanyard"` + args, ProcessRole{"/opt/my bin/lanyard", "corp", "111122223333", "Admin"}},
		{"on Windows", `C:\bin\lanyard.exe` + args, ProcessRole{`C:\bin\lanyard.exe`, "corp", "111122223333", "Admin"}},
		{"a session with a space", strings.Replace("lanyard"+args, "corp", "'my corp'", 1), ProcessRole{"lanyard", "my corp", "111122223333", "Admin"}},
		{"another program", "lanyards" + args, ProcessRole{}},
		{"a script of that name elsewhere in the path", "/opt/lanyard/run" + args, ProcessRole{}},
		{"of a profile", "lanyard sso get-credentials --profile dev", ProcessRole{}},
		{"with one flag more", "lanyard" + args + " --debug x", ProcessRole{}},
		{"with a flag twice", "lanyard sso get-credentials --role-name A --role-name B --sso-session corp", ProcessRole{}},
		{"with an empty value", "lanyard sso get-credentials --sso-session '' --account-id 1 --role-name Admin", ProcessRole{}},
		{"with a quote that is open", `lanyard` + args + `"`, ProcessRole{}},
		{"through a shell", `sh -c "lanyard` + args + `"`, ProcessRole{}},
		{"nothing", "", ProcessRole{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := ParseProcess(tt.line)
			if ok != (tt.want != ProcessRole{}) || ok && got != tt.want {
				t.Errorf("%q: %+v, %v", tt.line, got, ok)
			}
		})
	}
}

func FuzzProcessLine(f *testing.F) {
	f.Add("lanyard", "corp", "111122223333", "Admin")
	f.Add(`C:\my bin\lanyard.exe`, `a"b`, `c\`, "d'e")
	f.Fuzz(func(t *testing.T, program, session, account, role string) {
		want := ProcessRole{program + "/lanyard", session, account, role}
		if session == "" || account == "" || role == "" {
			return
		}
		if got, ok := ParseProcess(want.Line()); !ok || got != want {
			t.Errorf("%q is read as %+v, %v", want.Line(), got, ok)
		}
	})
}

const stored = `[sso-session corp]
sso_start_url = https://x.awsapps.com/start
sso_region = us-east-1

[profile dev]
credential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin
`

// A profile of our credential_process is the SSO profile that it stands for, except
// where the SDKs would use something else.
func TestAProcessOfOursIsAnSSOProfile(t *testing.T) {
	tests := []struct {
		name, config, credentials string
		want                      Kind
	}{
		{"alone", stored, "", SSO},
		{"with keys in the credentials file", stored, "[dev]\naws_access_key_id = A\naws_secret_access_key = B\n", Static},
		{"with a role to assume", stored + "role_arn = arn:aws:iam::1:role/x\nsource_profile = dev\n", "", AssumeRole},
		{"with aws login", stored + "login_session = arn:aws:iam::1:user/x\n", "", Login},
		{"of another program", strings.Replace(stored, "= lanyard ", "= other ", 1), "", Process},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := Inputs{
				Profile: "dev", Config: awsconfig.NewDoc("config", false, tt.config),
				Credentials: awsconfig.NewDoc("credentials", true, tt.credentials),
			}
			p, _, err := Resolve(in)
			if err != nil {
				t.Fatal(err)
			}
			if p.Kind != tt.want {
				t.Errorf("kind: %s", p.Kind)
			}
			if p.Kind == SSO && (p.Session.Name != "corp" || p.AccountID != "111122223333" || p.RoleName != "Admin") {
				t.Errorf("session %q, account %q, role %q", p.Session.Name, p.AccountID, p.RoleName)
			}
			uses, _, err := Sessions(in)
			if err != nil || tt.want == SSO && (len(uses) != 1 || len(uses[0].Profiles) != 1) {
				t.Errorf("sessions: %+v, %v", uses, err)
			}
		})
	}
}

func TestRewritesThereAndBack(t *testing.T) {
	const settings = `[sso-session corp]
sso_start_url = https://x.awsapps.com/start
sso_region = us-east-1
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
[profile login-only]
sso_session = corp
[profile mixed]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
credential_process = other
[profile elsewhere]
sso_session = two
sso_account_id = 111122223333
sso_role_name = Admin
`
	edit := func(text string, r Rewrite) string {
		t.Helper()
		out, err := awsconfig.Edit("config", []byte(text), false, r.Changes...)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	there, warnings, err := ToProcess(Inputs{Config: awsconfig.NewDoc("config", false, settings)}, []string{"corp"}, "lanyard")
	if err != nil || len(there.Profiles) != 1 || len(warnings) != 1 {
		t.Fatalf("%+v, %v, %v", there.Profiles, warnings, err)
	}
	moved := edit(settings, there)
	back, _, err := FromProcess(Inputs{Config: awsconfig.NewDoc("config", false, moved)}, []string{"corp"})
	if err != nil {
		t.Fatal(err)
	}
	if got := edit(moved, back); got != settings {
		t.Errorf("there and back:\n%s", got)
	}
}
