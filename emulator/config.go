// The Config, its defaults, and the error for a wrong entry.

package emulator

import (
	"fmt"
	"log/slog"
	"time"
)

// A Config holds the organization of an emulator and the lifetimes of tokens. The zero
// value has the organization of [BuiltIn] and the lifetimes that AWS publishes.
type Config struct {
	// StartURL is the start URL of the access portal; "" means
	// https://d-1234567890.awsapps.com/start. No client connects to it. Use a host in
	// awsapps.com, because the AWS CLI rejects other start URLs.
	StartURL string
	// Region is the region of the instance; "" means us-east-1. It determines the
	// partition of every ARN.
	Region string

	// PublicURL is the base URL of the emulator for browsers. Verification URLs begin
	// with it. "" means the URL of the client's request. Set PublicURL if clients use a
	// proxy and browsers do not.
	PublicURL string

	// Users, Groups, Accounts, PermissionSets and Assignments are the organization. If
	// all five are empty, they come from [BuiltIn].
	Users          []User
	Groups         []Group
	Accounts       []Account
	PermissionSets []PermissionSet
	Assignments    []Assignment

	// Buckets, Instances, Roles, IAMUsers and MFADevices are the resources in the
	// accounts. If these five and the organization are empty, they come from [BuiltIn]
	// too.
	Buckets    []Bucket
	Instances  []Instance
	Roles      []Role
	IAMUsers   []IAMUser
	MFADevices []MFADevice

	// TrustedIssuers and Applications are for CreateTokenWithIAM.
	TrustedIssuers []TrustedIssuer
	Applications   []Application

	// Denials lists the operations that callers may not call. Callers may call all other
	// operations.
	Denials []Denial

	// TokenLifetime is the lifetime of an access token that has a refresh token; 0 means
	// 1 h.
	TokenLifetime time.Duration
	// LegacyTokenLifetime is the lifetime of an access token without a refresh token; 0
	// means 8 h.
	LegacyTokenLifetime time.Duration
	// PortalSession is how long a user stays signed in; 0 means 8 h. All tokens of the sign-in
	// expire at the same time.
	PortalSession time.Duration
	// RegistrationLifetime is the lifetime of a client registration; 0 means 90 days.
	RegistrationLifetime time.Duration
	// RefreshGrace is how long a refresh token still works after its first use; 0 means that it
	// works only once. A later use revokes the tokens that the client got from the sign-in.
	RefreshGrace time.Duration
	// DeviceCodeLifetime is the lifetime of a device code; 0 means 10 min.
	DeviceCodeLifetime time.Duration

	// AutoApprove is the name of a user. If it is not "", every sign-in succeeds as this
	// user, without a page.
	AutoApprove string
	// RateLimits turns on the request limits that AWS publishes.
	RateLimits bool
	// AdminToken turns on the admin API at [AdminPath]; "" turns it off. Programs that send the
	// token as "Authorization: Bearer TOKEN" can move the clock, add faults, end sessions and
	// read counters. The admin API accepts requests only from loopback addresses.
	AdminToken string
	// Forward is the base URL of another emulator, such as http://127.0.0.1:5000. It gets the
	// requests for services that this emulator does not have. "" means that such requests get the
	// error NotImplemented.
	Forward string
	// Now returns the time. [Emulator.Advance] adds to it. nil means time.Now.
	Now func() time.Time
	// Seed makes all identifiers and tokens predictable, if it is not 0. Other users can then
	// compute the tokens.
	Seed uint64
	// Log gets a record of each request, without secrets; nil means no log.
	Log *slog.Logger
}

// A User is a user of the organization, who can sign in.
type User struct {
	Name string
	// Password is the password; "" means that the sign-in page accepts any password.
	Password string
	Email    string
	// TOTP is the base32 secret of an authenticator app (RFC 6238: SHA-1, 6
	// digits, 30 s). If it is not "", the sign-in page asks for a code.
	TOTP string
}

// A Group holds the names of several users.
type Group struct {
	Name    string
	Members []string // names of users
}

// An Account is an AWS account of the organization. The first account of the Config is the
// management account.
type Account struct {
	ID    string // 12 digits
	Name  string
	Email string
	// Unit is the path of the account's organizational unit, such as "Workloads/Prod"; ""
	// means the root of the organization.
	Unit string
}

// A PermissionSet is a set of permissions that an Assignment gives to users. The access portal
// calls it a role.
type PermissionSet struct {
	Name string
	// SessionDuration is the lifetime of role credentials, 1 h to 12 h; 0 means 1 h.
	SessionDuration time.Duration
}

// An Assignment gives a user or a group all its permission sets in all its accounts. Set either
// User or Group. "*" in Accounts or PermissionSets means all accounts or permission sets of the
// organization.
type Assignment struct {
	User, Group    string
	Accounts       []string // ids
	PermissionSets []string // names
}

// A Bucket is an S3 bucket. The emulator lists buckets and reads their objects.
type Bucket struct {
	Account string
	Name    string
	Region  string    // "" means the region of the Config
	Created time.Time // the zero value means the start of 2026
	Objects []Object
}

// An Object is an object in a bucket.
type Object struct {
	Key string
	// Content is the content; "" means Size zero bytes.
	Content string
	// Size is the size in bytes. If there is a Content, Size is 0 or the size of the Content.
	Size     int64
	Modified time.Time // the zero value means the start of 2026
}

// An Instance is an EC2 instance.
type Instance struct {
	Account string
	Region  string // "" means the region of the Config
	ID      string // "i-" and 8 or 17 hexadecimal digits
	Type    string // "" means t3.micro
	State   string // running (also ""), stopped, pending, stopping, shutting-down or terminated
	ImageID string // "" means ami-0abcdef1234567890
	// If PrivateIP or PublicIP is "", the response omits it.
	PrivateIP, PublicIP string
	Launched            time.Time // the zero value means the start of 2026
	Tags                map[string]string
}

// A Role is an IAM role that callers can assume.
type Role struct {
	Account string
	Name    string
	// Trusts lists the callers that can assume the role: account ids, and ARNs of roles,
	// role sessions or IAM users. In an ARN, * matches any text.
	Trusts     []string
	ExternalID string // if not "", callers must send this external id
	// MaxSession is the longest lifetime of a role session, 1 h to 12 h; 0 means 1 h.
	MaxSession time.Duration
	// MFA reports whether callers must send a code of an MFA device, or use credentials
	// of GetSessionToken with such a code.
	MFA bool
	// SourceIdentity lists the allowed source identities of callers. If it is empty, callers
	// need no source identity. * matches any text.
	SourceIdentity []string
	// WebIdentity lists the subjects whose tokens AssumeRoleWithWebIdentity accepts. In a
	// subject, * matches any text.
	WebIdentity []string
	// WebAudience is the audience that these tokens must have; "" means sts.amazonaws.com.
	WebAudience string
}

// An IAMUser is a user of an account with an access key that does not expire. IAM users do
// not sign in.
type IAMUser struct {
	Account string
	Name    string
	// AccessKeyID and SecretAccessKey are the access key.
	AccessKeyID, SecretAccessKey string
	// TOTP is the base32 secret of the user's virtual MFA device, as for [User]; "" means that
	// the user has no device. The serial number of the device is arn:aws:iam::ACCOUNT:mfa/NAME.
	TOTP string
}

// An MFADevice is an MFA device for callers that are role sessions. In AWS, a device
// belongs to an IAM user. In the emulator, all role sessions can use the device, so that
// users of Identity Center can try roles with MFA.
type MFADevice struct {
	Serial string // its ARN, or the serial number of a hardware token
	TOTP   string // the base32 secret, as for [User]
}

// A Denial refuses operations to callers, as an explicit deny in a policy does. In Actions and
// Principals, * matches any text.
type Denial struct {
	Actions    []string // IAM actions, such as "s3:GetObject" or "organizations:*"
	Principals []string // names of permission sets, roles and IAM users; empty means all
	Accounts   []string // ids of the accounts of the callers; empty or "*" means all
}

// A TrustedIssuer is an OAuth 2.0 server whose tokens applications can exchange for tokens of
// Identity Center. At AWS, its name is trusted token issuer.
type TrustedIssuer struct {
	URL string // the claim iss of its tokens
	// Keys is a JSON Web Key Set, or public keys or certificates in PEM: RSA keys for RS256, or P-256
	// keys for ES256. Unlike AWS, the emulator does not ask the issuer for its keys.
	Keys string
	// Claim is the path of the claim that names the user, such as "user.email"; "" means email.
	Claim string
	// Attribute is the attribute of users that has the same value: "emails.value" (also "") or
	// "userName".
	Attribute string
}

// An Application can call CreateTokenWithIAM. The caller signs the request with any credentials of
// the emulator.
type Application struct {
	ARN string // arn:aws:sso::ACCOUNT:application/INSTANCE/APPLICATION
	// Grants lists the allowed grant types: authorization_code, refresh_token, jwt-bearer and
	// token-exchange; empty means all.
	Grants []string
	// Issuers lists the URLs of the trusted issuers for jwt-bearer; empty means all.
	Issuers []string
	// Audiences lists the values of the claim aud, one of which the tokens of trusted issuers must have.
	Audiences []string
	// Scopes lists the scopes in addition to openid, aws and sts:identity_context.
	Scopes []string
	// RedirectURIs lists the exact redirect URIs for authorization_code.
	RedirectURIs []string
}

// withDefaults returns a copy of c in which defaults replace the zero values.
func (c Config) withDefaults() Config {
	if c.StartURL == "" {
		c.StartURL = "https://d-1234567890.awsapps.com/start"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if len(c.Users)+len(c.Groups)+len(c.Accounts)+len(c.PermissionSets)+len(c.Assignments) == 0 {
		b := BuiltIn()
		c.Users, c.Groups, c.Accounts = b.Users, b.Groups, b.Accounts
		c.PermissionSets, c.Assignments = b.PermissionSets, b.Assignments
		if len(c.Buckets)+len(c.Instances)+len(c.Roles)+len(c.IAMUsers)+len(c.MFADevices) == 0 {
			c.Buckets, c.Instances, c.Roles, c.IAMUsers, c.MFADevices = b.Buckets, b.Instances, b.Roles, b.IAMUsers, b.MFADevices
		}
	}
	for _, d := range []struct {
		field *time.Duration
		zero  time.Duration
	}{
		{&c.TokenLifetime, time.Hour},
		{&c.LegacyTokenLifetime, 8 * time.Hour},
		{&c.PortalSession, 8 * time.Hour},
		{&c.RegistrationLifetime, 90 * 24 * time.Hour},
		{&c.DeviceCodeLifetime, 10 * time.Minute},
	} {
		if *d.field == 0 {
			*d.field = d.zero
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Validate returns the error that [New] would return for c: nil or a *[FieldError].
func (c Config) Validate() error {
	_, err := newDirectory(c.withDefaults())
	return err
}

// A FieldError reports a wrong entry of a Config.
type FieldError struct {
	// Field is the path of the entry, such as "accounts[2].id". It has the names of an
	// organization file.
	Field   string
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// fieldError returns a FieldError. The elements of the path are names and indexes.
func fieldError(problem string, path ...any) error {
	e := &FieldError{Problem: problem}
	for i, p := range path {
		switch p := p.(type) {
		case int:
			e.Field += fmt.Sprintf("[%d]", p)
		case string:
			if i > 0 {
				e.Field += "."
			}
			e.Field += p
		}
	}
	return e
}
