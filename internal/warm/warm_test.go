package warm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/rolecache"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/settings"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/warm"
)

const (
	startURL = "https://d-1234567890.awsapps.com/start"
	config   = `[sso-session corp]
sso_start_url = ` + startURL + `
sso_region = us-east-1

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
`
	services = "services = x\n[services x]\nsso =\n  endpoint_url = http://127.0.0.1:1\n"
)

// A home is a home folder with a config, a token and role credentials.
type home struct {
	files keystore.Files
	env   map[string]string
	token ssocache.Token
	creds ssocache.Credentials
}

func newHome(t *testing.T, now time.Time) *home {
	dir := t.TempDir()
	return &home{
		files: keystore.Files{Dir: ssocache.Dir{Home: dir}},
		env:   map[string]string{"HOME": dir, "USERPROFILE": dir},
		token: ssocache.Token{
			StartURL: startURL, Region: "us-east-1", AccessToken: secret.New("token"), ExpiresAt: now.Add(time.Hour),
		},
		creds: ssocache.Credentials{
			AccessKeyID: "ASIA", SecretAccessKey: secret.New("key"), SessionToken: secret.New("session"),
			Expiration: now.Add(time.Hour), AccountID: "111122223333",
		},
	}
}

func (h *home) write(t *testing.T, config string) {
	t.Helper()
	if err := os.MkdirAll(h.files.SSO(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.files.TokenPath("corp"), h.token.Encode(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.files.SaveCredentials(ssocache.RoleName("111122223333", "Admin", "corp", startURL), h.creds); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.files.Home, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (h *home) lookup(name string) (string, bool) {
	v, ok := h.env[name]
	return v, ok
}

func TestAnswer(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	line := func(args ...string) []string { return append([]string{"lanyard"}, args...) }
	plain := line("sso", "get-credentials", "--profile", "dev")
	tests := []struct {
		name   string
		args   []string
		change func(h *home)
		config string // "" means the usual config
		want   bool
	}{
		{"everything in the cache", plain, nil, "", true},
		{"the flag with =", line("sso", "get-credentials", "--profile=dev"), nil, "", true},
		{"the profile from the environment", line("sso", "get-credentials"), func(h *home) { h.env["AWS_PROFILE"] = "dev" }, "", true},
		{"credentials with exactly 15 minutes left", plain, func(h *home) { h.creds.Expiration = now.Add(15 * time.Minute) }, "", true},
		{"credentials with less left", plain, func(h *home) { h.creds.Expiration = now.Add(15*time.Minute - time.Second) }, "", false},
		{"a token that is due", plain, func(h *home) { h.token.ExpiresAt = now.Add(14 * time.Minute) }, "", false},
		{"an expired token", plain, func(h *home) { h.token.ExpiresAt = now }, "", false},
		{"a token that is due, not to be refreshed", plain, func(h *home) { h.token.ExpiresAt = now.Add(14 * time.Minute) }, config + "sso_auto_refresh = false\n", true},
		{"a window longer than the token's lifetime and less than half of it left", plain, func(h *home) { h.token.ExpiresAt = now.Add(29 * time.Minute) }, config + "sso_refresh_window = 43200  # 12 hours\n", false},
		{"a token of another start URL", plain, func(h *home) { h.token.StartURL = "https://x.awsapps.com/start" }, "", false},
		{"a token in another store", plain, func(h *home) {
			if err := os.MkdirAll(h.files.SSO(), 0o700); err != nil {
				panic(err)
			}
			if err := os.WriteFile(ssocache.MarkerPath(h.files.TokenPath("corp")), []byte("lanyard-store keychain x y\n"), 0o600); err != nil {
				panic(err)
			}
		}, "", false},
		{"an unknown profile", line("sso", "get-credentials", "--profile", "nope"), nil, "", false},
		{"another role", plain, nil, strings.Replace(config, "Admin", "Reader", 1), false},
		{"a config with a warning", plain, nil, config + "region = a\nregion = b\n", false},
		{"a config that cannot be read", plain, nil, config + "[", false},
		{"a chain of credential processes", plain, func(h *home) { h.env["_AWS_CLI_PROFILE_CHAIN"] = "a" }, "", false},
		{"credentials of AWS", plain, func(h *home) { h.creds.Origin = ssocache.AWS }, "", true},
		{"credentials of another portal", plain, func(h *home) { h.creds.Origin = "http://127.0.0.1:1" }, "", false},
		{"a portal in the environment and its credentials", plain, func(h *home) {
			h.env["AWS_ENDPOINT_URL_SSO"], h.creds.Origin = "http://127.0.0.1:1/", "http://127.0.0.1:1"
		}, "", true},
		{"a portal in the environment and credentials of AWS", plain, func(h *home) {
			h.env["AWS_ENDPOINT_URL_SSO"], h.creds.Origin = "http://127.0.0.1:1", ssocache.AWS
		}, "", false},
		{"a local portal in the environment and credentials without an origin", plain, func(h *home) { h.env["AWS_ENDPOINT_URL_SSO"] = "http://127.0.0.1:1" }, "", true},
		{"a remote portal in the environment and credentials without an origin", plain, func(h *home) { h.env["AWS_ENDPOINT_URL_SSO"] = "https://other.example" }, "", false},
		{"a portal in the config and credentials without an origin", plain, nil, config + services, false},
		{"a general endpoint", plain, func(h *home) { h.env["AWS_ENDPOINT_URL"] = "https://other.example" }, config + "endpoint_url = https://other.example\n", true},
		{"no home", plain, func(h *home) { h.env = map[string]string{} }, "", false},
		{"another flag", line("sso", "get-credentials", "--profile", "dev", "--debug"), nil, "", false},
		{"a global flag before the command", line("--profile", "dev", "sso", "get-credentials"), nil, "", false},
		{"another command", line("sso", "login", "--profile", "dev"), nil, "", false},
		{"no command", line(), nil, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, now)
			if tt.change != nil {
				tt.change(h)
			}
			text := tt.config
			if text == "" {
				text = config
			}
			h.write(t, text)
			answer, ok := warm.Answer(tt.args, h.lookup, now)
			if ok != tt.want {
				t.Fatalf("answered: %v, want %v", ok, tt.want)
			}
			if ok && string(answer) != string(h.creds.ProcessJSON()) {
				t.Errorf("answer %s, want the cached credentials", answer)
			}
		})
	}
}

// The audit record has each answer. If an answer cannot be recorded, or if the settings can say more
// about the record or about rules, the normal command runs.
func TestAnswerIsRecorded(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	args := []string{"lanyard", "sso", "get-credentials", "--profile", "dev"}
	h := newHome(t, now)
	h.write(t, config)
	if _, ok := warm.Answer(args, h.lookup, now); !ok {
		t.Fatal("no answer")
	}
	log, _ := audit.In(h.lookup)
	var got []audit.Entry
	if err := log.Read(time.Time{}, func(e audit.Entry) bool { got = append(got, e); return true }); err != nil || len(got) != 1 {
		t.Fatalf("%d entries, %v; want 1", len(got), err)
	}
	if e := got[0]; e.Profile != "dev" || e.KeyID != h.creds.AccessKeyID || e.PID != os.Getpid() || e.Source != audit.Cache || !e.Time.Equal(now) {
		t.Errorf("the entry is %+v", e)
	}
	path := settings.Path(h.lookup)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]bool{
		"audit:\n  required: true\n":           true,
		"audit:\n  forward: syslog\n":          false,
		"guard:\n  - action: deny\n":           false,
		"\"\\u0067uard\":\n  - action: deny\n": false,
		"inventory: {}\n":                      true,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := warm.Answer(args, h.lookup, now); ok != want {
			t.Errorf("with the settings %q: answered %v, want %v", content, ok, want)
		}
	}
	if err := os.RemoveAll(log.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := warm.Answer(args, h.lookup, now); ok {
		t.Error("an answer without an entry in the record")
	}
}

// Answer prints the segment of a prompt. If an error occurs, it prints nothing.
func TestPrompt(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	h := newHome(t, now)
	h.write(t, config)
	for _, tt := range []struct {
		args string
		want string // "-" if the normal command runs
	}{
		{"lanyard prompt --profile dev", "dev 111122223333 1h00m"},
		{"/bin/lanyard prompt --profile=dev --format={profile}", "dev"},
		{"lanyard prompt --format {session} --profile dev", "1h00m"},
		{"lanyard prompt", ""},
		{"lanyard prompt --profile nope", ""},
		{"lanyard prompt --profile", "-"},
		{"lanyard prompt --profile dev --output json", "-"},
		{"lanyard prompt --help", "-"},
		{"lanyard prompt dev", "-"},
		{"/usr/bin/aws prompt --profile dev", "-"},
		{"lanyard status", "-"},
	} {
		got, ok := warm.Answer(strings.Fields(tt.args), h.lookup, now)
		if ok != (tt.want != "-") || ok && string(got) != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.args, got, ok, tt.want)
		}
	}
}

// Answer runs before the costly packages are initialised, which is the purpose of package
// warm. The normal command prints the same answer. The test selects it with another flag.
func TestAnswersBeforeInitialisation(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	exe := filepath.Join(t.TempDir(), "lanyard.exe")
	if out, err := exec.Command("go", "build", "-o", exe, "github.com/lanyard-cli/lanyard/cmd/lanyard").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	h := newHome(t, time.Now())
	h.write(t, config)
	run := func(args ...string) (stdout, trace string) {
		cmd := exec.Command(exe, args...)
		cmd.Env = []string{"HOME=" + h.files.Home, "USERPROFILE=" + h.files.Home, "GODEBUG=inittrace=1"}
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, errs.String())
		}
		return out.String(), errs.String()
	}
	names := `net|net/http|crypto/tls|mime|github\.com/spf13/\S+|github\.com/aws/\S+/(schemas|service/\S+)`
	if runtime.GOOS == "linux" {
		names += `|golang\.org/x/sys/(cpu|unix)` // asks the processor for its features, which is slow in a virtual machine
	}
	costly := regexp.MustCompile(`(?m)^init (` + names + `) @`)
	for _, tt := range []struct {
		warm, cold []string
		want       string // part of the answer
	}{
		{
			[]string{"sso", "get-credentials", "--profile", "dev"},
			[]string{"sso", "get-credentials", "--profile", "dev", "--color", "off"},
			`"ASIA"`,
		},
		{[]string{"__complete", "fish", "--profile", ""}, []string{"__complete", "fish", "--debug", "--profile", ""}, "dev\t111122223333 · Admin\n"},
		{[]string{"__complete", "fish", "exec", ""}, []string{"__complete", "fish", "--debug", "exec", ""}, "dev\t111122223333 · Admin\n"},
	} {
		warmOut, warmTrace := run(tt.warm...)
		coldOut, coldTrace := run(tt.cold...)
		if warmOut != coldOut || !strings.Contains(warmOut, tt.want) {
			t.Errorf("%q: package warm prints\n%s\nthe normal command\n%s", tt.warm, warmOut, coldOut)
		}
		if found := costly.FindAllString(warmTrace, -1); found != nil {
			t.Errorf("%q: packages initialised before the answer: %q", tt.warm, found)
		}
		if !costly.MatchString(coldTrace) {
			t.Errorf("%q: the trace of the normal command has none of the costly packages: the names in this test are wrong", tt.cold)
		}
	}
}

const roleConfig = config + `
[profile role]
role_arn = arn:aws:iam::444455556666:role/Deploy
source_profile = dev
`

// assumed returns the credentials of the profile role, as lanyard caches them, and the name of
// their file.
func (h *home) assumed(t *testing.T, now time.Time) (ssocache.Assumed, string) {
	t.Helper()
	doc := awsconfig.NewDoc("config", false, roleConfig)
	p, _, err := profile.Resolve(profile.Inputs{Profile: "role", LookupEnv: h.lookup, Config: doc})
	if err != nil {
		t.Fatal(err)
	}
	chain, _, err := p.Chain()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := rolecache.Entries(p, chain, h.lookup)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries, %v; want 1", len(entries), err)
	}
	a := ssocache.Assumed{Credentials: h.creds, Source: entries[0].Source}
	a.AccessKeyID, a.Session, a.Expiration = "ASIAROLE", "corp", now.Add(time.Hour)
	return a, entries[0].File
}

func TestAnswerForAnAssumedRole(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		change func(h *home, a *ssocache.Assumed)
		want   bool
	}{
		{"everything in the cache", func(*home, *ssocache.Assumed) {}, true},
		{"less than 15 minutes left", func(_ *home, a *ssocache.Assumed) { a.Expiration = now.Add(15*time.Minute - time.Second) }, false},
		{"another source", func(_ *home, a *ssocache.Assumed) { a.Source = "other" }, false},
		{"written by the AWS CLI", func(_ *home, a *ssocache.Assumed) { a.Source = "" }, false},
		{"another STS", func(h *home, _ *ssocache.Assumed) { h.env["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1" }, false},
		{"another portal", func(h *home, _ *ssocache.Assumed) { h.env["AWS_ENDPOINT_URL_SSO"] = "http://127.0.0.1:1" }, false},
		{"an expired token", func(h *home, _ *ssocache.Assumed) { h.token.ExpiresAt = now }, false},
		{"a token that is due", func(h *home, _ *ssocache.Assumed) { h.token.ExpiresAt = now.Add(14 * time.Minute) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, now)
			a, file := h.assumed(t, now)
			tt.change(h, &a)
			h.write(t, roleConfig)
			if err := os.WriteFile(filepath.Join(h.files.Roles(), file), a.Encode(), 0o600); err != nil {
				t.Fatal(err)
			}
			answer, ok := warm.Answer([]string{"lanyard", "sso", "get-credentials", "--profile", "role"}, h.lookup, now)
			if ok != tt.want || ok && !strings.Contains(string(answer), `"ASIAROLE"`) {
				t.Errorf("Answer = %s, %v; want %v", answer, ok, tt.want)
			}
			if !ok {
				return
			}
			log, _ := audit.In(h.lookup)
			var got audit.Entry
			if err := log.Read(time.Time{}, func(e audit.Entry) bool { got = e; return true }); err != nil {
				t.Fatal(err)
			}
			if got.Account != "444455556666" || got.Role != "Deploy" || got.Profile != "role" {
				t.Errorf("the audit record has the account %q, the role %q and the profile %q", got.Account, got.Role, got.Profile)
			}
		})
	}
}
