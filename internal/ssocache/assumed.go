package ssocache

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// An Assumed holds the credentials of an assumed role, as the AWS CLI caches them. If the
// chain starts with an Identity Center session, Session and StartURL name this session.
type Assumed struct {
	Credentials
	RoleID, UserARN string // AssumedRoleUser in the reply of STS

	// Source identifies the credentials that assumed the role, and the endpoint of STS. The
	// name of the file does not depend on the source, so two profiles with different sources
	// can have the same file. Source is "" if another program wrote the file.
	Source string
}

const sourceField = "lanyardSource"

// errNotAssumed means that a cache file holds the credentials of an SSO role.
var errNotAssumed = errors.New("not credentials of an assumed role")

// ParseAssumed parses the content of a file with the credentials of an assumed role.
func ParseAssumed(data []byte) (Assumed, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Assumed{}, err
	}
	if kind, err := o.text(providerField); err != nil || kind != "" {
		return Assumed{}, errNotAssumed
	}
	var a Assumed
	if a.Credentials, err = o.credentials(); err != nil {
		return Assumed{}, err
	}
	user := object{}
	if raw, ok := o["AssumedRoleUser"]; ok {
		if user, err = decodeObject(raw); err != nil {
			return Assumed{}, errors.New("AssumedRoleUser is not an object")
		}
	}
	var errs [3]error
	a.RoleID, errs[0] = user.text("AssumedRoleId")
	a.UserARN, errs[1] = user.text("Arn")
	a.Source, errs[2] = o.text(sourceField)
	return a, errors.Join(errs[:]...)
}

// Encode returns the content of a file with the credentials of an assumed role. Unlike the
// AWS CLI, it does not store the headers of the reply.
func (a Assumed) Encode() []byte {
	user := object{}
	user.set("AssumedRoleId", a.RoleID)
	user.set("Arn", a.UserARN)
	o := object{}
	maps.Copy(o, a.extra)
	o.setCredentials(a.Credentials)
	o["AssumedRoleUser"] = user.encode("AssumedRoleId", "Arn")
	o.set(sourceField, a.Source)
	return o.encode("Credentials", "AssumedRoleUser")
}

// credentials returns the credentials in a cache file, of an SSO role or an assumed role.
func (o object) credentials() (Credentials, error) {
	inner, err := decodeObject(o["Credentials"])
	if err != nil {
		return Credentials{}, errors.New("it has no Credentials")
	}
	c := Credentials{extra: maps.Clone(o)}
	var errs [8]error
	var key, token string
	c.AccessKeyID, errs[0] = inner.text("AccessKeyId")
	key, errs[1] = inner.text("SecretAccessKey")
	token, errs[2] = inner.text("SessionToken")
	c.Expiration, errs[3] = inner.time("Expiration")
	c.AccountID, errs[4] = inner.text("AccountId")
	c.Session, errs[5] = o.text(sessionField)
	c.StartURL, errs[6] = o.text(startURLField)
	var origin Origin
	origin, errs[7] = o.origin()
	c.Origin = origin.SignIn
	for _, err := range errs {
		if err != nil {
			return Credentials{}, err
		}
	}
	c.SecretAccessKey, c.SessionToken = secret.New(key), secret.New(token)
	c.Life = o.seconds(lifeField)
	if c.AccessKeyID == "" || key == "" || token == "" || c.Expiration.IsZero() {
		return Credentials{}, errors.New("it lacks a key or its expiration")
	}
	return c, nil
}

// setCredentials sets the members that [object.credentials] reads.
func (o object) setCredentials(c Credentials) {
	inner := object{}
	inner.set("AccessKeyId", c.AccessKeyID)
	inner.set("SecretAccessKey", c.SecretAccessKey.Reveal())
	inner.set("SessionToken", c.SessionToken.Reveal())
	inner.set("Expiration", FormatTime(c.Expiration))
	inner.set("AccountId", c.AccountID)
	o["Credentials"] = inner.encode("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "AccountId")
	o.set(sessionField, c.Session)
	o.set(startURLField, c.StartURL)
	o.set(originField, c.Origin)
	delete(o, lifeField)
	if c.Life > 0 {
		o[lifeField] = seconds(c.Life)
	}
}

// LoadAssumed reads the credentials of an assumed role from the file called name; see
// [AssumedName]. It returns the same errors as [Dir.LoadToken].
func (d Dir) LoadAssumed(name string) (Assumed, error) {
	return Load(d.Roles()+sep+name, ParseAssumed)
}

// An Argument is an argument of a call of STS. If Number is 0, the value is Text.
type Argument struct {
	Name, Text string
	Number     int
}

// AssumedName returns the file name of the credentials of an assumed role. args has the
// arguments of AssumeRole that the profile configures, in any order. Source: botocore's
// BaseAssumeRoleCredentialFetcher.
func AssumedName(args []Argument) string {
	args = slices.SortedFunc(slices.Values(args), func(a, b Argument) int { return strings.Compare(a.Name, b.Name) })
	members := make([]string, len(args))
	for i, a := range args {
		value := pythonQuote(a.Text)
		if a.Number != 0 {
			value = strconv.Itoa(a.Number)
		}
		members[i] = pythonQuote(a.Name) + ": " + value
	}
	return hash("{"+strings.Join(members, ", ")+"}") + ".json"
}

// PrivateName returns a file name for the credentials of an assumed role. It depends on the
// source too. Other programs do not use this name.
func PrivateName(name, source string) string { return hash(name+" "+source) + ".json" }
