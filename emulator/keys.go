// Credentials: the functions that issue and verify them.

package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/random"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
	"github.com/lanyard-cli/lanyard/emulator/internal/sigv4"
)

// A principal is the owner of credentials. The session token of temporary credentials
// contains the sealed principal. The emulator derives the secret key from the key id. So
// the emulator stores nothing for the credentials that it issues.
type principal struct {
	KeyID   string `json:"k"`
	Account string `json:"a"`
	ARN     string `json:"r"` // the ARN of the role session or of the IAM user
	UserID  string `json:"u"`
	Expires int64  `json:"e"` // seconds since 1970; 0 means never
	Set     string `json:"s"` // the permission set; "" after AssumeRole and for IAM users
	// ByKey reports whether an IAM user assumed the role with an access key, and not with
	// temporary credentials.
	ByKey bool `json:"b,omitempty"`
	// MFA reports whether the IAM user got the credentials with a code of an MFA device.
	MFA bool `json:"m,omitempty"`
	// Roles that this principal assumes inherit SourceIdentity and Tags. Tags has only the
	// transitive tags.
	SourceIdentity string            `json:"i,omitempty"`
	Tags           map[string]string `json:"t,omitempty"`
}

// expired reports whether the credentials of p have expired.
func (p principal) expired(now time.Time) bool { return p.Expires != 0 && now.Unix() >= p.Expires }

// An accessKey is the long-term access key of an IAM user.
type accessKey struct {
	owner  principal
	secret string
}

// principal returns the principal of u in the partition.
func (u IAMUser) principal(partition string) principal {
	id := sha256.Sum256([]byte("user/" + u.Account + "/" + u.Name))
	return principal{
		KeyID: u.AccessKeyID, Account: u.Account, ARN: "arn:" + partition + ":iam::" + u.Account + ":user/" + u.Name,
		UserID: "AIDA" + base32.StdEncoding.EncodeToString(id[:])[:17],
	}
}

// isUser reports whether p is an IAM user. Otherwise p is a role session.
func (p principal) isUser() bool { return strings.Contains(p.ARN, ":user/") }

// identity returns the ARN that trust policies and IAM use for p. It is the ARN of the IAM
// user or federated user, or of the role of the role session.
func (p principal) identity() string {
	if p.isUser() || p.isFederated() {
		return p.ARN
	}
	part := strings.Split(p.ARN, ":") // arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
	role := strings.Split(part[len(part)-1], "/")[1]
	return "arn:" + part[1] + ":iam::" + p.Account + ":role/" + role
}

// MFASerial returns the serial number of the user's MFA device. region is the region of the
// Config.
func (u IAMUser) MFASerial(region string) string {
	return "arn:" + partitionOf(region) + ":iam::" + u.Account + ":mfa/" + u.Name
}

// A credentials holds temporary credentials as a client gets them.
type credentials struct {
	principal
	secret, token string
}

// roleCredentials issues credentials for the permission set in the account. ok is false if the
// user does not have the permission set in this account.
func (e *Emulator) roleCredentials(user, account, set string, now time.Time) (creds credentials, ok bool) {
	d := e.dir.Load()
	if !d.access(user).has(account, set) {
		return credentials{}, false
	}
	role := roleName(account, set)
	return e.issue(principal{
		Account: account, Set: set,
		ARN:     "arn:" + e.partition() + ":sts::" + account + ":assumed-role/" + role + "/" + user,
		UserID:  roleID(account, role) + ":" + user,
		Expires: now.Add(d.sets[d.setNames[set]].SessionDuration).Unix(),
	}), true
}

// roleName returns the name of the IAM role that Identity Center creates for a permission set in
// an account. The name ends in a hash of the account and the permission set.
func roleName(account, set string) string {
	sum := sha256.Sum256([]byte(account + "/" + set))
	return "AWSReservedSSO_" + set + "_" + hex.EncodeToString(sum[:8])
}

// roleID returns the unique id of an IAM role.
func roleID(account, role string) string {
	sum := sha256.Sum256([]byte("role/" + account + "/" + role))
	return "AROA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// partition returns the partition of the instance's region.
func (e *Emulator) partition() string { return partitionOf(e.config().Region) }

// partitionOf returns the partition of a region.
func partitionOf(r string) string {
	switch {
	case strings.HasPrefix(r, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(r, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}

// issue returns credentials for p.
func (e *Emulator) issue(p principal) credentials {
	p.KeyID = "ASIA" + e.random.Pick(16, base32Letters)
	b, err := json.Marshal(p)
	if err != nil { // impossible: strings and numbers marshal
		panic(err)
	}
	return credentials{p, e.secretKey(p.KeyID), e.seal.SealAs(base64.StdEncoding, seal.Session, string(b))}
}

const base32Letters = random.Letters + "234567"

// secretKey returns the secret access key for a key id. It has 40 characters, as in AWS.
func (e *Emulator) secretKey(id string) string {
	return base64.StdEncoding.EncodeToString(e.seal.MAC("secret-key", id))[:40]
}

// holder returns the principal in the session token.
func (e *Emulator) holder(token string) (p principal, ok bool) {
	payload, ok := e.seal.OpenAs(base64.StdEncoding, seal.Session, token)
	return p, ok && json.Unmarshal([]byte(payload), &p) == nil
}

// owner returns the principal and the secret key of an access key. The token is "" for
// the access key of an IAM user. The error is errNoKey or errNoToken.
func (e *Emulator) owner(id, token string) (p principal, secret string, err error) {
	if token == "" {
		key, ok := e.dir.Load().keys[id]
		if !ok {
			return p, "", errNoKey
		}
		return key.owner, key.secret, nil
	}
	p, ok := e.holder(token)
	if !ok || subtle.ConstantTimeCompare([]byte(p.KeyID), []byte(id)) != 1 {
		return principal{}, "", errNoToken
	}
	return p, e.secretKey(id), nil
}

// Identify returns the ARN of the role session or of the IAM user that owns the
// credentials, as GetCallerIdentity does. It returns an error if the emulator did not
// issue the credentials or if they have expired.
func (e *Emulator) Identify(accessKeyID, secretAccessKey, sessionToken string) (arn string, err error) {
	p, err := e.holderOf(accessKeyID, secretAccessKey, sessionToken, e.Now())
	if err != nil {
		return "", err
	}
	return p.ARN, nil
}

// holderOf verifies credentials and returns their principal.
func (e *Emulator) holderOf(id, secret, token string, now time.Time) (principal, error) {
	p, want, err := e.owner(id, token)
	switch {
	case err != nil, subtle.ConstantTimeCompare([]byte(secret), []byte(want)) != 1:
		return p, errors.New("the credentials are not valid")
	case p.expired(now):
		return p, errors.New("the credentials have expired")
	}
	return p, nil
}

// A signer is the principal that signed a request, and the signature.
type signer struct {
	principal
	signature *sigv4.Signature // nil if the signature is malformed
	check     sigv4.Check
	reason    string // AWS's message, if it depends on the request
}

// The errors of a signature. Each service has its own codes and messages for these errors.
var (
	errUnsigned  = errors.New("request is not signed")
	errMalformed = errors.New("signature is malformed")
	errNoKey     = errors.New("no such key")
	errNoToken   = errors.New("session token does not belong to the key")
	errKeyEnded  = errors.New("key has expired")
	errSkewed    = errors.New("request was signed at another time")
	errSignature = errors.New("signature does not match")
)

// verify verifies the signature of a request for the service. The error is one of the errors
// above. If there is an error, verify returns only the known parts of the signer.
func (e *Emulator) verify(c *call, service string, skew time.Duration) (signer, error) {
	var s signer
	sig, err := sigv4.Parse(c.Request)
	switch {
	case errors.Is(err, sigv4.ErrMissing):
		return s, errUnsigned
	case err != nil:
		s.reason = err.Error()
		return s, errMalformed
	}
	s.signature = sig
	p, secret, err := e.owner(sig.KeyID, sig.Token)
	if err != nil {
		return s, err
	}
	s.principal = p
	s.check = sig.Verify(c.Request, c.body, secret)
	switch {
	case !s.check.OK:
		return s, errSignature
	case sig.Service != service:
		s.reason = fmt.Sprintf("Credential should be scoped to correct service: '%s'.", service)
		return s, errSignature
	}
	if reason := offTime(sig, c.now, skew); reason != "" && offTime(sig, e.unmoved(), skew) != "" {
		s.reason = reason
		return s, errSkewed
	}
	if p.expired(c.now) {
		return s, errKeyEnded
	}
	c.caller = p.ARN
	return s, nil
}

// offTime returns AWS's message if the signing time differs from now by more than skew. Otherwise
// it returns "".
func offTime(sig *sigv4.Signature, now time.Time, skew time.Duration) string {
	const form = "20060102T150405Z"
	late, note := skew, fmt.Sprintf("%d min.", skew/time.Minute)
	if sig.Presigned {
		late, note = sig.Expires, fmt.Sprintf("%d s.", sig.Expires/time.Second)
	}
	switch {
	case now.Sub(sig.Time) > late:
		return fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s)", sig.Time.Format(form), now.Add(-late).Format(form), now.Format(form), note)
	case sig.Time.Sub(now) > skew:
		return fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %d min.)", sig.Time.Format(form), now.Add(skew).Format(form), now.Format(form), skew/time.Minute)
	}
	return ""
}
