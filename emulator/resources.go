package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Bucket is an S3 bucket, as far as it can be listed.
type Bucket struct {
	Account string
	Name    string
	Region  string    // "" means that of the instance
	Created time.Time // the zero value means the start of 2026
	Objects []Object
}

// An Object is what a listing tells of an object in a bucket.
type Object struct {
	Key      string
	Size     int64
	Modified time.Time // the zero value means the start of 2026
}

// An Instance is an EC2 instance.
type Instance struct {
	Account string
	Region  string // "" means that of the Identity Center instance
	ID      string // "i-" and 8 or 17 hexadecimal digits
	Type    string // "" means t3.micro
	State   string // running (also ""), stopped, pending, stopping, shutting-down or terminated
	ImageID string // "" means ami-0abcdef1234567890
	// PrivateIP and PublicIP are left out of the answer if they are "".
	PrivateIP, PublicIP string
	Launched            time.Time // the zero value means the start of 2026
	Tags                map[string]string
}

// A Role is an IAM role that other roles may take on by AssumeRole.
type Role struct {
	Account string
	Name    string
	// Trusts lists who may: the id of an account, for everybody in it, or the ARN
	// of a role or role session, in which * stands for anything.
	Trusts     []string
	ExternalID string // if not "", a caller must give it
	// MaxSession is the longest a session may last, 1 h to 12 h; 0 means 1 h.
	MaxSession time.Duration
	// MFA means that callers must give the code of one of the MFADevices.
	MFA bool
	// WebIdentity lists the subjects of tokens that may take on the role by
	// AssumeRoleWithWebIdentity; * stands for anything.
	WebIdentity []string
}

// An MFADevice is an authenticator app that callers of AssumeRole name. At AWS it
// belongs to the IAM user who calls; here anybody may use it.
type MFADevice struct {
	Serial string // its ARN, or the serial number of a piece of hardware
	TOTP   string // the base32 secret, as for [User]
}

// beginning is when everything was made of which nothing else is said.
func beginning() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// resources are what lies in the accounts, indexed.
type resources struct {
	buckets   map[string]*Bucket   // by name
	owned     map[string][]*Bucket // by account; sorted by name
	instances map[string][]Instance
	iamRoles  map[string]Role   // by account and name
	devices   map[string]string // MFA: serial -> base32 secret
}

// place is the key of what EC2 keeps apart.
func place(account, region string) string { return account + "/" + region }

func newResources(c Config, known func(account string) bool) (*resources, error) {
	r := &resources{map[string]*Bucket{}, map[string][]*Bucket{}, map[string][]Instance{}, map[string]Role{}, map[string]string{}}
	for i, b := range c.Buckets {
		switch {
		case !isBucketName(b.Name):
			return nil, wrong(fmt.Sprintf("%q is not a name that S3 allows", b.Name), "buckets", i, "name")
		case !known(b.Account):
			return nil, wrong(fmt.Sprintf("no account %q", b.Account), "buckets", i, "account")
		case r.buckets[b.Name] != nil:
			return nil, wrong(fmt.Sprintf("%q is there twice", b.Name), "buckets", i, "name")
		}
		b.Region, b.Created = cmp.Or(b.Region, c.Region), cmp.Or(b.Created, beginning())
		b.Objects = slices.Clone(b.Objects)
		for k := range b.Objects {
			b.Objects[k].Modified = cmp.Or(b.Objects[k].Modified, b.Created)
		}
		slices.SortFunc(b.Objects, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
		r.buckets[b.Name] = &b
		r.owned[b.Account] = append(r.owned[b.Account], &b)
	}
	for bs := range maps.Values(r.owned) {
		slices.SortFunc(bs, func(a, b *Bucket) int { return strings.Compare(a.Name, b.Name) })
	}
	if err := r.addInstances(c, known); err != nil {
		return nil, err
	}
	if err := r.addDevices(c); err != nil {
		return nil, err
	}
	return r, r.addRoles(c, known)
}

func (r *resources) addDevices(c Config) error {
	for k, d := range c.MFADevices {
		if !isSerial(d.Serial) {
			return wrong(fmt.Sprintf("%q is not 9 to 256 letters, digits or any of %s", d.Serial, serialExtra), "mfa_devices", k, "serial")
		}
		if r.devices[d.Serial] != "" {
			return wrong(fmt.Sprintf("%q is there twice", d.Serial), "mfa_devices", k, "serial")
		}
		if _, err := TOTPCode(d.TOTP, time.Time{}); err != nil {
			return wrong(err.Error(), "mfa_devices", k, "totp")
		}
		r.devices[d.Serial] = d.TOTP
	}
	return nil
}

func (r *resources) addInstances(c Config, known func(string) bool) error {
	for k, i := range c.Instances {
		i.Type, i.State = cmp.Or(i.Type, "t3.micro"), cmp.Or(i.State, "running")
		switch _, ok := instanceStates()[i.State]; {
		case !isInstanceID(i.ID):
			return wrong(fmt.Sprintf("%q is not i- and 8 or 17 hexadecimal digits", i.ID), "instances", k, "id")
		case !known(i.Account):
			return wrong(fmt.Sprintf("no account %q", i.Account), "instances", k, "account")
		case !ok:
			return wrong(fmt.Sprintf("no state %q", i.State), "instances", k, "state")
		}
		i.Launched, i.ImageID = cmp.Or(i.Launched, beginning()), cmp.Or(i.ImageID, "ami-0abcdef1234567890")
		key := place(i.Account, cmp.Or(i.Region, c.Region))
		r.instances[key] = append(r.instances[key], i)
	}
	for is := range maps.Values(r.instances) {
		slices.SortFunc(is, func(a, b Instance) int { return strings.Compare(a.ID, b.ID) })
	}
	return nil
}

func (r *resources) addRoles(c Config, known func(string) bool) error {
	for k, role := range c.Roles {
		role.MaxSession = cmp.Or(role.MaxSession, time.Hour)
		switch {
		case !isRoleName(role.Name):
			return wrong(fmt.Sprintf("%q is not 1 to 64 letters, digits or any of %s", role.Name, nameExtra), "roles", k, "name")
		case !known(role.Account):
			return wrong(fmt.Sprintf("no account %q", role.Account), "roles", k, "account")
		case role.MaxSession < time.Hour || role.MaxSession > 12*time.Hour:
			return wrong(fmt.Sprintf("%v is not within 1h and 12h", role.MaxSession), "roles", k, "max_session")
		case role.MFA && len(r.devices) == 0:
			return wrong("there are no mfa_devices", "roles", k, "mfa")
		}
		r.iamRoles[place(role.Account, role.Name)] = role
	}
	return nil
}
