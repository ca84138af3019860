package credentials

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// TestSessionPolicy assumes a role with and without a session policy. STS gets the policy, and the
// cache keeps the two apart.
func TestSessionPolicy(t *testing.T) {
	var policies []string
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		policies = append(policies, r.FormValue("Policy"))
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA`+r.FormValue("Policy")+`</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>`+
			time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	defer sts.Close()
	home := t.TempDir()
	config := filepath.Join(home, "config")
	if err := os.WriteFile(config, []byte("[profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n"+
		"[profile role]\nrole_arn = arn:aws:iam::111122223333:role/Work\nsource_profile = keys\nregion = eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	app := &command.App{
		Env: command.EnvOf([]string{"HOME=" + home, "USERPROFILE=" + home, "AWS_CONFIG_FILE=" + config, "AWS_PROFILE=role", "AWS_ENDPOINT_URL_STS=" + sts.URL, "LANYARD_AGENT_SOCKET=none"}),
		Log: slog.New(slog.DiscardHandler), Now: time.Now, IO: command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard},
	}
	app.Begin()
	for _, policy := range []string{"", "POLICY", "", "POLICY"} {
		w := workspace.Files(app)
		p, err := w.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		c, err := Get(t.Context(), w, p.Narrowed(policy), "test")
		if err != nil || c.AccessKeyID != "ASIA"+policy {
			t.Errorf("policy %q: %q, %v", policy, c.AccessKeyID, err)
		}
	}
	if got := strings.Join(policies, ","); got != ",POLICY" {
		t.Errorf("STS got the policies %q, want one request without and one with the policy", got)
	}
}
