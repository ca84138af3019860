// The organization and its resources, checked and indexed. Users and their access are in
// access.go.

package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/orgapi"
	"github.com/lanyard-cli/lanyard/emulator/internal/random"
)

// A directory is a checked organization with indexes. It does not change, because a reload
// replaces the whole directory.
type directory struct {
	cfg          Config
	users        map[string]User
	open         []string  // users without a password, for the sign-in page
	accounts     []Account // by id, ascending
	byID         map[string]int
	sets         []PermissionSet
	setNames     map[string]int
	granted      []Assignment
	views        map[string]*lazyView    // by user
	issuers      map[string]issuer       // by URL
	applications map[string]*application // by ARN
	orgapi       func() *orgapi.Organization
	*resources
}

// newDirectory checks and indexes c. c has its defaults. The error is a *FieldError.
func newDirectory(c Config) (*directory, error) {
	if err := checkSettings(c); err != nil {
		return nil, err
	}
	d := &directory{
		cfg:   c,
		users: map[string]User{}, byID: map[string]int{}, setNames: map[string]int{},
		views:   map[string]*lazyView{},
		issuers: map[string]issuer{}, applications: map[string]*application{},
		accounts: slices.Clone(c.Accounts), sets: slices.Clone(c.PermissionSets), granted: slices.Clone(c.Assignments),
	}
	for _, add := range []func() error{d.indexUsers, d.indexAccounts, d.indexSets, d.indexAssignments, d.indexApplications} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	var err error
	d.orgapi = sync.OnceValue(d.organization)
	d.resources, err = newResources(c, func(id string) bool { _, ok := d.byID[id]; return ok })
	if err != nil {
		return nil, err
	}
	return d, d.checkDenials()
}

// checkSettings checks the fields of c outside the organization.
func checkSettings(c Config) error {
	if u, err := url.Parse(c.StartURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fieldError(fmt.Sprintf("%q is not a URL", c.StartURL), "start_url")
	}
	if !isWord(c.Region, 1, 40, "-") {
		return fieldError(fmt.Sprintf("%q is not a region", c.Region), "region")
	}
	for field, d := range map[string]time.Duration{
		"token_lifetime": c.TokenLifetime, "legacy_token_lifetime": c.LegacyTokenLifetime, "portal_session": c.PortalSession,
		"registration_lifetime": c.RegistrationLifetime, "refresh_grace": c.RefreshGrace, "device_code_lifetime": c.DeviceCodeLifetime,
	} {
		if d < 0 {
			return fieldError(fmt.Sprintf("%v is negative", d), field)
		}
	}
	if _, err := newForwarder(c.Forward); err != nil {
		return fieldError(err.Error(), "forward")
	}
	known := c.AutoApprove == "" || slices.ContainsFunc(c.Users, func(u User) bool { return u.Name == c.AutoApprove })
	if !known {
		return fieldError(fmt.Sprintf("no user %q", c.AutoApprove), "auto_approve")
	}
	return nil
}

func (d *directory) indexUsers() error {
	for i, u := range d.cfg.Users {
		if !isUserName(u.Name) {
			return fieldError(fmt.Sprintf("%q is not 2 to 64 letters, digits or any of %s", u.Name, nameExtra), "users", i, "name")
		}
		if _, ok := d.users[u.Name]; ok {
			return fieldError(fmt.Sprintf("duplicate %q", u.Name), "users", i, "name")
		}
		if u.TOTP != "" {
			if _, err := TOTPCode(u.TOTP, time.Time{}); err != nil {
				return fieldError(err.Error(), "users", i, "totp")
			}
		}
		d.users[u.Name] = u
		if u.Password == "" && u.TOTP == "" && len(d.open) < 6 {
			d.open = append(d.open, u.Name)
		}
	}
	return nil
}

func (d *directory) indexAccounts() error {
	for i, a := range d.cfg.Accounts {
		if !isAccountID(a.ID) {
			return fieldError(fmt.Sprintf("%q is not 12 digits", a.ID), "accounts", i, "id")
		}
		if _, ok := d.byID[a.ID]; ok {
			return fieldError(fmt.Sprintf("duplicate %q", a.ID), "accounts", i, "id")
		}
		if a.Unit != "" && slices.ContainsFunc(strings.Split(a.Unit, "/"), func(name string) bool { return name == "" || len(name) > 128 }) {
			return fieldError(fmt.Sprintf("%q is not a path of names such as Workloads/Prod", a.Unit), "accounts", i, "unit")
		}
		d.byID[a.ID] = i
	}
	slices.SortFunc(d.accounts, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	for i, a := range d.accounts {
		d.byID[a.ID] = i
	}
	return nil
}

func (d *directory) indexSets() error {
	for i, s := range d.cfg.PermissionSets {
		if !isSetName(s.Name) {
			return fieldError(fmt.Sprintf("%q is not 1 to 32 letters, digits or any of %s", s.Name, nameExtra), "permission_sets", i, "name")
		}
		if _, ok := d.setNames[s.Name]; ok {
			return fieldError(fmt.Sprintf("duplicate %q", s.Name), "permission_sets", i, "name")
		}
		if s.SessionDuration == 0 {
			d.sets[i].SessionDuration = time.Hour
		} else if s.SessionDuration < time.Hour || s.SessionDuration > 12*time.Hour {
			return fieldError(fmt.Sprintf("%v is not between 1h and 12h", s.SessionDuration), "permission_sets", i, "session_duration")
		}
		d.setNames[s.Name] = i
	}
	return nil
}

// A resources holds the resources in the accounts, with indexes.
type resources struct {
	buckets   map[string]*Bucket   // by name
	owned     map[string][]*Bucket // by account; sorted by name
	instances map[string][]Instance
	iamRoles  map[string]Role      // by account and name
	devices   map[string]mfaDevice // by serial number
	keys      map[string]accessKey // by access key id
	audiences map[string]bool      // of the identity provider for AssumeRoleWithWebIdentity
}

func newResources(c Config, known func(account string) bool) (*resources, error) {
	r := &resources{map[string]*Bucket{}, map[string][]*Bucket{}, map[string][]Instance{}, map[string]Role{}, map[string]mfaDevice{}, map[string]accessKey{}, map[string]bool{webAudience: true}}
	for i, b := range c.Buckets {
		switch {
		case !isBucketName(b.Name):
			return nil, fieldError(fmt.Sprintf("%q is not a name that S3 allows", b.Name), "buckets", i, "name")
		case !known(b.Account):
			return nil, fieldError(fmt.Sprintf("no account %q", b.Account), "buckets", i, "account")
		case r.buckets[b.Name] != nil:
			return nil, fieldError(fmt.Sprintf("duplicate %q", b.Name), "buckets", i, "name")
		}
		b.Region, b.Created = cmp.Or(b.Region, c.Region), cmp.Or(b.Created, beginning())
		b.Objects = slices.Clone(b.Objects)
		for k := range b.Objects {
			o := &b.Objects[k]
			o.Modified = cmp.Or(o.Modified, b.Created)
			if o.Content == "" {
				continue
			}
			if o.Size != 0 && o.Size != int64(len(o.Content)) {
				return nil, fieldError(fmt.Sprintf("%d is not the size of the content, %d", o.Size, len(o.Content)), "buckets", i, "objects", k, "size")
			}
			o.Size = int64(len(o.Content))
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
	if err := r.addIAMUsers(c, known); err != nil {
		return nil, err
	}
	return r, r.addRoles(c, known)
}

// place returns the key of the instances in an account and region. It also returns the key of an
// IAM role in an account.
func place(account, region string) string { return account + "/" + region }

// beginning returns the creation time of resources that have no time in the Config.
func beginning() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func (r *resources) addInstances(c Config, known func(string) bool) error {
	for k, i := range c.Instances {
		i.Type, i.State = cmp.Or(i.Type, "t3.micro"), cmp.Or(i.State, "running")
		switch _, ok := instanceStates()[i.State]; {
		case !isInstanceID(i.ID):
			return fieldError(fmt.Sprintf("%q is not i- and 8 or 17 hexadecimal digits", i.ID), "instances", k, "id")
		case !known(i.Account):
			return fieldError(fmt.Sprintf("no account %q", i.Account), "instances", k, "account")
		case !ok:
			return fieldError(fmt.Sprintf("no state %q", i.State), "instances", k, "state")
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

func (r *resources) addDevices(c Config) error {
	for k, d := range c.MFADevices {
		if !isSerial(d.Serial) {
			return fieldError(fmt.Sprintf("%q is not 9 to 256 letters, digits or any of %s", d.Serial, serialExtra), "mfa_devices", k, "serial")
		}
		if _, ok := r.devices[d.Serial]; ok {
			return fieldError(fmt.Sprintf("duplicate %q", d.Serial), "mfa_devices", k, "serial")
		}
		if _, err := TOTPCode(d.TOTP, time.Time{}); err != nil {
			return fieldError(err.Error(), "mfa_devices", k, "totp")
		}
		r.devices[d.Serial] = mfaDevice{secret: d.TOTP}
	}
	return nil
}

func (r *resources) addIAMUsers(c Config, known func(string) bool) error {
	seen := map[string]bool{}
	for k, u := range c.IAMUsers {
		switch {
		case !isRoleName(u.Name):
			return fieldError(fmt.Sprintf("%q is not 1 to 64 letters, digits or any of %s", u.Name, nameExtra), "iam_users", k, "name")
		case !known(u.Account):
			return fieldError(fmt.Sprintf("no account %q", u.Account), "iam_users", k, "account")
		case seen[place(u.Account, u.Name)]:
			return fieldError(fmt.Sprintf("duplicate %q", u.Name), "iam_users", k, "name")
		case !isWord(u.AccessKeyID, 16, 128, "_"):
			return fieldError(fmt.Sprintf("%q is not 16 to 128 letters, digits or _", u.AccessKeyID), "iam_users", k, "access_key_id")
		case r.keys[u.AccessKeyID].secret != "":
			return fieldError(fmt.Sprintf("duplicate %q", u.AccessKeyID), "iam_users", k, "access_key_id")
		case u.SecretAccessKey == "":
			return fieldError("is missing", "iam_users", k, "secret_access_key")
		}
		seen[place(u.Account, u.Name)] = true
		owner := u.principal(partitionOf(c.Region))
		r.keys[u.AccessKeyID] = accessKey{owner, u.SecretAccessKey}
		if u.TOTP == "" {
			continue
		}
		serial := u.MFASerial(c.Region)
		if _, ok := r.devices[serial]; ok {
			return fieldError(fmt.Sprintf("the device of %q is one of the mfa_devices", u.Name), "iam_users", k, "totp")
		}
		if _, err := TOTPCode(u.TOTP, time.Time{}); err != nil {
			return fieldError(err.Error(), "iam_users", k, "totp")
		}
		r.devices[serial] = mfaDevice{u.TOTP, owner.ARN}
	}
	return nil
}

func (r *resources) addRoles(c Config, known func(string) bool) error {
	for k, role := range c.Roles {
		role.MaxSession, role.WebAudience = cmp.Or(role.MaxSession, time.Hour), cmp.Or(role.WebAudience, webAudience)
		switch {
		case !isRoleName(role.Name):
			return fieldError(fmt.Sprintf("%q is not 1 to 64 letters, digits or any of %s", role.Name, nameExtra), "roles", k, "name")
		case !known(role.Account):
			return fieldError(fmt.Sprintf("no account %q", role.Account), "roles", k, "account")
		case role.MaxSession < time.Hour || role.MaxSession > 12*time.Hour:
			return fieldError(fmt.Sprintf("%v is not between 1h and 12h", role.MaxSession), "roles", k, "max_session")
		case role.MFA && len(r.devices) == 0:
			return fieldError("there are no mfa_devices, and no iam_users with a totp", "roles", k, "mfa")
		}
		r.iamRoles[place(role.Account, role.Name)] = role
		r.audiences[role.WebAudience] = true
	}
	return nil
}

// The functions below use no regular expressions, because a program would compile them at its
// start even if it runs no emulator.

// isWord reports whether s has the right length and consists of ASCII letters, digits and bytes
// in extra.
func isWord(s string, minLen, maxLen int, extra string) bool {
	if len(s) < minLen || len(s) > maxLen {
		return false
	}
	for _, c := range []byte(s) {
		if !strings.ContainsRune(random.Alphanumerics, rune(c)) && strings.IndexByte(extra, c) < 0 {
			return false
		}
	}
	return true
}

// consistsOf reports whether all letters of s belong to the alphabet.
func consistsOf(s, alphabet string) bool { return strings.Trim(s, alphabet) == "" }

const (
	nameExtra   = "_+=,.@-"   // the characters that IAM allows in names
	serialExtra = "_+=/:,.@-" // the characters that IAM allows in serial numbers of MFA devices
)

func isAccountID(s string) bool { return len(s) == 12 && consistsOf(s, "0123456789") }
func isUserName(s string) bool  { return isWord(s, 2, 64, nameExtra) } // the rules of a role session name
func isSetName(s string) bool   { return isWord(s, 1, 32, nameExtra) }
func isRoleName(s string) bool  { return isWord(s, 1, 64, nameExtra) }
func isSerial(s string) bool    { return isWord(s, 9, 256, serialExtra) }
func isChallenge(s string) bool { return isWord(s, 43, 43, "_-") } // SHA-256 in base64url
func isBucketName(s string) bool {
	return isWord(s, 3, 63, ".-") && s == strings.ToLower(s) && !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "-") &&
		!strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "-")
}

func isInstanceID(s string) bool {
	digits, ok := strings.CutPrefix(s, "i-")
	return ok && (len(digits) == 8 || len(digits) == 17) && consistsOf(digits, "0123456789abcdef")
}

// isScope reports whether s is a scope (RFC 6749 section 3.3).
func isScope(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
