package cli

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
)

const identityReply = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

func answerIdentity(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, identityReply) }

// whoAmI runs sts get-caller-identity against an endpoint.
func whoAmI(t *testing.T, home, endpoint string, env []string, args ...string) (stderr string, code int) {
	t.Helper()
	environ := append([]string{
		"HOME=" + home, "USERPROFILE=" + home, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1",
	}, env...)
	var out, errs strings.Builder
	app := &command.App{
		Name: "lanyard", IO: command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, Now: time.Now,
		Env: command.Env{
			Environ: func() []string { return environ },
			Lookup: func(name string) (string, bool) {
				for _, entry := range environ {
					if v, ok := strings.CutPrefix(entry, name+"="); ok {
						return v, true
					}
				}
				return "", false
			},
		},
	}
	code = Run(t.Context(), app, append([]string{"sts", "get-caller-identity", "--endpoint-url", endpoint}, args...))
	return errs.String(), code
}

func writeHome(t *testing.T, files map[string]string) (home string) {
	t.Helper()
	home = t.TempDir()
	for name, content := range files {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func TestCertificates(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(answerIdentity))
	srv.Config.ErrorLog = nil
	srv.StartTLS()
	defer srv.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}))
	home := writeHome(t, map[string]string{
		"corp.pem":    ca,
		".aws/config": "[default]\n[profile corp]\nca_bundle = ~/corp.pem\n[profile none]\nca_bundle = ~/none.pem\n[profile empty]\nca_bundle =\n",
	})
	const system = "the trusted certificates are the system's"
	for _, tt := range []struct {
		name  string
		env   []string
		flags []string
		want  string // expected text in stderr; "" means that the call succeeds
	}{
		{"the system's", nil, nil, system},
		{"the variable", []string{"AWS_CA_BUNDLE=~/corp.pem"}, nil, ""},
		{"a variable in the variable", []string{"AWS_CA_BUNDLE=$HOME/corp.pem"}, nil, ""},
		{"the profile", []string{"AWS_PROFILE=corp"}, nil, ""},
		{"the flag", []string{"AWS_CA_BUNDLE=/none.pem"}, []string{"--ca-bundle", "~/corp.pem"}, ""},
		{"requests' variable", []string{"REQUESTS_CA_BUNDLE=~/corp.pem"}, nil, ""},
		{"curl's variable does not count", []string{"CURL_CA_BUNDLE=~/corp.pem"}, nil, system},
		{"the variable before the profile", []string{"AWS_PROFILE=none", "AWS_CA_BUNDLE=~/corp.pem"}, nil, ""},
		{"the profile before requests' variable", []string{"AWS_PROFILE=none", "REQUESTS_CA_BUNDLE=~/corp.pem"}, nil, "the path comes from ca_bundle of profile none (line 5)"},
		{"an empty variable switches off", []string{"AWS_PROFILE=corp", "AWS_CA_BUNDLE="}, nil, "the trusted certificates are the system's, because AWS_CA_BUNDLE is empty"},
		{"an empty setting switches off", []string{"AWS_PROFILE=empty", "REQUESTS_CA_BUNDLE=~/corp.pem"}, nil, "the trusted certificates are the system's, because ca_bundle of profile empty (line 7) is empty"},
		{"no verification", []string{"AWS_CA_BUNDLE=~/none.pem"}, []string{"--no-verify-ssl"}, ""},
		{"a file that is missing", []string{"AWS_CA_BUNDLE=~/none.pem"}, nil, "the path comes from AWS_CA_BUNDLE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stderr, code := whoAmI(t, home, srv.URL, tt.env, tt.flags...)
			if (code == 0) != (tt.want == "") || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit code %d, want %q: %s", code, tt.want, stderr)
			}
		})
	}
}

func TestProxies(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(answerIdentity))
	defer srv.Close()
	var proxied, user string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied, user = r.RequestURI, r.Header.Get("Proxy-Authorization")
		answerIdentity(w, r)
	}))
	defer proxy.Close()
	address := strings.TrimPrefix(proxy.URL, "http://")
	home := writeHome(t, nil)
	for _, tt := range []struct {
		name  string
		env   []string
		proxy bool
	}{
		{"no proxy", nil, false},
		{"a loopback address is no exception", []string{"HTTP_PROXY=" + proxy.URL}, true},
		{"lower case", []string{"http_proxy=" + proxy.URL, "HTTP_PROXY=http://127.0.0.1:1"}, true},
		{"lower case switches off", []string{"http_proxy=", "HTTP_PROXY=" + proxy.URL}, false},
		{"without a scheme", []string{"HTTP_PROXY=" + address}, true},
		{"with a password", []string{"HTTP_PROXY=http://jane:p%40ss@" + address}, true},
		{"of another scheme", []string{"HTTPS_PROXY=" + proxy.URL, "ALL_PROXY=" + proxy.URL}, false},
		{"NO_PROXY for all", []string{"HTTP_PROXY=" + proxy.URL, "NO_PROXY=*"}, false},
		{"NO_PROXY for the host", []string{"HTTP_PROXY=" + proxy.URL, "NO_PROXY=example.com, 127.0.0.1"}, false},
		{"NO_PROXY in lower case wins", []string{"HTTP_PROXY=" + proxy.URL, "NO_PROXY=*", "no_proxy="}, true},
		{"NO_PROXY has no CIDR notation", []string{"HTTP_PROXY=" + proxy.URL, "NO_PROXY=127.0.0.0/8"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(tt.name, "lower case") {
				t.Skip("names of variables ignore case on Windows")
			}
			proxied, user = "", ""
			if stderr, code := whoAmI(t, home, srv.URL, tt.env); code != 0 {
				t.Fatalf("exit code %d, want 0: %s", code, stderr)
			}
			if (proxied == srv.URL+"/") != tt.proxy {
				t.Errorf("the proxy got %q", proxied)
			}
			if want := "Basic amFuZTpwQHNz"; strings.Contains(tt.name, "password") && user != want {
				t.Errorf("the proxy got %q, want %q", user, want)
			}
		})
	}
	stderr, code := whoAmI(t, home, srv.URL, []string{"HTTP_PROXY=socks5://jane:hidden@127.0.0.1:1"})
	if code != 255 || !strings.Contains(stderr, "lanyard: the proxy in HTTP_PROXY is not an http or https URL\nhint: ") || strings.Contains(stderr, "hidden") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
