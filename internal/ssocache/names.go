// Package ssocache reads and writes the cache files that the AWS CLI and the
// AWS SDKs share: the sign-in tokens and client registrations in
// ~/.aws/sso/cache, the role credentials in ~/.aws/cli/cache. Names, fields and
// dates are the AWS CLI's, so that a login made with either serves both.
package ssocache

import (
	"crypto/sha1" //nolint:gosec // a file name, chosen by the AWS CLI
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf16"
)

// TokenName returns the name of the token file kept under key, which is the
// name of an sso-session, or the start URL for profiles without one: the hex
// SHA-1 of the key's bytes and ".json" (botocore SSOTokenLoader, and every SDK).
func TokenName(key string) string { return hash(key) + ".json" }

// RoleName returns the name of the file with the credentials of one role of
// one account. Profiles of an sso-session are kept under its name, legacy ones
// (sessionName "") under the start URL (botocore SSOCredentialFetcher).
func RoleName(accountID, roleName, sessionName, startURL string) string {
	last := `"sessionName":` + pythonQuote(sessionName)
	if sessionName == "" {
		last = `"startUrl":` + pythonQuote(startURL)
	}
	return hash(`{"accountId":`+pythonQuote(accountID)+`,"roleName":`+pythonQuote(roleName)+`,`+last+`}`) + ".json"
}

// RegistrationName returns the name of the file with the client registration
// for a session: sessionName is "" for a legacy profile, scopes nil when the
// config names none (botocore SSOTokenFetcher).
func RegistrationName(startURL, region, sessionName string, scopes []string) string {
	name := "null"
	if sessionName != "" {
		name = pythonQuote(sessionName)
	}
	list := "null"
	if scopes != nil {
		quoted := make([]string, len(scopes))
		for i, s := range scopes {
			quoted[i] = pythonQuote(s)
		}
		list = "[" + strings.Join(quoted, ", ") + "]"
	}
	return hash(`{"region": `+pythonQuote(region)+`, "scopes": `+list+`, "session_name": `+name+
		`, "startUrl": `+pythonQuote(startURL)+`, "tool": "botocore"}`) + ".json"
}

func hash(s string) string {
	sum := sha1.Sum([]byte(s)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// pythonQuote quotes s as Python's json.dumps does: ASCII only, everything
// else as UTF-16 escapes. The AWS CLI hashes that text.
func pythonQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r >= 0x10000:
			hi, lo := utf16.EncodeRune(r)
			writeEscape(&b, hi)
			writeEscape(&b, lo)
		case r < 0x20 || r > 0x7e:
			writeEscape(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func writeEscape(b *strings.Builder, r rune) {
	h := strconv.FormatInt(int64(r), 16)
	b.WriteString(`\u` + "0000"[len(h):] + h)
}
