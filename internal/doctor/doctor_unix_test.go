//go:build unix

package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const testConfig = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
region = us-east-1
`

// A setup describes the machine of a test. The zero value is a healthy machine.
type setup struct {
	config    string // instead of testConfig
	env       map[string]string
	system    map[string]string // files of the system, by path
	home      map[string]string // files of the home folder
	transport http.RoundTripper // nil: each service answers 404, with the right time
	unknown   []string          // hosts that do not exist
	aws       string            // the output of aws --version
	page      string            // the page of the portal
	pageErr   error
	mode      os.FileMode // of the config; 0 means 0600
	real      bool        // use a real transport
	lanyard   bool        // lanyard is on PATH
	peer      string      // the address of aws-sso's server
}

// now is the time of all tests.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// roundTrip is a transport that answers each request in one way.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering returns a transport whose services have another clock.
func answering(slow time.Duration) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Amz-Sso_bearer_token") != "" || r.Method != http.MethodGet {
			return nil, errors.New("the request has a secret, or changes something")
		}
		h := http.Header{"Date": {now.Add(-slow).Format(http.TimeFormat)}}
		return &http.Response{StatusCode: http.StatusNotFound, Header: h, Body: http.NoBody, Request: r}, nil
	}
}

// examine returns the findings of one check for a machine.
func (s setup) examine(t *testing.T, name string) Result {
	t.Helper()
	for _, r := range Examine(t.Context(), s.patient(t)) {
		if r.Check.Name == name {
			return r
		}
	}
	t.Fatalf("there is no check %s", name)
	return Result{}
}

func (s setup) patient(t *testing.T) *Patient {
	t.Helper()
	home, root := t.TempDir(), t.TempDir()
	if s.config == "" {
		s.config = testConfig
	}
	files := map[string]string{filepath.Join(home, ".aws", "config"): s.config}
	for path, text := range s.system {
		files[filepath.Join(root, path)] = text
	}
	for path, text := range s.home {
		files[filepath.Join(home, path)] = text
	}
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s.mode != 0 {
		if err := os.Chmod(filepath.Join(home, ".aws", "config"), s.mode); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(root, "bin")
	if s.aws != "" {
		if err := os.MkdirAll(bin, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, "aws"), []byte("#!/bin/sh\n"), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	if s.lanyard {
		mine, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.MkdirAll(bin, 0o700), os.Symlink(mine, filepath.Join(bin, "lanyard"))); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"HOME": home, "USERPROFILE": home, "PATH": bin, "AWS_PROFILE": "dev", "LANYARD_AGENT_SOCKET": "none"}
	maps.Copy(env, s.env)
	app := &command.App{
		Name: "lanyard", Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		IO: command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard},
		Env: command.Env{
			Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Environ: func() (list []string) {
				for name, v := range env {
					list = append(list, name+"="+v)
				}
				return list
			},
		},
		Transport: s.transport,
	}
	if s.transport == nil && !s.real {
		app.Transport = answering(0)
	}
	p := NewPatient(Quiet(app))
	p.Root, p.PeerServer = root, s.peer
	if p.PeerServer == "" {
		p.PeerServer = "127.0.0.1:1"
	}
	p.LookupHost = func(_ context.Context, host string) ([]string, error) {
		for _, name := range s.unknown {
			if name == host {
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
		}
		return []string{"192.0.2.1"}, nil
	}
	p.Version = func(context.Context, string) (string, error) { return s.aws, nil }
	p.Pages = func(context.Context, string) (string, error) { return s.page, s.pageErr }
	return p
}

// Each row plants one fault, or takes it away.
func TestFaults(t *testing.T) {
	region := `<html><head><meta name="region" content="%s"/></head></html>`
	hash := strings.TrimSuffix(ssocache.TokenName("corp"), ".json")
	inMemory := map[string]string{".aws/sso/cache/." + hash + ssocache.MarkerSuffix: "lanyard-store agent " + hash + " 1"}
	china := strings.NewReplacer("awsapps.com/start", "awsapps.cn/start", "us-east-1", "cn-north-1").Replace(testConfig)
	own := strings.ReplaceAll(testConfig, "d-1234567890.awsapps.com/start", "sso.example.com/")
	for _, row := range []struct {
		name, check string
		setup       setup
		verdict     Verdict
		text        string // part of the text of a finding
	}{
		{"no fault", "clock", setup{}, OK, "less than 30s"},
		{"fast clock", "clock", setup{transport: answering(time.Hour)}, Problem, "1h0m fast"},
		{"slow clock", "clock", setup{transport: answering(-10 * time.Minute)}, Problem, "10m slow"},
		{"clock a minute fast", "clock", setup{transport: answering(time.Minute)}, Warning, "1m fast"},
		{"fast clock in WSL", "clock", setup{transport: answering(time.Hour), env: map[string]string{"WSL_DISTRO_NAME": "Debian"}}, Problem, "hwclock"},

		{"unknown host", "dns", setup{unknown: []string{"oidc.us-east-1.amazonaws.com"}}, Problem, "cannot resolve oidc.us-east-1.amazonaws.com: no such host"},
		{"known hosts", "dns", setup{}, OK, "portal.sso.us-east-1.amazonaws.com"},
		{"a proxy resolves", "dns", setup{unknown: []string{"oidc.us-east-1.amazonaws.com"}, env: map[string]string{"HTTPS_PROXY": "http://proxy.example:3128"}}, NotChecked, "the proxy resolves"},
		{"no connection", "connection", setup{transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, errors.New("connection refused")
		})}, Problem, "oidc.us-east-1.amazonaws.com does not answer"},
		{"connection", "connection", setup{}, OK, "oidc.us-east-1.amazonaws.com in "},
		{"variables of a proxy differ", "proxy", setup{env: map[string]string{"HTTPS_PROXY": "http://a.example:1", "https_proxy": "http://b.example:1"}}, Warning, "HTTPS_PROXY and https_proxy differ"},
		{"invalid proxy", "proxy", setup{env: map[string]string{"HTTPS_PROXY": "http://%zz"}, real: true}, Problem, "HTTPS_PROXY"},
		{"proxy that does not run", "proxy", setup{env: map[string]string{"HTTPS_PROXY": "http://127.0.0.1:1"}, real: true}, Problem, "127.0.0.1:1"},
		{"proxy", "proxy", setup{env: map[string]string{"HTTPS_PROXY": "http://127.0.0.1:1"}}, OK, "from HTTPS_PROXY"},
		{"endpoint without https", "connection", setup{env: map[string]string{"AWS_ENDPOINT_URL_SSO": "http://sso.example.com"}}, Problem, "https"},
		{"missing bundle", "certificates", setup{env: map[string]string{"AWS_CA_BUNDLE": "/none/at/all.pem"}, real: true}, Problem, "the CA bundle cannot be read"},
		{"missing certificates", "certificates", setup{env: map[string]string{"SSL_CERT_FILE": "/none/at/all.pem"}}, Problem, "SSL_CERT_FILE"},

		{"region of the page", "start-url", setup{page: fmt.Sprintf(region, "eu-west-1")}, Problem, "is in the region eu-west-1, as its page says, but sso_region is us-east-1"},
		{"right region", "start-url", setup{page: fmt.Sprintf(region, "us-east-1")}, OK, "https://d-1234567890.awsapps.com/start\n"},
		{"page without a region", "start-url", setup{page: "<html>"}, OK, "sso_region was not compared"},
		{"page with an unknown region", "start-url", setup{page: fmt.Sprintf(region, "xx-none-1")}, OK, "sso_region was not compared"},
		{"portal does not exist", "start-url", setup{pageErr: errors.New("404")}, Problem, "does not answer, but the services of us-east-1 do"},
		{"page of another company", "start-url", setup{config: strings.ReplaceAll(testConfig, "d-1234567890.awsapps.com/start", "acme.okta.com")}, Problem, "a sign-in page of Okta"},
		{"backslash", "start-url", setup{config: strings.ReplaceAll(testConfig, "/start", `/start/\#/`)}, Warning, "backslash"},
		{"quotes", "start-url", setup{config: strings.ReplaceAll(testConfig, "https://d-1234567890.awsapps.com/start", `"https://d-1234567890.awsapps.com/start"`)}, Problem, "quotes"},

		{"swap", "swap", setup{home: inMemory, system: map[string]string{"proc/swaps": "Filename\tType\n/dev/sda2 partition 1 0 -2\n"}}, Warning, "/dev/sda2"},
		{"swap in memory", "swap", setup{home: inMemory, system: map[string]string{"proc/swaps": "Filename\tType\n/dev/zram0 partition 1 0 100\n"}}, OK, "no swap"},
		{"no swap", "swap", setup{home: inMemory, system: map[string]string{"proc/swaps": "Filename\tType\n"}}, OK, "no swap"},
		{"swap, but files", "swap", setup{system: map[string]string{"proc/swaps": "Filename\tType\n/dev/sda2 partition 1 0 -2\n"}}, OK, "no token is only in memory"},
		{"the agent has ended", "store", setup{home: inMemory}, Problem, "in the memory of an agent that has ended"},

		{"container", "place", setup{system: map[string]string{".dockerenv": ""}}, Warning, "in a container"},
		{"container of podman", "place", setup{system: map[string]string{"run/.containerenv": ""}}, Warning, "in a container"},
		{"WSL without a browser", "place", setup{system: map[string]string{"proc/version": "Linux version 5.15-microsoft-standard-WSL2"}}, Warning, "in WSL, no browser"},
		{"WSL with a browser", "place", setup{system: map[string]string{"proc/version": "Linux version 5.15-microsoft-standard-WSL2"}, env: map[string]string{"BROWSER": "chrome.exe"}}, OK, "in WSL"},
		{"SSH", "place", setup{env: map[string]string{"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}}, OK, "ssh -L"},
		{"this machine", "place", setup{}, OK, "on this machine"},

		{"compose service", "credential-server", setup{env: map[string]string{fullURI: "http://broker:8080/"}}, Problem, "names broker"},
		{"https server", "credential-server", setup{env: map[string]string{fullURI: "https://broker:8080/"}}, OK, ""},
		{"address of ECS", "credential-server", setup{env: map[string]string{fullURI: "http://169.254.170.2/creds"}}, OK, ""},
		{"newline in the token", "credential-server", setup{env: map[string]string{fullURI: "http://127.0.0.1:1/", token: "abc\n"}}, Problem, "has a newline"},
		{"no token file", "credential-server", setup{env: map[string]string{tokenFile: "/none/at/all"}}, Problem, "no such file"},

		{"AWS CLI 1", "aws-cli", setup{aws: "aws-cli/1.45.11 Python/3.11"}, Problem, "cannot sign in"},
		{"AWS CLI before PKCE", "aws-cli", setup{aws: "aws-cli/2.9.19 Python/3.11"}, Warning, "device code"},
		{"AWS CLI that rejects China", "aws-cli", setup{aws: "aws-cli/2.36.0 Python/3.13", config: china}, Problem, "outside the commercial regions"},
		{"the same with another region", "aws-cli", setup{aws: "aws-cli/2.36.0 Python/3.13"}, OK, "2.36.0"},
		{"AWS CLI without own domains", "aws-cli", setup{aws: "aws-cli/2.30.0 Python/3.13", config: own}, Problem, "own domain"},
		{"AWS CLI without login", "aws-cli", setup{aws: "aws-cli/2.30.0 Python/3.13", config: testConfig + "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/a\n"}, Problem, "login_session"},
		{"good AWS CLI", "aws-cli", setup{aws: "aws-cli/2.36.7 Python/3.13", config: china}, OK, "2.36.7"},

		{"lanyard is not on PATH", "path", setup{}, Warning, "lanyard is not on PATH"},
		{"lanyard is on PATH", "path", setup{lanyard: true}, OK, "there is no aws"},
		{"large config", "config-size", setup{aws: "aws-cli/2.36.7 Python/3.13", config: testConfig + strings.Repeat("# a comment\n", 100_000)}, Warning, "1201 kB"},
		{"large config without the AWS CLI", "config-size", setup{config: testConfig + strings.Repeat("# a comment\n", 100_000)}, OK, "not installed"},

		{"files of other tools", "other-tools", setup{home: map[string]string{".aws-sso/config.yaml": "", ".granted/config": ""}}, OK, "aws-sso (~/.aws-sso), granted (~/.granted)"},
		{"keys in a readable config", "permissions", setup{config: testConfig + "[profile keys]\naws_access_key_id = a\naws_secret_access_key = b\n", mode: 0o644}, Problem, "other users can read the secrets in ~/.aws/config"},
		{"readable config without keys", "permissions", setup{mode: 0o644}, OK, ""},
		{"no profile", "config", setup{config: " "}, Problem, "there is no profile"},
		{"wrong region of a profile", "config", setup{config: strings.Replace(testConfig, "region = us-east-1\n[", "region = us-east-1\n[", 1) + "[profile odd]\nregion = not a region\n"}, Problem, "profile odd"},
		{"web identity in the environment", "variables", setup{env: map[string]string{"AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/a", "AWS_WEB_IDENTITY_TOKEN_FILE": "/none"}}, Problem, "AWS_WEB_IDENTITY_TOKEN_FILE"},
		{"shell of aws-vault", "variables", setup{env: map[string]string{"AWS_VAULT": "prod"}}, Warning, "aws-vault"},
		{"password in an endpoint", "variables", setup{env: map[string]string{"AWS_ENDPOINT_URL": "http://a:hush@127.0.0.1:4566"}}, Warning, "http://a:xxxxx@127.0.0.1:4566"},
		{"variable in a credential_process", "processes", setup{config: testConfig + "[profile odd]\ncredential_process = TOKEN=hush prog\n"}, Problem, "odd runs a line without a program"},
		{"LocalStack", "variables", setup{env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}}, Warning, "http://127.0.0.1:4566 instead of AWS"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := row.setup.examine(t, row.check)
			text := ""
			for _, f := range r.Findings {
				text += f.Text + "\n" + f.Fix + "\n"
			}
			if r.Verdict() != row.verdict || !strings.Contains(text, row.text) {
				t.Errorf("%s is %s: %s\nwant %s: %s", row.check, r.Verdict(), text, row.verdict, row.text)
			}
		})
	}
}

// A server of aws-sso without a token lists its slots to everyone.
func TestPeerServer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		verdict Verdict
	}{
		{"open", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/slot" {
				t.Errorf("doctor asked for %s, which can have credentials", r.URL.Path)
			}
			fmt.Fprint(w, `[{"ProfileName":"prod"}]`)
		}, Problem},
		{"with a token", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, OK},
		{"another server", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, OK},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(row.handler)
			t.Cleanup(srv.Close)
			r := setup{peer: srv.Listener.Addr().String()}.examine(t, "other-tools")
			if r.Verdict() != row.verdict {
				t.Errorf("got %v, want %s", r, row.verdict)
			}
		})
	}
}

// The services have certificates that nothing trusts.
func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s := setup{env: map[string]string{"AWS_ENDPOINT_URL_SSO": srv.URL, "AWS_ENDPOINT_URL_SSO_OIDC": srv.URL}}
	p := s.patient(t)
	p.W.App.Transport = nil // the real transport
	for _, r := range Examine(t.Context(), p) {
		switch r.Check.Name {
		case "certificates":
			if r.Verdict() != Problem || !strings.Contains(r.Findings[0].Text, "certificate") || !strings.Contains(r.Findings[0].Fix, "AWS_CA_BUNDLE") {
				t.Errorf("certificates: %v", r.Findings)
			}
		case "connection":
			if r.Verdict() != NotChecked {
				t.Errorf("connection: %v", r.Findings)
			}
		}
	}
}

// The repair of a wrong region changes only the region.
func TestRepairOfRegion(t *testing.T) {
	t.Parallel()
	p := setup{page: `<meta name="region" content="eu-west-1"/>`}.patient(t)
	for _, r := range Examine(t.Context(), p) {
		for _, f := range r.Findings {
			if f.Repair != nil {
				if err := f.Repair.Do(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	got, err := os.ReadFile(p.W.In.Config.Path)
	want := strings.Replace(testConfig, "sso_region = us-east-1", "sso_region = eu-west-1", 1)
	if err != nil || string(got) != want {
		t.Errorf("the config is %s (%v), want %s", got, err, want)
	}
}

// Without a repair, the checks write no file.
func TestExamineChangesNothing(t *testing.T) {
	t.Parallel()
	p := setup{home: map[string]string{".aws/credentials": "[keys]\naws_access_key_id = a\n", ".config/lanyard/config.yaml": "guard: []\n", ".local/state/lanyard/audit.jsonl": ""}}.patient(t)
	before := listing(t, p.W.Home)
	Examine(t.Context(), p)
	if after := listing(t, p.W.Home); after != before {
		t.Errorf("the home folder was\n%s\nand is\n%s", before, after)
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		fmt.Fprintln(&b, path, info.Mode(), info.Size(), info.ModTime())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aws-cli/2.36.7 Python/3.13.4 Linux/6.1 exe/x86_64": "2.36.7", "aws-cli/1.45.11 Python/3.11": "1.45.11", "aws-cli/2.9": "", "": "", "2.36.7": "", "aws-cli/99999.1.1": "",
	} {
		v, ok := parseVersion(text)
		if got := v.String(); ok != (want != "") || ok && got != want {
			t.Errorf("parseVersion(%q) = %s, %v, want %q", text, got, ok, want)
		}
	}
}

// A profile that is not resolved, because it is plain, would have no finding.
func TestPlainProfilesHaveNoFindings(t *testing.T) {
	t.Parallel()
	p := setup{
		config: testConfig + `[profile two]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
sso_account_name = Account 2
output = json
[profile no-session]
sso_session = none
sso_account_id = 111122223333
sso_role_name = Admin
[profile no-role]
sso_session = corp
sso_account_id = 111122223333
[profile short]
sso_session = corp
sso_account_id = 1111
sso_role_name = Admin
[profile chained]
role_arn = arn:aws:iam::111122223333:role/a
source_profile = none
[profile region]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
region = a b
[profile refresh]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
sso_refresh_window = soon
[profile both]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
`,
		home: map[string]string{".aws/credentials": "[both]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = none\n"},
	}.patient(t)
	plain := p.plainProfiles()
	for name, want := range map[string]bool{"dev": true, "two": true, "no-session": false, "no-role": false, "short": false, "chained": false, "region": false, "refresh": false, "both": false} {
		found := profileFindings(p.W.In, name)
		if plain[name] != want || plain[name] && len(found) > 0 || !want && len(found) == 0 {
			t.Errorf("profile %s: plain %v, want %v; findings %v", name, plain[name], want, found)
		}
	}
}

// Files of another user are a problem, except for root, who gives new files to the owner of the folder.
func TestOwner(t *testing.T) {
	t.Parallel()
	for uid, want := range map[int]Verdict{os.Geteuid(): OK, 0: OK, os.Geteuid() + 4711: Problem} {
		p := setup{}.patient(t)
		p.UID = uid
		for _, r := range Examine(t.Context(), p) {
			if r.Check.Name == "permissions" && (r.Verdict() != want || want == Problem && !strings.Contains(r.Findings[0].Fix, "sudo chown")) {
				t.Errorf("user %d: %v, want %s", uid, r.Findings, want)
			}
		}
	}
}

// A group that only the user belongs to may write to a config, but not read keys.
func TestModes(t *testing.T) {
	t.Parallel()
	p := setup{}.patient(t)
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		mode   os.FileMode
		secret bool
		want   int
	}{{0o600, true, 0}, {0o640, true, 1}, {0o604, true, 1}, {0o644, false, 0}, {0o666, false, 1}, {0o400, true, 0}} {
		if err := os.Chmod(path, row.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		mask := writable
		if row.secret {
			mask = readable
		}
		found := p.judgeFile(protected{path, mask, row.secret}, info)
		if len(found) != row.want {
			t.Errorf("mode %o, secret %v: %v, want %d findings", row.mode, row.secret, found, row.want)
		}
		for _, f := range found {
			if err := f.Repair.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || len(p.judgeFile(protected{path, mask, row.secret}, info)) > 0 {
				t.Errorf("mode %o is still a problem after the repair, error %v", row.mode, err)
			}
		}
	}
}

// Services, a portal and an AWS CLI that never answer delay the checks only by the Limit.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := setup{aws: "aws-cli/2.36.7", transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}.patient(t)
		p.Pages = func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() }
		p.Version = func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() }
		p.LookupHost = func(ctx context.Context, _ string) ([]string, error) { return nil, nil }
		began := time.Now()
		verdicts := map[string]Verdict{}
		for _, r := range Examine(t.Context(), p) {
			verdicts[r.Check.Name] = r.Verdict()
		}
		if took := time.Since(began); took > Limit {
			t.Errorf("the checks took %s, want at most %s", took, Limit)
		}
		if verdicts["connection"] != Problem || verdicts["aws-cli"] != NotChecked || verdicts["clock"] != NotChecked || verdicts["start-url"] != OK {
			t.Errorf("got %v", verdicts)
		}
	})
}
