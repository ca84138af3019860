package emulator

import (
	"crypto/hmac"
	"crypto/sha1" // what authenticator apps use (RFC 6238)
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const totpStep = 30 * time.Second

// TOTPCode returns the six digits that an authenticator app with this base32
// secret shows at the given time (RFC 6238). Spaces, lower case and missing
// padding in the secret do not matter.
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
	_ = binary.Write(h, binary.BigEndian, step) // a hash does not fail
	sum := h.Sum(nil)
	off := sum[len(sum)-1] & 0x0f // RFC 4226 section 5.3
	n := binary.BigEndian.Uint32(sum[off:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000), nil
}

// useTOTP reports whether the code is right, and marks it used: each works once
// (RFC 6238 section 5.2). Codes are right by the moved clock and by the other one,
// which the user's app goes by. whose names the owner of the secret.
func (e *Emulator) useTOTP(whose, secret, code string) bool {
	defer e.lock()()
	for _, at := range []time.Time{e.Now(), e.unmoved()} {
		now := at.Unix() / int64(totpStep/time.Second)
		for _, step := range []int64{now, now - 1, now + 1} { // a clock may be one step off
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

// maxTOTPUsed is how many used codes are remembered for each secret: as many as
// are right at any one time.
const maxTOTPUsed = 6
