// Codes of authenticator apps (RFC 6238) for the sign-in page and for STS.

package emulator

import (
	"crypto/hmac"
	"crypto/sha1" // the hash of authenticator apps (RFC 6238)
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// TOTPCode returns the six digits that an authenticator app shows at the time (RFC 6238).
// The secret is base32. Spaces, lower case and missing padding are allowed.
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

// useTOTP reports whether the code is right and unused, and marks it as used (RFC 6238
// section 5.2). It accepts codes for the emulator's time and for the time without
// Advance, which the user's app shows. whose is the owner of the secret.
func (e *Emulator) useTOTP(whose, secret, code string) bool {
	defer e.lock()()
	for _, at := range []time.Time{e.Now(), e.unmoved()} {
		now := at.Unix() / int64(totpStep/time.Second)
		for _, step := range []int64{now, now - 1, now + 1} { // clocks can differ by one step
			want, err := totp(secret, step)
			if err != nil || !hmac.Equal([]byte(want), []byte(code)) || slices.Contains(e.totpUsed[whose], step) {
				continue
			}
			used := append(e.totpUsed[whose], step)
			e.totpUsed[whose] = used[max(0, len(used)-maxTOTPUsed):]
			return true
		}
	}
	return false
}

// maxTOTPUsed is the number of used codes to remember for each secret. It is the number
// of codes that are right at the same time.
const maxTOTPUsed = 6

// checkMFA checks the code of an MFA device. given reports whether the request has one.
// Each code works once.
func (e *Emulator) checkMFA(in url.Values) (given bool, no *apiError) {
	serial, code := in.Get("SerialNumber"), in.Get("TokenCode")
	switch {
	case serial == "" && code == "":
		return false, nil
	case in.Has("SerialNumber") && !isSerial(serial):
		return false, constraint(serial, "serialNumber", "Member must satisfy regular expression pattern: [\\w+=/:,.@-]*, and have length between 9 and 256")
	case in.Has("TokenCode") && (len(code) != 6 || !made(code, "0123456789")):
		return false, constraint(code, "tokenCode", "Member must satisfy regular expression pattern: [\\d]*, and have length equal to 6")
	case serial == "" || code == "":
		return false, accessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	secret, ok := e.dir.Load().devices[serial]
	switch {
	case !ok:
		return false, accessDenied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	case !e.useTOTP("mfa "+serial, secret, code): // user names have no blanks
		return false, accessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	return true, nil
}
