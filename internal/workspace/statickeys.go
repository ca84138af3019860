package workspace

import (
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// StaticKeys are the keys that stand in the files themselves, and the AWS CLI's
// word for where.
func StaticKeys(p *profile.Profile) (c ssocache.Credentials, kind string, err error) {
	get, credentials, err := p.StaticKeys()
	if err != nil {
		return c, "", err
	}
	c = ssocache.Credentials{
		AccessKeyID: get("aws_access_key_id"), SecretAccessKey: secret.New(get("aws_secret_access_key")),
		SessionToken: secret.New(get("aws_security_token")), AccountID: get("aws_account_id"),
	}
	if c.SessionToken.IsZero() {
		c.SessionToken = secret.New(get("aws_session_token"))
	}
	kind = "config-file"
	if credentials {
		kind = "shared-credentials-file"
	}
	return c, kind, nil
}
