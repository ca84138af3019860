// What an emulator is told to serve: a Config, its defaults, and the error for a
// wrong entry.

package emulator

import (
	"fmt"
	"log/slog"
	"time"
)

// A Config describes the organization that an emulator serves, and how long tokens
// live. The zero value serves the organization of [BuiltIn] with the lifetimes that
// AWS publishes.
type Config struct {
	// StartURL is the address of the access portal that clients name when they
	// sign in; "" means https://d-1234567890.awsapps.com/start. Nothing ever
	// connects to it. Keep it below awsapps.com: the AWS CLI refuses to sign in to
	// a start URL that does not look like one of AWS's own.
	StartURL string
	// Region is the region of the instance; "" means us-east-1. It decides the
	// partition of every ARN.
	Region string

	// PublicURL is the base URL at which browsers reach the emulator. It stands in
	// the addresses that devices show. "" means the URL that the device itself uses;
	// set it if devices come through a proxy.
	PublicURL string

	// Users, Groups, Accounts, PermissionSets and Assignments are the
	// organization. If all five are empty, the emulator serves that of [BuiltIn].
	Users          []User
	Groups         []Group
	Accounts       []Account
	PermissionSets []PermissionSet
	Assignments    []Assignment

	// Buckets, Instances, Roles and MFADevices are the resources in the accounts. If
	// all four are empty too, [BuiltIn] also provides these.
	Buckets    []Bucket
	Instances  []Instance
	Roles      []Role
	MFADevices []MFADevice

	// TokenLifetime is the life of an access token that comes with a refresh
	// token; 0 means 1 h.
	TokenLifetime time.Duration
	// LegacyTokenLifetime is the life of an access token that cannot be
	// refreshed; 0 means 8 h.
	LegacyTokenLifetime time.Duration
	// PortalSession is how long a person stays signed in. When it ends, every token
	// of that sign-in ends; 0 means 8 h.
	PortalSession time.Duration
	// RegistrationLifetime is the life of a registered client; 0 means 90 days.
	RegistrationLifetime time.Duration
	// RefreshGrace is how long a used refresh token still works. After that, a
	// second use revokes every token of that sign-in. 0 means no grace.
	RefreshGrace time.Duration
	// DeviceCodeLifetime is how long a device code waits for the person; 0 means
	// 10 min.
	DeviceCodeLifetime time.Duration

	// AutoApprove, if not "", names the user whom every sign-in signs in and
	// approves without showing a form.
	AutoApprove string
	// RateLimits turns the published request limits on.
	RateLimits bool
	// AdminToken turns the admin API on, below [AdminPath]. Programs that send it
	// as "Authorization: Bearer TOKEN" can move the clock, break operations, end
	// sessions and read the counters, on loopback addresses only. "" turns the
	// admin API off.
	AdminToken string
	// Now is the clock, to which [Emulator.Advance] adds; nil means time.Now.
	Now func() time.Time
	// Seed, if not 0, makes every identifier and token predictable. Anybody can
	// then compute the tokens.
	Seed uint64
	// Log gets one record per request, without secrets; nil means no log.
	Log *slog.Logger
}

// A User is a person who can sign in.
type User struct {
	Name string
	// Password is what the sign-in page asks for; "" means that any will do.
	Password string
	Email    string
	// TOTP is the base32 secret of an authenticator app (RFC 6238: SHA-1, 6
	// digits, 30 s). If it is not "", the sign-in page asks for a code.
	TOTP string
}

// A Group is a name for several users.
type Group struct {
	Name    string
	Members []string // names of users
}

// An Account is an AWS account of the organization.
type Account struct {
	ID    string // 12 digits
	Name  string
	Email string
}

// A PermissionSet is what the access portal calls a role.
type PermissionSet struct {
	Name string
	// SessionDuration is the life of role credentials, 1 h to 12 h; 0 means 1 h.
	SessionDuration time.Duration
}

// An Assignment gives a user or a group each of the permission sets in each of
// the accounts. Set either User or Group. "*" in Accounts or PermissionSets means
// all of them.
type Assignment struct {
	User, Group    string
	Accounts       []string // ids
	PermissionSets []string // names
}

// A Bucket is an S3 bucket. The emulator lists it and its objects.
type Bucket struct {
	Account string
	Name    string
	Region  string    // "" means the region of the Config
	Created time.Time // the zero value means the start of 2026
	Objects []Object
}

// An Object is an object in a bucket, as a listing shows it.
type Object struct {
	Key      string
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
	// PrivateIP and PublicIP are left out of the answer if they are "".
	PrivateIP, PublicIP string
	Launched            time.Time // the zero value means the start of 2026
	Tags                map[string]string
}

// A Role is an IAM role that callers can assume.
type Role struct {
	Account string
	Name    string
	// Trusts lists who may call AssumeRole: the id of an account means everybody in
	// it; the ARN of a role or role session may have * for any text.
	Trusts     []string
	ExternalID string // if not "", a caller must give it
	// MaxSession is the longest a session may last, 1 h to 12 h; 0 means 1 h.
	MaxSession time.Duration
	// MFA means that callers must give the code of one of the MFADevices.
	MFA bool
	// WebIdentity lists the subjects whose tokens AssumeRoleWithWebIdentity takes;
	// * means any text.
	WebIdentity []string
}

// An MFADevice is an authenticator app, for roles with MFA. In AWS it belongs to the
// IAM user who calls; here every caller may use it.
type MFADevice struct {
	Serial string // its ARN, or the serial number of a piece of hardware
	TOTP   string // the base32 secret, as for [User]
}

// withDefaults returns c with every zero value replaced by what it means.
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
		if len(c.Buckets)+len(c.Instances)+len(c.Roles)+len(c.MFADevices) == 0 {
			c.Buckets, c.Instances, c.Roles, c.MFADevices = b.Buckets, b.Instances, b.Roles, b.MFADevices
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
	// Field is the path to the entry, such as "accounts[2].id", in the names that
	// an organization file uses.
	Field   string
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// wrong returns a FieldError. The path comes in parts: texts and indexes.
func wrong(problem string, path ...any) error {
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
