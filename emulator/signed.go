package emulator

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/sigv4"
)

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

// A signer is who signed a request, and how.
type signer struct {
	principal
	signature *sigv4.Signature // nil if it could not be read
	check     sigv4.Check
	reason    string // in AWS's words, where there is more to say
}

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
