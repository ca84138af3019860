package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A sealer makes tokens that carry their own content and cannot be forged: an
// access token names its sign-in and its end, so that nothing need be stored for
// it, however many are issued. A token of one kind is never accepted as another.
type sealer struct{ key []byte }

// Kinds of sealed text. The letters are part of what is signed.
const (
	kindAccess  = "access"
	kindRefresh = "refresh"
	kindCode    = "code"
	kindDevice  = "device"
	kindCookie  = "cookie"
	kindSecret  = "client-secret"
	kindPage    = "page"
	kindSession = "session-token"
	kindConsole = "console"
	kindWeb     = "web-identity"
)

const macSize = 16

func (s sealer) mac(kind, payload string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(kind + "\x00" + payload))
	return h.Sum(nil)
}

// seal returns payload as unforgeable text of the given kind. The payload can be
// read by whoever holds the text.
func (s sealer) seal(kind, payload string) string {
	return s.sealAs(base64.RawURLEncoding, kind, payload)
}

// open returns the payload of text that seal made for this kind.
func (s sealer) open(kind, text string) (payload string, ok bool) {
	return s.openAs(base64.RawURLEncoding, kind, text)
}

// sealAs is seal in another encoding.
func (s sealer) sealAs(enc *base64.Encoding, kind, payload string) string {
	return enc.EncodeToString(append([]byte(payload), s.mac(kind, payload)[:macSize]...))
}

// openAs is open in another encoding.
func (s sealer) openAs(enc *base64.Encoding, kind, text string) (payload string, ok bool) {
	// Strict, and without the line breaks that the decoder would skip, because
	// otherwise several texts would mean the same token.
	b, err := enc.Strict().DecodeString(text)
	if err != nil || len(b) < macSize || strings.ContainsAny(text, "\r\n") {
		return "", false
	}
	payload, mac := string(b[:len(b)-macSize]), b[len(b)-macSize:]
	return payload, hmac.Equal(mac, s.mac(kind, payload)[:macSize])
}
