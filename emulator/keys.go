// Temporary keys: how they are issued, whose they are, and who signed a request.

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

	"github.com/lanyard-cli/lanyard/emulator/internal/sigv4"
)

// A principal is who holds a set of temporary keys. It travels, sealed, in the
// session token, and the secret key follows from the key id: keys cost no memory,
// however many are issued.
type principal struct {
	KeyID   string `json:"k"`
	Account string `json:"a"`
	ARN     string `json:"r"` // of the role session
	UserID  string `json:"u"`
	Expires int64  `json:"e"` // seconds since 1970
	Set     string `json:"s"` // permission set; "" for a role taken by AssumeRole
	// SourceIdentity and Tags are handed on to the roles that are taken with these
	// keys. Tags holds the transitive ones only, by key.
	SourceIdentity string            `json:"i,omitempty"`
	Tags           map[string]string `json:"t,omitempty"`
}

// credentials are keys as a client gets them.
type credentials struct {
	principal
	secret, token string
}

// roleCredentials issues keys for the permission set in the account. It reports
// false if the user may not have them.
func (e *Emulator) roleCredentials(user, account, set string, now time.Time) (credentials, bool) {
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

// roleName is the name that Identity Center gives the IAM role of a permission
// set in an account; the last part is the same as long as the two are.
func roleName(account, set string) string {
	sum := sha256.Sum256([]byte(account + "/" + set))
	return "AWSReservedSSO_" + set + "_" + hex.EncodeToString(sum[:8])
}

// roleID is the unique id of an IAM role.
func roleID(account, role string) string {
	sum := sha256.Sum256([]byte("role/" + account + "/" + role))
	return "AROA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// partition is the one in which the instance's region lies.
func (e *Emulator) partition() string {
	switch r := e.config().Region; {
	case strings.HasPrefix(r, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(r, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}

// issue makes keys for p.
func (e *Emulator) issue(p principal) credentials {
	p.KeyID = "ASIA" + e.random.pick(16, base32Letters)
	b, err := json.Marshal(p)
	if err != nil { // a struct of strings and a number marshals
		panic(err)
	}
	return credentials{p, e.secretKey(p.KeyID), e.seal.sealAs(base64.StdEncoding, kindSession, string(b))}
}

const base32Letters = letters + "234567"

// secretKey returns the secret that belongs to a key id, 40 letters as AWS's.
func (e *Emulator) secretKey(id string) string {
	return base64.StdEncoding.EncodeToString(e.seal.mac("secret-key", id))[:40]
}

// holder returns who holds the session token.
func (e *Emulator) holder(token string) (p principal, ok bool) {
	payload, ok := e.seal.openAs(base64.StdEncoding, kindSession, token)
	return p, ok && json.Unmarshal([]byte(payload), &p) == nil
}

// Identify returns the ARN of the role session that owns a set of keys, as
// GetCallerIdentity does. It returns an error if this emulator did not issue the
// keys, or if they have expired.
func (e *Emulator) Identify(accessKeyID, secretAccessKey, sessionToken string) (arn string, err error) {
	p, err := e.consolePrincipal(accessKeyID, secretAccessKey, sessionToken, e.Now())
	if err != nil {
		return "", err
	}
	return p.ARN, nil
}

// consolePrincipal checks a set of keys.
func (e *Emulator) consolePrincipal(id, secret, token string, now time.Time) (principal, error) {
	p, ok := e.holder(token)
	switch {
	case !ok, p.KeyID != id, subtle.ConstantTimeCompare([]byte(secret), []byte(e.secretKey(id))) != 1:
		return p, errors.New("the credentials are not valid")
	case now.Unix() >= p.Expires:
		return p, errors.New("the credentials have expired")
	}
	return p, nil
}

// A signer is who signed a request, and how.
type signer struct {
	principal
	signature *sigv4.Signature // nil if it could not be read
	check     sigv4.Check
	reason    string // in AWS's words, where there is more to say
}

// What can be wrong with a signature. Every service has names and words of its
// own for these.
var (
	errUnsigned  = errors.New("request is not signed")
	errMalformed = errors.New("signature is malformed")
	errNoKey     = errors.New("no such key")
	errNoToken   = errors.New("session token does not belong to the key")
	errKeyEnded  = errors.New("key has expired")
	errSkewed    = errors.New("request was signed at another time")
	errSignature = errors.New("signature does not match")
)

// verify finds out who signed the request for the service. The error is one of
// those above; what is known of the signer is returned with it.
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
	p, ok := e.holder(sig.Token)
	switch {
	case !ok && sig.Token != "":
		return s, errNoToken
	case !ok:
		return s, errNoKey
	case subtle.ConstantTimeCompare([]byte(p.KeyID), []byte(sig.KeyID)) != 1:
		return s, errNoToken
	}
	s.principal = p
	s.check = sig.Verify(c.Request, c.body, e.secretKey(p.KeyID))
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
	if c.now.Unix() >= p.Expires {
		return s, errKeyEnded
	}
	return s, nil
}

// offTime says in AWS's words why the request was not signed now; "" if it was.
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
