package profile

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

func TestParseProcess(t *testing.T) {
	ours := OwnProcess{Program: "lanyard", Session: "corp", AccountID: "111122223333", RoleName: "Admin"}
	program := func(name string) OwnProcess { o := ours; o.Program = name; return o }
	of := func(program, profile string) OwnProcess { return OwnProcess{Program: program, Profile: profile} }
	const args = " sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin"
	tests := []struct {
		name, line string
		windows    bool
		want       OwnProcess // zero if the line runs another program
	}{
		{"written by Line", ours.line(false), false, ours},
		{"written by Line on Windows", ours.line(true), true, ours},
		{"in another order", "lanyard sso get-credentials --role-name Admin --sso-session corp --account-id 111122223333", false, ours},
		{"with =", "lanyard sso get-credentials --role-name=Admin --sso-session=corp --account-id=111122223333", false, ours},
		{"with a folder", "/opt/bin/lanyard" + args, false, program("/opt/bin/lanyard")},
		{"with a folder that has a space", `"/opt/my bin/lanyard"` + args, false, program("/opt/my bin/lanyard")},
		{"with an escaped space", `/opt/my\ bin/lanyard` + args, false, program("/opt/my bin/lanyard")},
		{"with quotes inside a word", `/opt/'my bin'/lan"yard"` + args, false, program("/opt/my bin/lanyard")},
		{"in Windows", `C:\bin\lanyard.exe` + args, true, program(`C:\bin\lanyard.exe`)},
		{"on Windows, with a space and capitals", `"C:\my bin\Lanyard.EXE"` + args, true, program(`C:\my bin\Lanyard.EXE`)},
		{"on Windows, with single quotes, which do not quote", `'lanyard'` + args, true, OwnProcess{}},
		{"a Windows program on another system", "lanyard.exe" + args, false, program("lanyard.exe")},
		{"a profile and another program, written by Line", of("my keys", "my dev").line(false), false, OwnProcess{}},
		{"a profile and a program with a path, written by Line", of("/my bin/lanyard", "my dev").line(false), false, of("/my bin/lanyard", "my dev")},
		{"a session with a space", strings.Replace("lanyard"+args, "corp", "'my corp'", 1), false, OwnProcess{"lanyard", "", "my corp", "111122223333", "Admin"}},
		{"line of cli/testdata/guide.md", "aws sso get-credentials --profile sso-profile", false, of("aws", "sso-profile")},
		{"a profile", "lanyard sso get-credentials --profile dev", false, of("lanyard", "dev")},
		{"a profile with =", "lanyard sso get-credentials --profile=dev", false, of("lanyard", "dev")},
		{"with the flag before the command", "lanyard --profile 'my dev' sso get-credentials", false, of("lanyard", "my dev")},
		{"with the flag inside the command", "lanyard sso --profile dev get-credentials", false, of("lanyard", "dev")},
		{"with flags that change nothing", "lanyard sso get-credentials --no-cli-pager --region us-east-1 --output=json --color off --profile dev --debug", false, of("lanyard", "dev")},
		{"on two lines", "lanyard sso\n  get-credentials\n--profile dev", false, of("lanyard", "dev")},
		{"the profile of the environment", "lanyard sso get-credentials", false, of("lanyard", "")},
		{"under another name", "/opt/keys sso get-credentials --profile dev", false, of("/opt/keys", "dev")},
		{"another program", "lanyards" + args, false, OwnProcess{}},
		{"another program in a folder called lanyard", "/opt/lanyard/run" + args, false, OwnProcess{}},
		{"another command", "lanyard sso login --profile dev", false, OwnProcess{}},
		{"configure export-credentials", "aws configure export-credentials --profile dev", false, OwnProcess{}},
		{"with an extra word", "lanyard sso get-credentials dev", false, OwnProcess{}},
		{"a profile and a session", "lanyard" + args + " --profile dev", false, OwnProcess{}},
		{"an incomplete role", "lanyard sso get-credentials --sso-session corp --profile dev", false, OwnProcess{}},
		{"with an unknown flag", "lanyard" + args + " --ca-bundle x", false, OwnProcess{}},
		{"with a duplicate flag", "lanyard sso get-credentials --role-name A --role-name B --sso-session corp", false, OwnProcess{}},
		{"with an empty value", "lanyard sso get-credentials --sso-session '' --account-id 1 --role-name Admin", false, OwnProcess{}},
		{"with a flag without a value", "lanyard sso get-credentials --profile", false, OwnProcess{}},
		{"with an unclosed quote", `lanyard` + args + `"`, false, OwnProcess{}},
		{"through a shell", `sh -c "lanyard` + args + `"`, false, OwnProcess{}},
		{"with a variable before the program", "AWS_PROFILE=x lanyard sso get-credentials", false, OwnProcess{}},
		{"through env", "env AWS_PROFILE=x lanyard sso get-credentials", false, OwnProcess{}},
		{"nothing", "", false, OwnProcess{}},
	}
	own := func(program string) bool { return program == "/opt/keys" }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseProcess(tt.line, own, tt.windows)
			if ok != (tt.want != OwnProcess{}) || ok && got != tt.want {
				t.Errorf("parseProcess(%q) = %+v, %v; want %+v", tt.line, got, ok, tt.want)
			}
		})
	}
}

// A shell passes on each word of a line as it is, because some SDKs run the line in a shell.
func TestShellReadsProcessLine(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh on this machine")
	}
	for _, word := range []string{
		"Admin", "my dev", "a;b", "$HOME", "`id`", "$(id)", `"$x"`, "it's $x", `back\slash`, "a*?", "~", "#x", "a&b|c<d>e", "!x", "Zürich",
	} {
		line := OwnProcess{Program: "printf", Profile: word}.line(false)
		out, err := exec.Command(sh, "-c", strings.Replace(line, "sso get-credentials --profile", "%s", 1)).Output()
		if err != nil || string(out) != word {
			t.Errorf("the shell read %q from %s, %v; want %q", out, line, err, word)
		}
		if words, err := shell.Split(line); err != nil || words[len(words)-1] != word {
			t.Errorf("%s has the words %q, %v; want %q", line, words, err, word)
		}
	}
}

func TestProcessLineOnWindows(t *testing.T) {
	process := OwnProcess{Program: `C:\Program Files\lanyard.exe`, Profile: `my "dev\`}
	want := `"C:\Program Files\lanyard.exe" sso get-credentials --profile "my \"dev\\"`
	if got := process.line(true); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzProcessLine(f *testing.F) {
	f.Add("lanyard", "corp", "111122223333", "Admin")
	f.Add(`my bin`, `a"b`, `c\`, "d'e")
	f.Add(`C:\Program Files\x`, `\\`, `\"`, `a\\"b\`)
	f.Fuzz(func(t *testing.T, program, session, account, role string) {
		want := OwnProcess{program + "/lanyard", "", session, account, role}
		if session == "" || account == "" || role == "" || strings.HasPrefix(program, "-") {
			return
		}
		for _, windows := range []bool{false, true} {
			line := want.line(windows)
			if got, ok := parseProcess(line, nil, windows); !ok || got != want {
				t.Errorf("%q, windows %v, is read as %+v, %v; want %+v", line, windows, got, ok, want)
			}
		}
	})
}

// The rows are botocore's tests of compat_shell_split (tests/unit/test_compat.py).
func TestSplitWords(t *testing.T) {
	tests := []struct {
		line           string
		posix, windows []string // nil for an error
	}{
		{``, []string{}, []string{}},
		{`spam \`, nil, []string{"spam", `\`}},
		{`spam `, []string{"spam"}, []string{"spam"}},
		{` spam`, []string{"spam"}, []string{"spam"}},
		{`"" ''`, []string{"", ""}, []string{"", "''"}},
		{`spam eggs`, []string{"spam", "eggs"}, []string{"spam", "eggs"}},
		{"spam\teggs", []string{"spam", "eggs"}, []string{"spam", "eggs"}},
		{"spam\neggs", []string{"spam", "eggs"}, []string{"spam\neggs"}},
		{`"spam eggs"`, []string{"spam eggs"}, []string{"spam eggs"}},
		{`"spam \"eggs\""`, []string{`spam "eggs"`}, []string{`spam "eggs"`}},
		{`'spam "eggs"'`, []string{`spam "eggs"`}, []string{"'spam", "eggs'"}},
		{`"a\b" a\b \\"x y"`, []string{`a\b`, `ab`, `\x y`}, []string{`a\b`, `a\b`, `\x y`}},
		{`"unclosed`, nil, nil},
	}
	for _, tt := range tests {
		for _, windows := range []bool{false, true} {
			want := tt.posix
			if windows {
				want = tt.windows
			}
			got, ok := splitWords(tt.line, windows)
			if ok != (want != nil) || ok && !slices.Equal(got, want) {
				t.Errorf("%q, windows %v: %q, %v; want %q", tt.line, windows, got, ok, want)
			}
		}
	}
}

const stored = `[sso-session corp]
sso_start_url = https://x.awsapps.com/start
sso_region = us-east-1

[profile dev]
credential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin
`

// A profile whose credential_process runs this program counts as an SSO profile, unless
// the SDKs would use other settings of the profile.
func TestOwnProcessIsAnSSOProfile(t *testing.T) {
	tests := []struct {
		name, config, credentials string
		want                      Kind
	}{
		{"only the process", stored, "", SSO},
		{"with keys in the credentials file", stored, "[dev]\naws_access_key_id = A\naws_secret_access_key = B\n", Static},
		{"with a role to assume", stored + "role_arn = arn:aws:iam::1:role/x\nsource_profile = dev\n", "", AssumeRole},
		{"with aws login", stored + "login_session = arn:aws:iam::1:user/x\n", "", Login},
		{"another program", strings.Replace(stored, "= lanyard ", "= other ", 1), "", Process},
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
				t.Errorf("kind: %s, want %s", p.Kind, tt.want)
			}
			if p.Kind == SSO && (p.Session.Name != "corp" || p.AccountID != "111122223333" || p.RoleName != "Admin") {
				t.Errorf("session %q, account %q, role %q; want corp, 111122223333, Admin", p.Session.Name, p.AccountID, p.RoleName)
			}
			uses, _, err := Sessions(in)
			if err != nil || tt.want == SSO && (len(uses) != 1 || len(uses[0].Profiles) != 1) {
				t.Errorf("sessions: %+v, %v; want one session with one profile", uses, err)
			}
		})
	}
}

// A profile whose credential_process runs this program has the credentials and the session
// of the profile that the process names.
func TestOwnProcessNamesAProfile(t *testing.T) {
	const dev = `[sso-session corp]
sso_start_url = https://x.awsapps.com/start
sso_region = us-east-1

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
sso_refresh_window = 60
services = dev

[services dev]
sso =
  endpoint_url = http://127.0.0.1:1

[profile legacy]
sso_start_url = https://y.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = Old

[profile assumes]
role_arn = arn:aws:iam::1:role/x
source_profile = dev

[profile half]
sso_account_id = 111122223333

`
	const via = "[profile via]\nregion = eu-west-1\ncredential_process = aws sso get-credentials --profile "
	tests := []struct {
		name, config, env string
		key, account      string // of the session
		err, hint         string
	}{
		{"a profile with a session", dev + via + "dev\n", "", "corp", "111122223333", "", ""},
		{"a legacy profile", dev + via + "legacy\n", "", "https://y.awsapps.com/start", "111122223333", "", ""},
		{"a chain", dev + via + "b\n[profile b]\ncredential_process = lanyard sso get-credentials --profile dev\n", "", "corp", "111122223333", "", ""},
		{"a chain that ends in a role", dev + via + "b\n[profile b]\ncredential_process = lanyard sso get-credentials --sso-session corp --account-id 444455556666 --role-name R\n", "", "corp", "444455556666", "", ""},
		{"the profile of the environment", dev + strings.TrimSuffix(via, " --profile ") + "\n", "AWS_PROFILE=dev", "corp", "111122223333", "", ""},
		{"itself", dev + via + "via\n", "", "", "", "Credential process resolution detected an infinite loop, profile cycle: via -> via", "config: line 31: key credential_process"},
		{"a circle", dev + via + "b\n[profile b]\ncredential_process = lanyard sso get-credentials --profile via\n", "", "", "", "Credential process resolution detected an infinite loop, profile cycle: via -> b -> via", "config: line 33: key credential_process"},
		{"an unknown profile", dev + via + "dve\n", "", "", "", "config: line 31: key credential_process: The config profile (dve) could not be found", "did you mean: dev"},
		{"an incomplete profile", dev + via + "half\n", "", "", "", `The profile "half" is configured to use SSO but is missing required configuration: sso_role_name, sso_start_url, sso_region`, ""},
		{"an unknown session", dev + "[profile via]\ncredential_process = lanyard sso get-credentials --sso-session x --account-id 111122223333 --role-name R\n", "", "", "", `The specified sso-session does not exist: "x"`, ""},
		{"a short account", dev + "[profile via]\ncredential_process = lanyard sso get-credentials --sso-session corp --account-id 1 --role-name R\n", "", "", "", `config: line 30: key credential_process: an account id has 12 digits: "1"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := Resolve(inputsWith(tt.config, "", append(strings.Fields(tt.env), "--profile=via")...))
			if tt.err != "" {
				var e *Error
				if !errors.As(err, &e) || e.Error() != tt.err || !strings.Contains(e.Hint, tt.hint) {
					t.Errorf("%v\n%+v; want %s", err, err, tt.err)
				}
				return
			}
			if err != nil || p.Kind != SSO || p.Process == nil || p.Session.Key() != tt.key || p.AccountID != tt.account {
				t.Fatalf("profile %+v, error %v; want an SSO profile with key %s and account %s", p, err, tt.key, tt.account)
			}
			if s, err := p.LoginSession(); err != nil || s.Key() != tt.key {
				t.Errorf("sign in to %+v, %v; want key %s", s, err, tt.key)
			}
			uses, _, err := Sessions(inputsWith(tt.config, "", strings.Fields(tt.env)...))
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range uses {
				if listed := slices.Contains(u.Profiles, "via"); listed != (u.Key() == tt.key) {
					t.Errorf("session %s has the profiles %v; want via only in %s", u.Key(), u.Profiles, tt.key)
				}
			}
			if tt.account == "111122223333" && tt.key == "corp" {
				if e, err := p.ForSession().Endpoint("SSO"); err != nil || e.URL != "http://127.0.0.1:1" || p.Session.RefreshWindow != time.Minute {
					t.Errorf("endpoint %+v, %v, session %+v; want the settings of dev", e, err, p.Session)
				}
			}
		})
	}
}

func TestRewriteIsReversible(t *testing.T) {
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
		t.Fatalf("profiles %+v, warnings %v, error %v; want one profile and one warning", there.Profiles, warnings, err)
	}
	moved := edit(settings, there)
	back, _, err := FromProcess(Inputs{Config: awsconfig.NewDoc("config", false, moved)}, []string{"corp"})
	if err != nil {
		t.Fatal(err)
	}
	if got := edit(moved, back); got != settings {
		t.Errorf("after ToProcess and FromProcess:\n%s", got)
	}
}
