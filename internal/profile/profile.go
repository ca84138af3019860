// Package profile turns flags, environment and files into what a command needs to
// know: which profile, what kind of credentials it has, its session of Identity
// Center, region, output and endpoints.
//
// It is pure. Everything comes in by [Inputs], and the same inputs give the same
// answer. The rules and the wording of the errors are the AWS CLI's; what differs
// is said where it differs.
package profile

import (
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// Inputs is all that a resolution depends on.
type Inputs struct {
	// Profile, Region, Output and EndpointURL are the flags. "" means not given:
	// the AWS CLI ignores an empty --profile too.
	Profile, Region, Output, EndpointURL string

	// New says that the profile is about to be made: one that was named and is
	// in no file is no error.
	New bool

	LookupEnv func(string) (string, bool) // nil means an empty environment

	Config, Credentials *awsconfig.Doc // nil means an empty file

	// Own reports whether a program that a credential_process names is this one
	// under another name. nil means no.
	Own func(program string) bool
}

// A Source says where a value was found.
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
	Name     string // "default" if none was named
	Explicit bool   // named by the flag: then AWS_ACCESS_KEY_ID does not count
	FromEnv  bool   // named by AWS_PROFILE or AWS_DEFAULT_PROFILE
	Exists   bool   // in one of the files

	Kind     Kind
	KindFrom string // the file, line and key that make it one, or the variable

	// Process is the profile's credential_process, if it is one of ours that is
	// understood: then Kind is SSO. nil for any other profile.
	Process *OwnProcess

	// Source is the profile at the end of the chain that a credential_process of
	// ours or the source_profile of a role begins. The session is reached with its
	// settings; nil means with the profile's own.
	Source *Profile

	// EnvKeys says that AWS_ACCESS_KEY_ID is set, which comes before every kind
	// of profile that was not named by the flag.
	EnvKeys bool

	// Session, AccountID and RoleName are set for Kind SSO and no other.
	Session   Session
	AccountID string
	RoleName  string

	Region       string // as given: see CheckRegion; "" means none, also if AWS_REGION is set and empty
	RegionSource Source
	Output       string // as given: see OutputFormat
	OutputSource Source

	EndpointURL string // the flag: for the operation named on the command line, and no other call
	CABundle    string // a path; "" means the system's
	FIPS        bool
	DualStack   bool
	MaxAttempts int    // 0 means not configured; see CheckRetries
	RetryMode   string // "" means not configured; see CheckRetries

	in       Inputs
	variable string // that named it
	settings settings
	login    Session
	loginErr error

	regionErr, retryErr error
}

// ForSession returns the profile whose settings the session is reached with: p, or
// its Source.
func (p *Profile) ForSession() *Profile {
	if p.Source != nil {
		return p.Source
	}
	return p
}

// Get returns a setting of the profile as the files have it, literally. The key is
// in lower case. A key of the credentials file hides that of the config file.
func (p *Profile) Get(key string) (awsconfig.Setting, bool) {
	f, ok := p.settings.get(key)
	return f.Setting, ok
}

// LoginSession returns the session to sign in to. It needs less than credentials
// do: sso_session, or sso_start_url and sso_region, but no account and no role.
// Its errors are those of `aws sso login`, most of them with the code 253.
func (p *Profile) LoginSession() (Session, error) { return p.login, p.loginErr }

// CheckRegion returns the error for a region that cannot be one. It is an error here
// and not in [Resolve], because many commands call no service in this region.
func (p *Profile) CheckRegion() error { return p.regionErr }

// CheckRetries returns the error for a wrong max_attempts or retry_mode. It is an
// error here and not in [Resolve], because many commands call no service.
func (p *Profile) CheckRetries() error { return p.retryErr }

// OutputFormat returns the output format, json if none is configured. An unknown
// one is an error here and not in [Resolve], because many commands print nothing
// that has a format.
func (p *Profile) OutputFormat() (string, error) {
	if p.OutputSource == NoSource {
		return "json", nil
	}
	if !ValidOutput(p.Output) {
		return "", &Error{Msg: "Unknown output type: " + p.Output, Code: 255, Hint: "json, yaml, yaml-stream, text, table or off"}
	}
	return p.Output, nil
}

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

// Paths returns the paths of the config and the credentials file: AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE with variables and a leading ~ expanded, or else the
// files in ~/.aws. A variable that is set and empty means no file, and the path is "".
// A path begins with ~ if nothing names the home folder, as for the AWS CLI.
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

// An Error is a mistake in the inputs. Msg is the AWS CLI's message where it has
// one, Code its exit code: 253 for configuration that a sign-in needs, 252 for a
// flag, 255 for the rest.
type Error struct {
	Msg  string
	Hint string // what to do; "" if the message says it
	Code int

	// SetUp says that what is missing is probably not set up yet, so that the user
	// should run `configure sso`.
	SetUp bool

	err error
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the *awsconfig.ParseError behind an unreadable file.
func (e *Error) Unwrap() error { return e.err }

// ExitStatus returns Code.
func (e *Error) ExitStatus() int { return e.Code }

// ErrorName returns the AWS CLI's name for errors of the configuration, "" for others.
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

// A Warning is something that was read past. Text names file, line and key.
type Warning struct {
	Text string
	Hint string
}
