package profile

import "strings"

// A Kind says where a profile's credentials come from.
type Kind int

const (
	None        Kind = iota // nothing in the files; perhaps only a session to sign in to
	SSO                     // an account and a role of Identity Center
	AssumeRole              // role_arn
	WebIdentity             // web_identity_token_file
	Static                  // aws_access_key_id
	Login                   // login_session, of `aws login`
	Process                 // credential_process
	Container               // the container that this process runs in
)

// String names the kind for an error, with the key that makes it one.
func (k Kind) String() string {
	switch k {
	case SSO:
		return "an SSO profile (sso_account_id, sso_role_name)"
	case AssumeRole:
		return "an assume-role profile (role_arn)"
	case WebIdentity:
		return "a web-identity profile (web_identity_token_file)"
	case Static:
		return "a profile with static keys (aws_access_key_id)"
	case Login:
		return "a console-login profile (login_session)"
	case Process:
		return "a profile with a credential process (credential_process)"
	case Container:
		return "a profile without credentials of its own, in a container that has some"
	}
	return "a profile without credentials"
}

// webIdentityVariable names the token of a web identity, for all profiles that are
// not named by flag.
const webIdentityVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

// kind returns where the credentials come from, and the key or variable that says so.
// It decides for every command. The order is the AWS CLI's (botocore's
// create_credential_resolver). Keys in the environment are not the profile's and do
// not count here. byFlag says that the profile was named by flag: then the
// environment's web identity does not count either. Most providers ask only whether a
// key is there; it may be empty.
func (r *resolver) kind(s settings, byFlag bool) (k Kind, where string) {
	first := func(keys ...string) (where string, ok bool) {
		for _, key := range keys {
			if f, ok := s.get(key); ok {
				return place(f), true
			}
		}
		return "", false
	}
	token, ownToken := s.get("web_identity_token_file")
	if where, ok := first("role_arn"); ok && !ownToken {
		return AssumeRole, where
	}
	if v, ok := r.env(webIdentityVariable); ok && !byFlag {
		if v != "" {
			return WebIdentity, webIdentityVariable
		}
	} else if token.Value != "" {
		return WebIdentity, place(token)
	}
	if where, ok := first("sso_account_id", "sso_role_name"); ok {
		return SSO, where
	}
	if f, ok := in(s.credentials, "aws_access_key_id", CredentialsFile); ok {
		return Static, place(f)
	}
	for _, other := range []struct {
		kind Kind
		key  string
	}{{Login, "login_session"}, {Process, "credential_process"}, {Static, "aws_access_key_id"}} {
		if where, ok := first(other.key); ok {
			return other.kind, where
		}
	}
	for _, variable := range []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		if _, ok := r.env(variable); ok {
			return Container, variable
		}
	}
	return None, ""
}

// follow resolves a profile that another one names. In a circle it returns no profile
// and no error.
func (r *resolver) follow(p *Profile, name string, chain []string) (*Profile, []Warning, error) {
	chain = append(chain, p.Name)
	for _, seen := range chain {
		if seen == name {
			return nil, nil, nil
		}
	}
	in := r.Inputs
	in.Profile, in.New = name, false
	return resolve(in, chain)
}

// StaticKeys returns the settings of the file that the static keys stand in, and
// whether that is the credentials file. Keys of one file never go with those of the
// other. The error says that the secret key is missing.
func (p *Profile) StaticKeys() (get func(key string) string, credentials bool, err error) {
	section, provider := p.settings.credentials, "shared-credentials-file"
	if _, credentials = section.Get("aws_access_key_id"); !credentials {
		section, provider = p.settings.config, "config-file"
	}
	if _, ok := section.Get("aws_secret_access_key"); !ok {
		return nil, credentials, &Error{Msg: "Partial credentials found in " + provider + ", missing: aws_secret_access_key", Code: 255}
	}
	return func(key string) string {
		s, _ := section.Get(strings.ToLower(key))
		return s.Value
	}, credentials, nil
}
