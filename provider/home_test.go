package provider_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/command"
)

const configText = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev-admin]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1

[profile chain]
role_arn = arn:aws:iam::123456789012:role/Deploy
source_profile = developer
region = us-east-1

[profile developer]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = DeveloperAccess

[profile keys]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret

[sso-session automatic]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
auto_login = true

[profile automatic]
sso_session = automatic
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
`

// A home is a home folder with the config, and an emulator of its organization.
type home struct {
	*emulator.Emulator
	dir string
	env []string
	srv *httptest.Server
}

// newHome returns a home without a session.
func newHome() (*home, error) {
	c := emulator.BuiltIn()
	c.AutoApprove = "jane"
	e, err := emulator.New(c)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "provider")
	if err != nil {
		return nil, err
	}
	h := &home{Emulator: e, dir: dir, srv: httptest.NewServer(e)}
	h.env = append(emulator.Env(h.srv.URL), "HOME="+dir, "USERPROFILE="+dir, "LANYARD_AGENT_SOCKET=none", "PATH="+os.Getenv("PATH"))
	path := filepath.Join(dir, ".aws", "config")
	if err = os.Mkdir(filepath.Dir(path), 0o700); err == nil {
		err = os.WriteFile(path, []byte(configText), 0o600)
	}
	return h, err
}

// signIn runs "lanyard sso login".
func (h *home) signIn() error {
	var stderr strings.Builder
	app := &command.App{
		Name: "lanyard", Env: command.EnvOf(append(h.env, "BROWSER=test")), Now: time.Now,
		IO:   command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: &stderr},
		Hold: func() func() { return func() {} },
		Open: func(_ context.Context, url, _ string) error {
			resp, err := http.Get(url) //nolint:gosec,noctx // the emulator's page
			if err != nil {
				return err
			}
			return resp.Body.Close()
		},
	}
	if code := cli.Run(context.Background(), app, []string{"sso", "login", "--sso-session", "corp"}); code != 0 {
		return fmt.Errorf("sso login: exit code %d: %s", code, stderr.String())
	}
	return nil
}

func (h *home) close() {
	h.srv.Close()
	_ = os.RemoveAll(h.dir) // a folder for temporary files
}
