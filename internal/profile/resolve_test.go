package profile

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// guide is the config of the guide in internal/cli/testdata/guide.md. Its block about the
// refresh follows a profile with the same header.
const guide = `[profile account1-admin]
sso_start_url = https://your-domain.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1
output = json

[profile account2-developer]
sso_start_url = https://your-domain.awsapps.com/start
sso_region = us-east-1
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-west-2
output = json

[profile account1-admin]
sso_auto_refresh = true
sso_refresh_window = 43200  # 12 hours in seconds
`

// corp is a config with a session.
const corp = `[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access, other:scope,

[profile dev]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = Dev

[profile tokenonly]
sso_session = corp
`

// inputsWith returns inputs with these files. Each word is a flag (--profile=x) or a variable
// (AWS_PROFILE=x).
func inputsWith(config, credentials string, words ...string) Inputs {
	in := Inputs{
		Config:      awsconfig.NewDoc("config", false, config),
		Credentials: awsconfig.NewDoc("credentials", true, credentials),
	}
	env := make(map[string]string)
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "--profile":
			in.Profile = value
		case "--region":
			in.Region = value
		case "--output":
			in.Output = value
		default:
			env[name] = value
		}
	}
	in.LookupEnv = func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
	return in
}

// wantError checks the message, the exit code and a part of the hint.
func wantError(t *testing.T, err error, code int, msg, hint string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || e.Msg != msg || !strings.Contains(e.Hint, hint) {
		t.Errorf("error %v\n  %+v\nwant %d %s\n  hint %s", err, e, code, msg, hint)
	}
}

func TestGuideResolves(t *testing.T) {
	p, warnings, err := Resolve(inputsWith(guide, "", "--profile=account2-developer"))
	if err != nil || len(warnings) != 0 {
		t.Fatal(err, warnings)
	}
	want := Session{
		StartURL: "https://your-domain.awsapps.com/start", Region: "us-east-1",
		Path: "config", Line: 10,
	}
	if diff := cmp.Diff(want, p.Session); diff != "" {
		t.Error(diff)
	}
	if s, err := p.LoginSession(); err != nil || !cmp.Equal(s, want) {
		t.Errorf("login session %+v, %v; want %+v", s, err, want)
	}
	if p.Kind != SSO || p.AccountID != "444455556666" || p.RoleName != "DeveloperAccess" ||
		p.Region != "us-west-2" || p.Output != "json" || p.Session.Key() != want.StartURL {
		t.Errorf("wrong kind, account, role, region, output or key: %+v", p)
	}
	p, warnings, err = Resolve(inputsWith(guide, "", "--profile=account1-admin"))
	if s := p.Session; s.AutoRefresh != On || s.RefreshWindow != 12*time.Hour || !s.HasWindow {
		t.Errorf("%+v; want the settings of the block", s)
	}
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Text, "config: line 17: duplicate section [profile account1-admin]") {
		t.Errorf("%v, %v; want a warning about the duplicate section", warnings, err)
	}
}

func TestSessionProfileResolves(t *testing.T) {
	p, warnings, err := Resolve(inputsWith(corp, "", "AWS_PROFILE=dev"))
	if err != nil || len(warnings) != 0 {
		t.Fatal(err, warnings)
	}
	want := Session{
		Name: "corp", StartURL: "https://corp.awsapps.com/start", Region: "eu-west-1",
		Scopes: []string{"sso:account:access", "other:scope"}, Path: "config", Line: 1,
	}
	if diff := cmp.Diff(want, p.Session); diff != "" {
		t.Error(diff)
	}
	if p.Session.Key() != "corp" || p.Explicit || !p.FromEnv || p.Region != "" {
		t.Errorf("wrong key, name or region: %+v", p)
	}
}

func TestWhichProfile(t *testing.T) {
	const config = "[default]\nregion=d-1\n[profile a]\nregion=a-1\n[profile b]\nregion=b-1"
	tests := []struct {
		name, words, want, err, hint string
	}{
		{"no name", "", "d-1", "", ""},
		{"the flag", "--profile=a AWS_PROFILE=b", "a-1", "", ""},
		{"an empty flag is ignored", "--profile= AWS_PROFILE=b", "b-1", "", ""},
		{"AWS_PROFILE overrides AWS_DEFAULT_PROFILE", "AWS_DEFAULT_PROFILE=a AWS_PROFILE=b", "b-1", "", ""},
		{"AWS_DEFAULT_PROFILE", "AWS_DEFAULT_PROFILE=a", "a-1", "", ""},
		{"set but empty", "AWS_PROFILE= AWS_DEFAULT_PROFILE=a", "", "The config profile () could not be found", "AWS_PROFILE is set but empty"},
		{"unknown", "--profile=nope", "", "The config profile (nope) could not be found", ""},
		{"a typo", "--profile=defualt", "", "The config profile (defualt) could not be found", "did you mean: default"},
		{"unknown from the environment", "AWS_PROFILE=nope", "", "The config profile (nope) could not be found", "AWS_PROFILE is set to this name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := Resolve(inputsWith(config, "", strings.Fields(tt.words)...))
			if tt.err != "" {
				wantError(t, err, 255, tt.err, tt.hint)
			} else if err != nil || p.Region != tt.want {
				t.Errorf("%+v, %v; want region %s", p, err, tt.want)
			}
		})
	}
}

func TestNoFilesAndNoName(t *testing.T) {
	p, _, err := Resolve(Inputs{})
	if err != nil || p.Exists || p.Name != "default" || p.Kind != None {
		t.Errorf("%+v, %v; want an empty default", p, err)
	}
}

func TestSyntaxErrorInAnotherSection(t *testing.T) {
	const config = "[profile a]\nregion=a-1\n[profile b]\nregion"
	if _, _, err := Resolve(inputsWith(config, "", "--profile=a")); err != nil {
		t.Errorf("a profile that can be read: %v", err)
	}
	_, _, err := Resolve(inputsWith(config, "", "--profile=c"))
	wantError(t, err, 255, "Unable to parse config file: config: line 4: neither a [section] nor a key = value", "")
	var parse *awsconfig.ParseError
	if !errors.As(err, &parse) {
		t.Error("the error does not wrap a ParseError")
	}
}

func TestRegionAndOutput(t *testing.T) {
	const config = "[default]\nregion=file-1\noutput=text\n[profile none]\n[profile c]\nregion=us-east-1 # home\noutput=yaml ;c\n[profile bad]\nregion=us_east_1"
	tests := []struct {
		name, words    string
		region, output string
		warnings       int
	}{
		{"the file", "", "file-1", "text", 0},
		{"the flags", "--region=flag-1 --output=table AWS_REGION=env-1 AWS_DEFAULT_OUTPUT=yaml", "flag-1", "table", 0},
		{"the variables", "AWS_REGION=env-1 AWS_DEFAULT_REGION=old-1 AWS_DEFAULT_OUTPUT=yaml", "env-1", "yaml", 0},
		{"the older variable", "AWS_DEFAULT_REGION=old-1", "old-1", "text", 0},
		{"an empty variable overrides the file", "AWS_REGION=", "", "text", 0},
		{"not configured", "--profile=none", "", "json", 0},
		{"comments after the values", "--profile=c", "us-east-1", "yaml", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, warnings, err := Resolve(inputsWith(config, "", strings.Fields(tt.words)...))
			if err != nil {
				t.Fatal(err)
			}
			output, err := p.OutputFormat()
			if p.Region != tt.region || output != tt.output || err != nil || len(warnings) != tt.warnings {
				t.Errorf("%q, %q, %v, %v; want %q, %q, %d warnings", p.Region, output, err, warnings, tt.region, tt.output, tt.warnings)
			}
		})
	}
	// A command that calls no service in the region works with an invalid region.
	for _, bad := range []struct{ word, region, where string }{
		{"--profile=bad", "us_east_1", "config: line 9: key region"},
		{"AWS_REGION=a b", "a b", "AWS_REGION"},
	} {
		p, _, err := Resolve(inputsWith(config, "", bad.word))
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, p.CheckRegion(), 255, "Provided region_name '"+bad.region+"' doesn't match a supported format.", bad.where)
	}
	for _, output := range []string{"xml", ""} {
		p, _, err := Resolve(inputsWith(config, "", "AWS_DEFAULT_OUTPUT="+output))
		if err != nil {
			t.Fatal(err) // a command that prints nothing works with an invalid format
		}
		_, err = p.OutputFormat()
		wantError(t, err, 255, "Unknown output type: "+output, "json")
	}
}

func TestCredentialsFileOverridesConfig(t *testing.T) {
	p, _, err := Resolve(inputsWith("[profile x]\nregion=a-1\noutput=text", "[x]\nregion=b-1\n[only]\nregion=c-1", "--profile=x"))
	if err != nil || p.Region != "b-1" || p.RegionSource != CredentialsFile || p.Output != "text" || p.OutputSource != ConfigFile {
		t.Errorf("profile %+v, error %v; want the region of the credentials file", p, err)
	}
	p, _, err = Resolve(inputsWith("", "[only]\nregion=c-1", "--profile=only"))
	if err != nil || !p.Exists || p.Region != "c-1" {
		t.Errorf("profile %+v, error %v; want an existing profile in c-1", p, err)
	}
}

func TestKind(t *testing.T) {
	const sso = "sso_start_url=u\nsso_region=us-east-1\nsso_account_id=111111111111\nsso_role_name=R\n"
	tests := []struct {
		name, config, credentials, words string
		want                             Kind
	}{
		{"nothing", "region=x", "", "", None},
		{"only a session", "sso_session=corp", "", "", None},
		{"SSO", sso, "", "", SSO},
		{"SSO before static keys", sso + "aws_access_key_id=A", "aws_access_key_id=A", "", SSO},
		{"a role before SSO", sso + "role_arn=r", "", "", AssumeRole},
		{"web identity", sso + "role_arn=r\nweb_identity_token_file=f", "", "", WebIdentity},
		{"web identity in the environment", sso, "", "AWS_WEB_IDENTITY_TOKEN_FILE=f AWS_PROFILE=x", WebIdentity},
		{"an empty web identity in the environment", sso + "role_arn=r\nweb_identity_token_file=f", "", "AWS_WEB_IDENTITY_TOKEN_FILE= AWS_PROFILE=x", SSO},
		{"an empty web identity in the profile, with a role", sso + "role_arn=r\nweb_identity_token_file=", "", "", SSO},
		{"a role before web identity in the environment", "role_arn=r\nsource_profile=y", "", "AWS_WEB_IDENTITY_TOKEN_FILE=f AWS_PROFILE=x", AssumeRole},
		{"only a role", "role_arn=r", "", "", AssumeRole},
		{"an empty role", sso + "role_arn=", "", "", AssumeRole},
		{"a role in the credentials file", sso, "role_arn=r\nsource_profile=x", "", AssumeRole},
		{"a role and keys in the credentials file", sso, "role_arn=r\nsource_profile=x\naws_access_key_id=A", "", AssumeRole},
		{"only a source profile", "source_profile=y", "", "", None},
		{"an SSO key in the credentials file", "aws_access_key_id=A", "sso_account_id=111111111111\nsso_role_name=R\nsso_start_url=u\nsso_region=r-1", "", SSO},
		{"SSO before a login session and a process", sso + "login_session=s\ncredential_process=p", "", "", SSO},
		{"web identity in the environment, and a profile by flag", sso, "", "AWS_WEB_IDENTITY_TOKEN_FILE=f --profile=x", SSO},
		{"keys in the credentials file before a process", "credential_process=p", "aws_access_key_id=A", "", Static},
		{"a login session before a process", "credential_process=p\nlogin_session=s", "", "", Login},
		{"a process before keys in the config", "credential_process=p\naws_access_key_id=A", "", "", Process},
		{"keys in the config", "aws_access_key_id=A", "", "", Static},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			words := strings.Fields(tt.words)
			if len(words) == 0 {
				words = []string{"AWS_PROFILE=x"}
			}
			p, _, err := Resolve(inputsWith("[profile x]\n"+tt.config, "[x]\n"+tt.credentials, words...))
			if err != nil || p.Kind != tt.want {
				t.Fatalf("%+v, %v; want %v", p, err, tt.want)
			}
			if (p.RoleName != "") != (tt.want == SSO) {
				t.Errorf("role %q for %v, want a role only for SSO", p.RoleName, tt.want)
			}
		})
	}
}

func TestClientSettings(t *testing.T) {
	const config = "[default]\nca_bundle=/ca\nuse_fips_endpoint = TRUE # gov\nuse_dualstack_endpoint=no\nmax_attempts=5\nretry_mode=adaptive"
	p, warnings, err := Resolve(inputsWith(config, ""))
	if err != nil || p.CABundle != "/ca" || !p.FIPS || p.DualStack || p.MaxAttempts != 5 || p.RetryMode != "adaptive" {
		t.Errorf("settings of the config: %+v, error %v", p, err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0].Text, `config: line 3: key use_fips_endpoint: lanyard reads "TRUE"`) {
		t.Errorf("warnings %v, want a warning about use_fips_endpoint", warnings)
	}
	p, _, err = Resolve(inputsWith(config, "", "AWS_CA_BUNDLE=", "AWS_USE_FIPS_ENDPOINT=", "AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_MAX_ATTEMPTS=2", "AWS_RETRY_MODE=standard"))
	if err != nil || p.CABundle != "" || p.FIPS || !p.DualStack || p.MaxAttempts != 2 || p.RetryMode != "standard" {
		t.Errorf("settings of the environment: %+v, error %v", p, err)
	}
	p, _, err = Resolve(inputsWith(config, "", "AWS_MAX_ATTEMPTS=many"))
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, p.CheckRetries(), 255, `AWS_MAX_ATTEMPTS: "many" is not a number of attempts (1 or more)`, "")
	p, _, err = Resolve(inputsWith(config, "", "AWS_RETRY_MODE=wild"))
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, p.CheckRetries(), 255, `AWS_RETRY_MODE: "wild" is not a retry mode (legacy, standard or adaptive)`, "")
}
