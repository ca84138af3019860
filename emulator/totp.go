// Codes of authenticator apps (RFC 6238) for the sign-in page and for STS.

package emulator

import (
	"crypto/hmac"
	"crypto/sha1" // authenticator apps use SHA-1 (RFC 6238)
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/constraint"
)

// TOTPCode returns the six digits that an authenticator app shows at a time (RFC 6238). The
// secret is base32. It may have spaces, lower case letters, and no padding.
func TOTPCode(secret string, at time.Time) (string, error) {
	return totp(secret, at.Unix()/int64(totpStep/time.Second))
}

func totp(secret string, step int64) (string, error) {
	s := strings.TrimRight(strings.ToUpper(strings.ReplaceAll(secret, " ", "")), "=")
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	if err != nil || len(key) == 0 {
		return "", errors.New("the authenticator secret is not base32")
	}
	h := hmac.New(sha1.New, key)
	_ = binary.Write(h, binary.BigEndian, step) // a hash returns no errors
	sum := h.Sum(nil)
	off := sum[len(sum)-1] & 0x0f // RFC 4226 section 5.3
	n := binary.BigEndian.Uint32(sum[off:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000), nil
}

const totpStep = 30 * time.Second

// useTOTP reports whether the code is right and unused, and records its use (RFC 6238 section
// 5.2). It accepts codes for the emulator's time. It also accepts codes for the time without
// Advance, because the user's app shows these codes. whose is the owner of the secret.
func (e *Emulator) useTOTP(whose, secret, code string) bool {
	defer e.lock()()
	for _, step := range e.totpSteps() {
		want, err := totp(secret, step)
		if err != nil || !hmac.Equal([]byte(want), []byte(code)) || slices.Contains(e.totpUsed[whose], step) {
			continue
		}
		used := append(e.totpUsed[whose], step)
		e.totpUsed[whose] = used[max(0, len(used)-maxTOTPUsed):]
		return true
	}
	return false
}

// totpSteps returns the time steps whose codes are right now. The current step comes first. The
// clock of a device can differ by one step.
func (e *Emulator) totpSteps() (steps []int64) {
	for _, at := range []time.Time{e.Now(), e.unmoved()} {
		now := at.Unix() / int64(totpStep/time.Second)
		steps = append(steps, now, now-1, now+1)
	}
	return steps
}

// maxTOTPUsed is the number of used codes to remember for each secret. It is the maximum number of
// codes that are right at the same time.
const maxTOTPUsed = 6

// An mfaDevice is an MFA device for STS.
type mfaDevice struct {
	secret string // base32
	owner  string // the ARN of its IAM user; "" means that every role session can use it
}

// An mfaCode holds the parameters SerialNumber and TokenCode.
type mfaCode struct{ serial, code string }

// newMFACode checks the format of SerialNumber and TokenCode, and returns them.
func newMFACode(v *constraint.Parameters) mfaCode {
	return mfaCode{v.Text("SerialNumber", constraint.Serial()), v.Text("TokenCode", constraint.Code())}
}

// checkMFA checks the code for the caller. hasCode reports whether the request has a code. Each
// code works once.
func (e *Emulator) checkMFA(m mfaCode, caller principal) (hasCode bool, refusal *apiError) {
	switch {
	case m.serial == "" && m.code == "":
		return false, nil
	case m.serial == "" || m.code == "":
		return false, accessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	owner := ""
	if caller.isUser() {
		owner = caller.ARN
	}
	d, ok := e.dir.Load().devices[m.serial]
	switch {
	case !ok, d.owner != owner:
		return false, accessDenied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	case !e.useTOTP(mfaOwner(m.serial), d.secret, m.code):
		return false, accessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	return true, nil
}

// mfaOwner returns the owner of a device's codes for useTOTP. The owner has a blank, so it cannot
// be equal to a user name.
func mfaOwner(serial string) string { return "mfa " + serial }

// MFACode returns an unused code of the MFA device that STS accepts now. So a caller can get
// several codes in a row. MFACode returns an error if the device does not exist, or if all codes
// are used.
func (e *Emulator) MFACode(serial string) (string, error) {
	d, ok := e.dir.Load().devices[serial]
	if !ok {
		return "", fmt.Errorf("no MFA device %q", serial)
	}
	defer e.lock()()
	for _, step := range e.totpSteps() {
		if !slices.Contains(e.totpUsed[mfaOwner(serial)], step) {
			return totp(d.secret, step)
		}
	}
	return "", fmt.Errorf("all current codes of the MFA device %q are used; wait %v", serial, totpStep)
}
