package credentials

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// reply is the answer of a container's endpoint.
const reply = `{"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret", "Token": "token",` +
	` "Expiration": "2030-01-02T03:04:05Z", "AccountId": "111122223333"}`

// appWith returns an App with this environment.
func appWith(environ ...string) *command.App {
	return &command.App{Env: command.EnvOf(environ), Log: slog.New(slog.DiscardHandler)}
}

func TestCheckContainerURL(t *testing.T) {
	const unsupported = "Unsupported host"
	for address, message := range map[string]string{
		"http://169.254.170.2/x":            "",
		"http://169.254.170.23/x":           "",
		"http://[fd00:ec2::23]/x":           "",
		"http://localhost:8080/x":           "",
		"http://127.0.0.1:8080/x":           "",
		"http://127.9.9.9/x":                "",
		"http://[::1]:8080/x":               "",
		"https://example.com/x":             "",
		"http://example.com/x":              unsupported,
		"http://10.0.0.1/x":                 unsupported,
		"http://169.254.169.254/x":          unsupported,
		"http://localhost.example.com/x":    unsupported,
		"http://127.0.0.1.example.com/x":    unsupported,
		"http://127.0.0.1@example.com/x":    unsupported,
		"http://169.254.170.2.example/":     unsupported,
		"ftp://127.0.0.1/x":                 "not a URL",
		"127.0.0.1/x":                       "not a URL",
		"/x":                                "not a URL",
		"http://":                           "not a URL",
		"http://169.254.170.2@evil.example": unsupported,
	} {
		err := checkContainerURL(address)
		if (err == nil) != (message == "") || err != nil && !strings.Contains(err.Error(), message) {
			t.Errorf("%s: error %v, want %q", address, err, message)
		}
	}
}

func TestContainer(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"token": "of-file", "lines": "a\nb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var authorization atomic.Value
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization.Store(r.Header.Get("Authorization"))
		_, _ = fmt.Fprint(w, reply)
	}))
	defer srv.Close()
	token, file := authToken+"=of-variable", authFile+"="+filepath.Join(dir, "token")
	for _, tt := range []struct {
		name    string
		environ []string
		header  string
		message string
	}{
		{"without a token", nil, "", ""},
		{"with a token", []string{token}, "of-variable", ""},
		{"with a file", []string{file}, "of-file", ""},
		{"the file comes first", []string{token, file}, "of-file", ""},
		{"a token with a line end", []string{authToken + "=a\r\nX: y"}, "", "Auth token value is not a legal header value"},
		{"a file with lines", []string{authFile + "=" + filepath.Join(dir, "lines")}, "", "Auth token value is not a legal header value"},
		{"a missing file", []string{authFile + "=" + filepath.Join(dir, "none")}, "", authFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			authorization.Store("no request")
			c, err := container(t.Context(), appWith(append(tt.environ, fullURI+"="+srv.URL+"/keys")...))
			if tt.message != "" {
				if err == nil || !strings.Contains(err.Error(), tt.message) || authorization.Load() != "no request" {
					t.Errorf("error %v, want %q and no request; Authorization was %q", err, tt.message, authorization.Load())
				}
				return
			}
			want := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
			if err != nil || c.AccessKeyID != "ASIAEXAMPLE" || c.SessionToken.Reveal() != "token" || c.AccountID != "111122223333" || !c.Expiration.Equal(want) {
				t.Errorf("credentials %+v, error %v", c, err)
			}
			if authorization.Load() != tt.header {
				t.Errorf("Authorization = %q, want %q", authorization.Load(), tt.header)
			}
		})
	}
}

// A container that does not answer yet is asked again.
func TestContainerIsAskedAgain(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 1 {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprint(w, reply)
	}))
	defer srv.Close()
	c, err := container(t.Context(), appWith(fullURI+"="+srv.URL))
	if err != nil || c.AccessKeyID != "ASIAEXAMPLE" || requests.Load() != 2 {
		t.Errorf("credentials %+v after %d requests, error %v", c, requests.Load(), err)
	}
}

// A redirect could send the token to another host.
func TestMetadataRequestFollowsNoRedirect(t *testing.T) {
	var visited atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Store(true) }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer srv.Close()
	_, err := metadataRequest(t.Context(), http.MethodGet, srv.URL, http.Header{"Authorization": {"token"}}, time.Minute)
	if err == nil || visited.Load() {
		t.Errorf("error %v, the other host was asked: %v", err, visited.Load())
	}
}

func TestParseMetadata(t *testing.T) {
	for _, tt := range []struct{ name, body, message string }{
		{"complete", reply, ""},
		{"without a date", `{"AccessKeyId": "a", "SecretAccessKey": "s", "Token": "t"}`, ""},
		{"not JSON", `<html>`, "Unable to parse JSON returned from metadata service"},
		{"an error", `{"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role"}`, "AssumeRoleUnauthorizedAccess EC2 cannot assume the role"},
		{"without a token", `{"AccessKeyId": "a", "SecretAccessKey": "s"}`, "the reply has no credentials"},
		{"without a secret key", `{"AccessKeyId": "a", "Token": "t"}`, "the reply has no credentials"},
		{"a bad date", `{"AccessKeyId": "a", "SecretAccessKey": "s", "Token": "t", "Expiration": "soon"}`, "not a date"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseMetadata([]byte(tt.body))
			if (err == nil) != (tt.message == "") || err != nil && !strings.Contains(err.Error(), tt.message) {
				t.Errorf("error %v, want %q", err, tt.message)
			}
		})
	}
}

// startInstance starts a metadata service. tokenStatus is its answer to the request for a token.
// If it is 200, all other requests need the token.
func startInstance(t *testing.T, tokenStatus int) (address string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		switch {
		case r.URL.Path == "/latest/api/token" && r.Method == http.MethodPut && r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds") != "":
			w.WriteHeader(tokenStatus)
			_, _ = fmt.Fprint(w, "the-token")
		case tokenStatus == http.StatusOK && r.Header.Get("X-Aws-Ec2-Metadata-Token") != "the-token":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/latest/meta-data/iam/security-credentials/":
			_, _ = fmt.Fprint(w, "web server\n")
		case r.URL.EscapedPath() == "/latest/meta-data/iam/security-credentials/web%20server":
			_, _ = fmt.Fprint(w, reply)
		default:
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, requests
}

func TestInstance(t *testing.T) {
	const settings = "ec2_metadata_v1_disabled = true\n"
	for _, tt := range []struct {
		name        string
		tokenStatus int
		settings    string
		variable    string
		requests    int32
		ok          bool
	}{
		{"version 2", 200, "", "X=", 3, true},
		{"version 2 only", 200, settings, "X=", 3, true},
		{"version 1, 403", 403, "", "X=", 3, true},
		{"version 1, 404", 404, "", "X=", 3, true},
		{"version 1, 405", 405, "", "X=", 3, true},
		{"version 1 is disabled in the profile", 404, settings, "X=", 1, false},
		{"version 1 is disabled by a variable", 404, "", "AWS_EC2_METADATA_V1_DISABLED=true", 1, false},
		{"the variable comes first", 404, settings, "AWS_EC2_METADATA_V1_DISABLED=false", 3, true},
		{"another error", 500, "", "X=", 1, false},
		{"disabled", 200, "", "AWS_EC2_METADATA_DISABLED=True", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address, requests := startInstance(t, tt.tokenStatus)
			for _, byVariable := range []bool{true, false} {
				requests.Store(0)
				environ, text := []string{tt.variable}, "[default]\n"+tt.settings
				if byVariable {
					environ = append(environ, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+address+"/")
				} else {
					text += "ec2_metadata_service_endpoint = " + address + "\n"
				}
				app := appWith(environ...)
				p, _, err := profile.Resolve(profile.Inputs{
					Config: awsconfig.NewDoc("config", false, text), Credentials: awsconfig.NewDoc("credentials", true, ""), LookupEnv: app.Env.Lookup,
				})
				if err != nil {
					t.Fatal(err)
				}
				f := &fetcher{w: &workspace.Workspace{App: app}, p: p}
				c, err := f.instance(t.Context(), p)
				if (err == nil) != tt.ok || tt.ok && c.AccessKeyID != "ASIAEXAMPLE" || requests.Load() != tt.requests {
					t.Errorf("credentials %+v after %d requests, want %d; error %v", c, requests.Load(), tt.requests, err)
				}
			}
		})
	}
}
