// Package profile resolves a profile from flags, environment and files: its name, its kind of
// credentials, its session, region, output format and endpoints.
//
// The package has no inputs except [Inputs], and no side effects. It follows the AWS CLI's
// rules and uses its error messages. Comments name the differences.
package profile

import (
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// Inputs holds everything that a resolution depends on.
type Inputs struct {
	// Profile, Region, Output and EndpointURL are the values of the flags. "" means that the
	// flag is not set. The AWS CLI also ignores an empty --profile.
	Profile, Region, Output, EndpointURL string

	// New means that the command creates the profile. Then it is not an error if the profile
	// does not exist.
	New bool

	LookupEnv func(string) (string, bool) // nil means an empty environment

	Config, Credentials *awsconfig.Doc // nil means an empty file

	// Own reports whether the program of a credential_process is lanyard under another name. If
	// Own is nil, no program is.
	Own func(program string) bool
}

// A Source says where a value comes from.
type Source int

const (
	NoSource Source = iota
	Flag
	Env
	ConfigFile
	CredentialsFile
)

// A Profile is a resolved profile.
type Profile struct {
	Name     string // "default" if neither a flag nor a variable names a profile
	Explicit bool   // named by the flag: AWS_ACCESS_KEY_ID is then ignored
	FromEnv  bool   // named by AWS_PROFILE or AWS_DEFAULT_PROFILE
	Exists   bool   // in one of the files

	Kind     Kind
	KindFrom string // the setting or the variable that decides the Kind

	// Process is the profile's credential_process if it runs lanyard and lanyard understands its
	// command line. Kind is then SSO. Otherwise Process is nil.
	Process *OwnProcess

	// Source is the profile with the settings for the session's endpoints. It is the end of a chain
	// of source_profile or credential_process settings. nil means this profile.
	Source *Profile

	// EnvKeys means that AWS_ACCESS_KEY_ID is set and the flag does not name a profile. Commands
	// then use the keys of the environment instead of the profile's credentials.
	EnvKeys bool

	// Assume is the ARN of a role that is assumed after the roles of the profile: see
	// [Profile.Assuming]. AssumeSession is the name of its session; "" means a name with the time.
	Assume, AssumeSession string

	// Policy is the session policy of the last role of the chain: see [Profile.Narrowed].
	Policy string

	// Session, AccountID and RoleName are set only if Kind is SSO.
	Session   Session
	AccountID string
	RoleName  string

	Region       string // not checked; see CheckRegion; "" means no region
	RegionSource Source
	Output       string // not checked; see OutputFormat
	OutputSource Source

	EndpointURL string // of the flag; only for the operation on the command line
	CABundle    string // a path; "" means the system's certificates
	FIPS        bool
	DualStack   bool
	MaxAttempts int    // 0 means not configured; see CheckRetries
	RetryMode   string // "" means not configured; see CheckRetries

	in       Inputs
	variable string   // the variable that names the profile, or ""
	process  *Profile // the profile that Process uses, if that profile has no SSO role; may be nil
	settings settings
	login    Session
	loginErr error

	regionErr, retryErr error
}

// ForSession returns the profile with the settings for the session's endpoints: p.Source, or p
// if p.Source is nil.
func (p *Profile) ForSession() *Profile {
	if p.Source != nil {
		return p.Source
	}
	return p
}

// Get returns a setting of the profile as it is in the files. The key must be in lower
// case. The credentials file overrides the config file.
func (p *Profile) Get(key string) (awsconfig.Setting, bool) {
	f, ok := p.settings.get(key)
	return f.Setting, ok
}

// LoginSession returns the session to sign in to. The profile needs sso_session, or
// sso_start_url and sso_region. It needs no account and no role. LoginSession returns the
// same errors as `aws sso login`. Most errors have the exit code 253.
func (p *Profile) LoginSession() (Session, error) { return p.login, p.loginErr }

// CheckRegion returns an error if the region is invalid. [Resolve] does not return this
// error, because many commands call no service in the region.
func (p *Profile) CheckRegion() error { return p.regionErr }

// CheckRetries returns an error if max_attempts or retry_mode is invalid. [Resolve] does not
// return this error, because many commands call no service.
func (p *Profile) CheckRetries() error { return p.retryErr }

// OutputFormat returns the output format. The default is json. It returns an error for an
// unknown format. [Resolve] does not return this error, because many commands print nothing
// in this format.
func (p *Profile) OutputFormat() (string, error) {
	if p.OutputSource == NoSource {
		return "json", nil
	}
	if !ValidOutput(p.Output) {
		return "", &Error{Msg: "Unknown output type: " + p.Output, Code: 255, Hint: "use json, yaml, yaml-stream, text, table or off"}
	}
	return p.Output, nil
}

// A Kind says where a profile's credentials come from.
type Kind int

const (
	None        Kind = iota // no credentials; the profile may still name a session
	SSO                     // an account and a role in Identity Center
	AssumeRole              // role_arn
	WebIdentity             // web_identity_token_file
	Static                  // aws_access_key_id
	Login                   // login_session, of `aws login`
	Process                 // credential_process
	Container               // the container that this process runs in
	Metadata                // the EC2 instance; only a credential_source names it
	Environment             // AWS_ACCESS_KEY_ID; only a credential_source names it
)

// String describes the kind for an error message, with the setting that decides it.
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
		return "a profile without credentials, in a container with credentials"
	case Metadata:
		return "a profile with the credentials of the EC2 instance"
	case Environment:
		return "a profile with the credentials of the environment"
	}
	return "a profile without credentials"
}

// StaticKeys returns the settings of the file that contains the static keys. credentials
// means that this is the credentials file. StaticKeys never combines an access key of one
// file with a secret key of the other. It returns an error if a key is missing or empty.
func (p *Profile) StaticKeys() (get func(key string) string, credentials bool, err error) {
	section, provider := p.settings.credentials, "shared-credentials-file"
	if _, credentials = section.Get("aws_access_key_id"); !credentials {
		section, provider = p.settings.config, "config-file"
	}
	for _, key := range []string{"aws_access_key_id", "aws_secret_access_key"} {
		if s, _ := section.Get(key); s.Value == "" {
			return nil, credentials, &Error{Msg: "Partial credentials found in " + provider + ", missing: " + key, Code: 255}
		}
	}
	return func(key string) string {
		s, _ := section.Get(strings.ToLower(key))
		return s.Value
	}, credentials, nil
}

// Paths returns the paths of the config and the credentials file. It expands variables and a
// leading ~ in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE. The default is the files in
// ~/.aws. If a variable is set but empty, the path is "", which means no file. Like the AWS
// CLI, Paths leaves the ~ in the path if the home folder is unknown.
func Paths(lookupEnv func(string) (string, bool)) (config, credentials string) {
	return path(lookupEnv, "AWS_CONFIG_FILE", "config"), path(lookupEnv, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

func path(lookupEnv func(string) (string, bool), variable, name string) string {
	p, set := lookupEnv(variable)
	if !set {
		const sep = string(os.PathSeparator)
		p = "~" + sep + ".aws" + sep + name
	}
	return userpath.Expand(p, lookupEnv)
}

// An Error reports a mistake in the inputs. Msg is the AWS CLI's message, if the AWS CLI has
// such a message. Code is the exit code: 253 for settings that a sign-in needs, 252 for a
// flag, 255 for all other mistakes.
type Error struct {
	Msg  string
	Hint string // how to fix it; may be empty
	Code int

	// SetUp means that the user has probably not set up a profile or session. The user should
	// run `configure sso`.
	SetUp bool

	err error
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the error of an unreadable file, such as an [*awsconfig.ParseError].
func (e *Error) Unwrap() error { return e.err }

// ExitStatus returns Code.
func (e *Error) ExitStatus() int { return e.Code }

// ErrorName returns the AWS CLI's name for configuration errors, or "" for other errors.
func (e *Error) ErrorName() string {
	if e.Code == 253 {
		return "Configuration"
	}
	return ""
}

// NextStep returns Hint.
func (e *Error) NextStep() string { return e.Hint }

// NotSetUp returns SetUp.
func (e *Error) NotSetUp() bool { return e.SetUp }

// A Warning reports a mistake that does not stop the command. Text names the file, the line
// and the key.
type Warning struct {
	Text string
	Hint string
}
