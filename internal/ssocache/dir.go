// Package ssocache reads and writes the cache files that the AWS CLI and the
// AWS SDKs share: the sign-in tokens and client registrations in
// ~/.aws/sso/cache, the role credentials in ~/.aws/cli/cache. Names, fields and
// dates are the AWS CLI's, so that a login made with either serves both.
package ssocache

import (
	"crypto/sha1" //nolint:gosec // a file name, chosen by the AWS CLI
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// A Dir is the cache of one home folder. AWS_CONFIG_FILE does not move it.
type Dir struct {
	Home string // the user's home; "" is not usable
}

// Errors to test for.
var (
	// ErrNotFound says that there is no such file.
	ErrNotFound = errors.New("not in the cache")
	// ErrCorrupt says that the file is there and makes no sense. It may be
	// in the middle of being rewritten by a program that does so in place.
	ErrCorrupt = errors.New("unreadable cache file")
)

// sep is joined by hand: path/filepath would make the program's fast path, which
// reads these files, wait for packages that it does not need. See package warm.
const sep = string(os.PathSeparator)

// SSO is the folder of the tokens and registrations.
func (d Dir) SSO() string {
	return strings.TrimSuffix(d.Home, sep) + sep + ".aws" + sep + "sso" + sep + "cache"
}

// Roles is the folder of the role credentials. Assumed roles and, from the AWS
// CLI, a database lie there too.
func (d Dir) Roles() string {
	return strings.TrimSuffix(d.Home, sep) + sep + ".aws" + sep + "cli" + sep + "cache"
}

// TokenPath is where the token under key lies; see [TokenName].
func (d Dir) TokenPath(key string) string { return d.SSO() + sep + TokenName(key) }

// LoadToken reads the token under key: an error wraps [ErrNotFound] or
// [ErrCorrupt], or says why the file cannot be read.
func (d Dir) LoadToken(key string) (Token, error) { return Load(d.TokenPath(key), ParseToken) }

// LoadCredentials reads the role file called name (see [RoleName]), with the
// errors of [Dir.LoadToken].
func (d Dir) LoadCredentials(name string) (Credentials, error) {
	return Load(d.Roles()+sep+name, ParseCredentials)
}

// LoadRegistration reads the registration file called name (see
// [RegistrationName]), with the errors of [Dir.LoadToken].
func (d Dir) LoadRegistration(name string) (Registration, error) {
	return Load(d.SSO()+sep+name, ParseRegistration)
}

// Load reads one cache file, with the errors of [Dir.LoadToken].
func Load[T any](path string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	data, err := datafile.Read(path, datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		return zero, fmt.Errorf("%s: %w", path, ErrNotFound)
	}
	if err != nil {
		return zero, err
	}
	v, err := parse(data)
	if err != nil {
		return zero, fmt.Errorf("%w %s: %w", ErrCorrupt, path, err)
	}
	return v, nil
}

// MarkerSuffix ends the name of a marker: see [MarkerPath].
const MarkerSuffix = ".store"

// MarkerPath names the file that says in which other store the content of a cache
// file is kept: ".NAME.store" beside where "NAME.json" would lie.
func MarkerPath(path string) string {
	i := strings.LastIndex(path, sep)
	return path[:i+1] + "." + strings.TrimSuffix(path[i+1:], ".json") + MarkerSuffix
}

// Elsewhere reports whether the token under key may be kept in another store, so that
// a file of its name is not the one that counts.
func (d Dir) Elsewhere(key string) bool {
	_, err := os.Lstat(MarkerPath(d.TokenPath(key)))
	return !errors.Is(err, fs.ErrNotExist)
}

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
