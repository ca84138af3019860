package migrate

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestFilesWithMistakes(t *testing.T) {
	const granted = "[profile a]\ngranted_sso_start_url = https://d-1234567890.awsapps.com/start\ngranted_sso_region = us-east-1\n" +
		"granted_sso_account_id = 111122223333\ngranted_sso_role_name = Admin\n"
	for _, tt := range []struct {
		name, archive, want string
		hint                string
	}{
		{"granted without files", "tool: granted\n", "no profile of ~/.aws/config belongs to granted, and ~/.granted/config does not exist", "--file FILE"},
		{"granted, not TOML", "tool: granted\n-- .granted/config --\nOrdering = \"\"\n[SSO.corp\nStartURL = 1\n", "~/.granted/config: line 2: expected ']' to close table name", "TOML"},
		{"granted, open string", "tool: granted\n-- .granted/config --\n[SSO.corp]\nStartURL = \"https\n", "~/.granted/config: line 2: basic strings cannot have new lines", "TOML"},
		{"AWS config that nobody can read", "tool: granted\n-- .aws/config --\n" + granted + "what\n", "Unable to parse config file: ~/.aws/config: line 6: ", ""},
		{"aws-sso-cli without files", "tool: aws-sso-cli\n", "no profile of ~/.aws/config belongs to aws-sso-cli, and ~/.config/aws-sso/config.yaml does not exist", "--file FILE"},
		{"aws-sso-cli, the named file is missing", "tool: aws-sso-cli\nenv: AWS_SSO_CONFIG=~/x.yaml\n", "~/x.yaml: the file of aws-sso-cli does not exist", "--file FILE"},
		{"aws-sso-cli, not YAML", "tool: aws-sso-cli\n-- .config/aws-sso/config.yaml --\nSSOConfig:\n  Default: [\n", "~/.config/aws-sso/config.yaml: line ", "YAML"},
		{"aws-sso-cli, another type", "tool: aws-sso-cli\n-- .config/aws-sso/config.yaml --\nSSOConfig:\n  Default:\n    Accounts: 3\n", "~/.config/aws-sso/config.yaml: line 3: the value has another type than aws-sso-cli writes", "YAML"},
		{"aws-sso-cli, a text that may be a secret", "tool: aws-sso-cli\n-- .config/aws-sso/config.yaml --\nhunter2\n", "~/.config/aws-sso/config.yaml: line 1: the value has another type than aws-sso-cli writes", "YAML"},
		{"aws-sso-cli without an Identity Center", "tool: aws-sso-cli\n-- .config/aws-sso/config.yaml --\nThreads: 1\n", "~/.config/aws-sso/config.yaml: SSOConfig names no Identity Center", "--file FILE"},
		{"aws-vault without profiles", "tool: aws-vault\n-- .aws/config --\n[default]\nregion = us-east-1\n", "no profile of ~/.aws/config belongs to aws-vault", "AWS_CONFIG_FILE"},
		{"aws-vault, the folder is a file", "tool: aws-vault\n-- .awsvault/keys --\n", "~/.awsvault/keys: the folder of aws-vault cannot be read", ""},
		{"aws-sso-util without profiles", "tool: aws-sso-util\n-- .aws/config --\n[profile a]\nregion = us-east-1\n", "no profile of ~/.aws/config belongs to aws-sso-util", "AWS_CONFIG_FILE"},
		{"leapp without files", "tool: leapp\n", "~/.Leapp/Leapp-lock.json: the file of leapp does not exist", "--file FILE"},
		{"leapp, another computer", "tool: leapp\nmachine: other\n-- .Leapp/Leapp-lock.json --\nU2FsdGVkX18AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "~/.Leapp/Leapp-lock.json: the file cannot be decrypted with the id of this computer", "on the computer"},
		{"leapp, not encrypted by Leapp", "tool: leapp\nmachine: x\n-- .Leapp/Leapp-lock.json --\nhello\n", "~/.Leapp/Leapp-lock.json: the file cannot be decrypted with the id of this computer: it is not", "on the computer"},
		{"leapp, another type", "tool: leapp\n-- .Leapp/Leapp-lock.json --\n{\"_sessions\": [\n{\"region\": 1}]}\n", "~/.Leapp/Leapp-lock.json: line 2: not a workspace of Leapp: _sessions.region has another type", "start Leapp"},
		{"leapp, not JSON", "tool: leapp\n-- .Leapp/Leapp-lock.json --\n{\"_sessions\": [\n{}\n", "~/.Leapp/Leapp-lock.json: line 2: not a workspace of Leapp", "start Leapp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tool, in := home(t, txtar.Parse([]byte(tt.archive)))
			_, err := Read(tool, in)
			if err == nil {
				t.Fatalf("got no error, want %q", tt.want)
			}
			if got := strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(in.Home), "~"); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			var own *Error
			if errors.As(err, &own) && (own.ExitStatus() != 253 || !strings.Contains(own.NextStep(), tt.hint)) {
				t.Errorf("got exit code %d and hint %q, want 253 and a hint with %q", own.ExitStatus(), own.NextStep(), tt.hint)
			} else if own == nil && tt.hint != "" {
				t.Errorf("got an error without a hint: %v", err)
			}
		})
	}
}

// The files are in the folders that each program prefers.
func TestFoldersOfTheTools(t *testing.T) {
	const settings, yaml = "[SSO.corp]\nStartURL = 'https://d-1234567890.awsapps.com/start'\nSSORegion = 'us-east-1'\n",
		"SSOConfig:\n  corp:\n    StartUrl: https://d-1234567890.awsapps.com/start\n    SSORegion: us-east-1\n"
	for _, tt := range []struct{ name, archive, want string }{
		{"granted, XDG", "tool: granted\nenv: XDG_CONFIG_HOME=~/xdg\n-- xdg/granted/config --\n" + settings, "xdg/granted/config"},
		{"granted, the old folder first", "tool: granted\nenv: XDG_CONFIG_HOME=~/xdg\n-- xdg/granted/config --\n-- .granted/config --\n" + settings, ".granted/config"},
		{"aws-sso-cli, the old folder first", "tool: aws-sso-cli\n-- .aws-sso/config.yaml --\n" + yaml, ".aws-sso/config.yaml"},
		{"aws-sso-cli, XDG", "tool: aws-sso-cli\nenv: XDG_CONFIG_HOME=~/xdg\n-- xdg/aws-sso/config.yaml --\n" + yaml, "xdg/aws-sso/config.yaml"},
		{"aws-sso-cli, its variable", "tool: aws-sso-cli\nenv: AWS_SSO_CONFIG=~/x\n-- x --\n" + yaml + "-- .aws-sso/config.yaml --\n", "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := txtar.Parse([]byte(tt.archive))
			tool, in := home(t, a)
			lookUp := in.LookupEnv
			in.LookupEnv = func(name string) (string, bool) { // the variables of the shell have no ~
				v, ok := lookUp(name)
				if name == "XDG_CONFIG_HOME" {
					v = strings.Replace(v, "~", in.Home, 1)
				}
				return v, ok
			}
			source, err := Read(tool, in)
			if err != nil {
				t.Fatal(err)
			}
			want := filepath.Join(in.Home, filepath.FromSlash(tt.want))
			if len(source.Files) != 1 || filepath.Clean(source.Files[0]) != want || len(source.Portals) != 1 {
				t.Errorf("got %v with %d portals, want %s with 1", source.Files, len(source.Portals), want)
			}
		})
	}
}

func TestPlansOfPortals(t *testing.T) {
	const config = "[sso-session corp]\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-east-1\n" +
		"[sso-session other]\nsso_start_url = https://d-1234567890.awsapps.com/start/#\nsso_region = us-east-1\n" +
		"[profile mine]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n"
	yaml := func(portals ...string) string {
		text := "SSOConfig:\n"
		for _, p := range portals {
			name, rest, _ := strings.Cut(p, " ")
			url, region, _ := strings.Cut(rest, " ")
			text += "  " + name + ":\n    StartUrl: " + url + "\n    SSORegion: " + region + "\n    Accounts: {111122223333: {Roles: {Admin: {Profile: " + name + "-admin}}}}\n"
		}
		return text
	}
	const url = "https://d-1234567890.awsapps.com/start"
	for _, tt := range []struct{ name, yaml, want string }{
		{"a portal of the config", yaml("corp " + url + " us-east-1"), "session corp kept corp, profile corp-admin kept mine"},
		{"another name for the portal", yaml("work HTTPS://D-1234567890.awsapps.com/start/ us-east-1"), "session work kept corp, profile work-admin kept mine"},
		{
			"two people at one portal", yaml("corp "+url+" us-east-1", "alice "+url+" us-east-1", "bob "+url+" us-east-1"),
			"session corp kept corp, session alice kept other, session bob added bob, profile corp-admin kept mine, profile alice-admin added alice-admin-sso, profile bob-admin added bob-admin-sso",
		},
		{"another region", yaml("corp " + url + " eu-west-1"), "session corp added corp-2, profile corp-admin added corp-admin-sso"},
		{"no https", yaml("corp http://d-1234567890.awsapps.com/start us-east-1"), "session corp impossible , profile corp-admin impossible "},
		{"the emulator", yaml("corp http://127.0.0.1:1/start us-east-1"), "session corp added corp-2, profile corp-admin added corp-admin-sso"},
		{"no region", yaml("corp " + url + " ''"), "session corp impossible , profile corp-admin impossible "},
		{"a short region", yaml("corp " + url + " ue1"), "session corp impossible , profile corp-admin impossible "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tool, in := home(t, txtar.Parse([]byte("tool: aws-sso-cli\n-- .aws/config --\n"+config+"-- .aws-sso/config.yaml --\n"+tt.yaml)))
			source, err := Read(tool, in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, item := range New(source, "").Items {
				got = append(got, item.Kind+" "+item.Name+" "+string(item.Outcome)+" "+item.Result)
			}
			if text := strings.Join(got, ", "); text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}

// An entry of another program's config never becomes a profile that gets the keys of the
// credentials file, and never replaces a section.
func TestNamesInUse(t *testing.T) {
	tool, in := home(t, txtar.Parse([]byte(`tool: aws-sso-cli
-- .aws/credentials --
[deploy]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
-- .aws/config --
[profile x-deploy-sso]
region = us-east-1
[profile x-deploy]
region = us-east-1
-- .aws-sso/config.yaml --
SSOConfig:
  corp:
    StartUrl: https://d-1234567890.awsapps.com/start
    SSORegion: us-east-1
    Accounts: {111122223333: {Roles: {Admin: {Profile: deploy}}}}
`)))
	for prefix, want := range map[string]string{"": "deploy-sso", "x-": "x-deploy-sso-2", "y-": "y-deploy"} {
		source, err := Read(tool, in)
		if err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(in.Config)
		if err != nil {
			t.Fatal(err)
		}
		plan := New(source, prefix)
		edited(t, before, plan)
		if got := plan.Items[1].Result; got != want {
			t.Errorf("prefix %q: got %q, want %q", prefix, got, want)
		}
	}
}

// Leapp writes its named profiles to the credentials file while a session is active.
func TestNamesThatLeappWrites(t *testing.T) {
	tool, in := home(t, txtar.Parse([]byte(`tool: leapp
-- .Leapp/Leapp-lock.json --
{"_sessions": [{"type": "awsSsoRole", "sessionName": "dev", "roleArn": "arn:aws:iam::111122223333/Admin", "awsSsoConfigurationId": "1"}],
"_awsSsoIntegrations": [{"id": "1", "portalUrl": "https://d-1234567890.awsapps.com/start", "region": "us-east-1"}],
"_profiles": [{"id": "2", "name": "default"}, {"id": "3", "name": "dev-Admin"}]}
`)))
	source, err := Read(tool, in)
	if err != nil {
		t.Fatal(err)
	}
	if got := New(source, "").Items[1].Result; got != "dev-Admin-sso" {
		t.Errorf("got %q, want dev-Admin-sso", got)
	}
}

// A setting that no config can hold stops only its own entry.
func TestSettingsThatCannotBeCopied(t *testing.T) {
	tool, in := home(t, txtar.Parse([]byte(`tool: aws-sso-cli
-- .aws/config --
[profile lines]
credential_process = aws-sso process --arn arn:aws:iam::111122223333:role/A
x = 1
  2
[profile bracket]
credential_process = /opt/helper -S corp process --account 111122223333 --role B
[profile = y
[profile good]
credential_process = aws-sso.exe --sso=corp process -A 11122223333 -R C
s3 =
  max_concurrent_requests = 20
[profile by-name]
credential_process = aws-sso process --profile good
[profile unknown]
credential_process = aws-sso -S other process --arn arn:aws:iam::111122223333:role/A
[profile foreign]
credential_process = other process --arn arn:aws:iam::111122223333:role/A
-- .aws-sso/config.yaml --
SSOConfig:
  corp:
    StartUrl: https://d-1234567890.awsapps.com/start
    SSORegion: us-east-1
ConfigProfilesBinaryPath: /opt/helper
`)))
	source, err := Read(tool, in)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(in.Config)
	if err != nil {
		t.Fatal(err)
	}
	plan := New(source, "")
	got := describe(plan, in.Home) + string(edited(t, before, plan)[len(before):])
	const want = `session "corp" at ~/.aws-sso/config.yaml: line 2: added as "corp"
profile "lines" at ~/.aws/config: line 1: impossible: Invalid value for key x: newline characters and carriage returns are not allowed.
profile "bracket" at ~/.aws/config: line 5: impossible: Invalid key "[profile": it begins with [
profile "good" at ~/.aws/config: line 8: added as "good-sso"
profile "by-name" at ~/.aws/config: line 12: kept as "by-name": its command line names no role by account and name; lanyard runs aws-sso to get credentials
profile "unknown" at ~/.aws/config: line 14: impossible: SSOConfig has no "other"
note: to get a profile for each of your roles, run after the sign-in: lanyard profiles sync
[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile good-sso]
sso_session = corp
sso_account_id = 011122223333
sso_role_name = C
s3 =
    max_concurrent_requests = 20
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCommandLinesOfAWSVault(t *testing.T) {
	open := "" // in Windows, an apostrophe is not a quote
	if runtime.GOOS == "windows" {
		open = "'dev"
	}
	for line, want := range map[string]string{
		"aws-vault export --format=json dev":                               "dev",
		"aws-vault export dev --format json":                               "dev",
		"/usr/bin/aws-vault --backend file exec -d 1h --json dev":          "dev",
		"aws-vault exec dev -j":                                            "dev",
		`"aws-vault" exec --region eu-west-1 --no-session "my dev" --json`: "my dev",
		"aws-vault export dev":                                             "",
		"aws-vault exec dev -- env":                                        "",
		"aws-vault list":                                                   "",
		"aws-vault-proxy export --format=json dev":                         "",
		"aws-vault export --format=json 'dev":                              open,
		"":                                                                 "",
	} {
		if got := vaultTarget(line); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

// All commands without a profile would use a new profile with the name default.
func TestNamesThatNoNewProfileGets(t *testing.T) {
	for _, name := range []string{"default", "default ", " \"default", "-default", "[default", "--profile", "\x1b[2Jx", "a\nb", "x]", "'", "..", "$(id)", "\u202ex"} {
		c := &config{}
		portal := &Portal{Name: name, StartURL: "https://d-1234567890.awsapps.com/start", Region: "us-east-1", Declared: true}
		e := Entry{Name: name, Role: &Role{portal, "111122223333", "Admin"}}
		plan := New(&Source{config: c, Portals: []*Portal{portal}, Entries: []Entry{e}}, "")
		for _, item := range plan.Items {
			if item.Outcome == Impossible {
				continue
			}
			if got := item.Result; got == "" || got[0] == '-' || strings.ContainsAny(got, "\n\x1b []'\"\u202e") || item.Kind == "profile" && got == "default" {
				t.Errorf("%q: got %s %q", name, item.Kind, got)
			}
		}
	}
}

// A region becomes a part of host names. Only the name of a region gets into the config.
func TestRegionsOfTheTools(t *testing.T) {
	for region, want := range map[string]Outcome{
		"": Added, "eu-west-1": Added, "x.example/#": Impossible, "us-east-1\nrole_arn = x": Impossible, "us-east-1 ": Impossible,
	} {
		portal := &Portal{Name: "corp", StartURL: "https://d-1234567890.awsapps.com/start", Region: "us-east-1"}
		entries := []Entry{
			{Name: "base", Role: &Role{portal, "111122223333", "Base"}, alias: "1"},
			{Name: "a", Role: &Role{portal, "111122223333", "Admin"}, Region: region},
			{Name: "b", Assume: &Assume{ARN: "arn:aws:iam::111122223333:role/x", Source: "1"}, Region: region},
		}
		items := New(&Source{config: &config{}, Portals: []*Portal{portal}, Entries: entries}, "").Items
		for _, item := range items[len(items)-2:] {
			if item.Outcome != want {
				t.Errorf("the region %q: got %+v, want %s", region, item, want)
			}
		}
	}
}

// A role can get its credentials from a role that assumes another role, as aws-sso-cli allows. The
// name of another profile cannot take the place of a role.
func TestChainsOfRoles(t *testing.T) {
	tool, in := home(t, txtar.Parse([]byte(`tool: aws-sso-cli
-- .aws-sso/config.yaml --
SSOConfig: {corp: {StartUrl: 'https://d-1234567890.awsapps.com/start', SSORegion: us-east-1, Accounts: {
  333344445555: {Roles: {Third: {Via: 'arn:aws:iam::222233334444:role/Second', Profile: third}}},
  444455556666: {Roles: {Other: {Profile: 'corp 222233334444 Second'}}},
  222233334444: {Roles: {Second: {Via: 'arn:aws:iam::111122223333:role/First', Profile: second}}}}}}
`)))
	const want = `
session "corp" at ~/.aws-sso/config.yaml: line 1: added as "corp"
profile "third" at ~/.aws-sso/config.yaml: line 2: added as "third-sso"
profile "corp 222233334444 Second" at ~/.aws-sso/config.yaml: line 3: added as "corp-222233334444-Second"
profile "second" at ~/.aws-sso/config.yaml: line 4: added as "second-sso"
profile "111122223333:First" at ~/.aws-sso/config.yaml: line 4: added as "111122223333:First-sso"
`
	source, err := Read(tool, in)
	if err != nil {
		t.Fatal(err)
	}
	plan := New(source, "")
	got, _, _ := strings.Cut("\n"+describe(plan, in.Home), "note:")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sources := map[string]string{}
	for _, ch := range plan.Changes {
		if ch.Key == "source_profile" {
			sources[ch.Name] = ch.Value
		}
	}
	if diff := cmp.Diff(map[string]string{"third-sso": "second-sso", "second-sso": "111122223333:First-sso"}, sources); diff != "" {
		t.Errorf("source_profile (-want +got):\n%s", diff)
	}
}

// The order of a plan does not change, even if all entries are on one line.
func TestOrderOfPlans(t *testing.T) {
	const file = "SSOConfig: {b: {StartUrl: 'https://b.awsapps.com/start', SSORegion: us-east-1, Accounts: {2: {Roles: {R: {}, Q: {}}}, 1: {Roles: {R: {}}}}}, " +
		"a: {StartUrl: 'https://a.awsapps.com/start', SSORegion: us-east-1}}\n"
	const want = "a b 000000000001:R 000000000002:Q 000000000002:R"
	for range 20 {
		tool, in := home(t, txtar.Parse([]byte("tool: aws-sso-cli\n-- .aws-sso/config.yaml --\n"+file)))
		source, err := Read(tool, in)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, item := range New(source, "").Items {
			names = append(names, item.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// Only the lines of portals, accounts and roles are noted. The paths of all keys of a file that is
// nested deeply would fill the memory.
func TestDeepSettings(t *testing.T) {
	const depth = 1000
	file := "SSOConfig: {a: {StartUrl: x}}\nx: " + strings.Repeat("{a: ", depth) + "1" + strings.Repeat("}", depth)
	settings, err := parseAWSSSO("x", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(settings.lines); n > 10 {
		t.Errorf("the lines of %d keys are noted", n)
	}
}
