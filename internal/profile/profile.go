// Package profile turns flags, environment and files into what a command needs to
// know: which profile, what kind of credentials it has, its session of Identity
// Center, region, output and endpoints.
//
// It is pure. Everything comes in by [Inputs], and the same inputs give the same
// answer. The rules and the wording of the errors are the AWS CLI's; what differs
// is said where it differs.
package profile

import "github.com/lanyard-cli/lanyard/internal/awsconfig"

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
	if !validOutput(p.Output) {
		return "", &Error{Msg: "Unknown output type: " + p.Output, Code: 255, Hint: "json, yaml, yaml-stream, text, table or off"}
	}
	return p.Output, nil
}
