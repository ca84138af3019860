package agentcmd

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// A profile's credential_process can run lanyard for another profile. Then the agent uses the
// settings of that other profile, as every command does.
func TestAgentUsesSettingsOfSourceProfile(t *testing.T) {
	const config = `[profile via]
credential_process = lanyard sso get-credentials --profile dev

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
services = local

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1

[services local]
sso =
  endpoint_url = http://127.0.0.1:1
sso_oidc =
  endpoint_url = http://127.0.0.1:1
`
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	app := &command.App{
		Name: "lanyard", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Env: command.Env{
			Lookup: func(name string) (string, bool) {
				if name == "HOME" || name == "USERPROFILE" {
					return home, true
				}
				return "", false
			},
			Environ: func() []string { return nil },
		},
	}
	list, err := watchedSessions(app)
	if err != nil || len(list) != 1 {
		t.Fatalf("sessions %+v, error %v; want one session", list, err)
	}
	s := list[0].Settings
	if s.Portal.URL != "http://127.0.0.1:1" || s.OIDC.URL != "http://127.0.0.1:1" {
		t.Errorf("the endpoints are %+v and %+v, want those of profile dev", s.Portal, s.OIDC)
	}
}
