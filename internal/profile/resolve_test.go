package profile

import (
	"testing"

	"lanyard/internal/awsconfig"
)

// guide is the config of the guide, pasted as people paste it.
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

// inputs returns inputs with the config, the credentials file and the variables.
func inputs(config, credentials string, env map[string]string) Inputs {
	return Inputs{
		LookupEnv: func(name string) (string, bool) {
			v, ok := env[name]
			return v, ok
		},
		Config:      awsconfig.NewDoc("config", false, config),
		Credentials: awsconfig.NewDoc("credentials", true, credentials),
	}
}

func TestGuide(t *testing.T) {
	in := inputs(guide, "", nil)
	in.Profile = "account2-developer"
	p, warnings, err := Resolve(in)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v\n%+v", p, warnings)
	s, err := p.LoginSession()
	t.Logf("%+v %v", s, err)
}
