// Package seal makes tokens that contain their data and cannot be forged.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A Sealer makes sealed texts. The emulator does not store these tokens, so it can issue any number
// of them. A text of one kind is not valid as a text of another kind.
type Sealer struct{ Key []byte }

// A Kind is the kind of a sealed text. The signature covers the kind.
type Kind string

// The kinds of sealed texts.
const (
	Access   Kind = "access"
	Refresh  Kind = "refresh"
	Code     Kind = "code"
	Device   Kind = "device"
	Cookie   Kind = "cookie"
	Secret   Kind = "client-secret"
	Page     Kind = "page"
	Session  Kind = "session-token"
	Console  Kind = "console"
	Web      Kind = "web-identity"
	ID       Kind = "id-token"
	Identity Kind = "identity-context"
)

const macSize = 16

// Seal returns payload as a signed text of the kind. It does not encrypt the payload.
func (s Sealer) Seal(kind Kind, payload string) string {
	return s.SealAs(base64.RawURLEncoding, kind, payload)
}

// Open returns the payload of a text that Seal returned for this kind.
func (s Sealer) Open(kind Kind, text string) (payload string, ok bool) {
	return s.OpenAs(base64.RawURLEncoding, kind, text)
}

// SealAs is like Seal, but with another encoding.
func (s Sealer) SealAs(enc *base64.Encoding, kind Kind, payload string) string {
	return enc.EncodeToString(append([]byte(payload), s.MAC(kind, payload)[:macSize]...))
}

// OpenAs is like Open, but with another encoding.
func (s Sealer) OpenAs(enc *base64.Encoding, kind Kind, text string) (payload string, ok bool) {
	// A token must have exactly one valid text. Strict rejects stray bits. The decoder skips line
	// breaks, so check for them.
	b, err := enc.Strict().DecodeString(text)
	if err != nil || len(b) < macSize || strings.ContainsAny(text, "\r\n") {
		return "", false
	}
	payload, mac := string(b[:len(b)-macSize]), b[len(b)-macSize:]
	return payload, hmac.Equal(mac, s.MAC(kind, payload)[:macSize])
}

// MAC returns 32 bytes that only this Sealer can compute from the kind and the payload.
func (s Sealer) MAC(kind Kind, payload string) []byte {
	h := hmac.New(sha256.New, s.Key)
	h.Write([]byte(string(kind) + "\x00" + payload))
	return h.Sum(nil)
}

// JWT returns a JSON Web Token (RFC 7519) of the kind with these claims, which are JSON. Only the
// Sealer can verify the token.
func (s Sealer) JWT(kind Kind, claims []byte) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	return signed + "." + s.jwtSignature(kind, signed)
}

// IsJWT reports whether JWT returned this token for the kind.
func (s Sealer) IsJWT(kind Kind, token string) bool {
	signed, signature, ok := cutLast(token, ".")
	return ok && hmac.Equal([]byte(signature), []byte(s.jwtSignature(kind, signed)))
}

func (s Sealer) jwtSignature(kind Kind, signed string) string {
	return base64.RawURLEncoding.EncodeToString(s.MAC(kind, signed))
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
