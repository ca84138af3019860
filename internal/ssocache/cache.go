// Package ssocache reads and writes the cache files that the AWS CLI and the
// AWS SDKs share: the sign-in tokens and client registrations in
// ~/.aws/sso/cache, the role credentials in ~/.aws/cli/cache. Names, fields and
// dates are the AWS CLI's, so that a login made with either serves both.
//
// cache.go has the files, their names and their JSON, entry.go the three kinds of entries,
// origin.go where their secrets may be sent.
package ssocache

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // a file name, chosen by the AWS CLI
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
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

// An object is the top level of a cache file: what we know and what we do not,
// which survives a rewrite.
type object map[string]json.RawMessage

func decodeObject(data []byte) (object, error) {
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fmt.Errorf("null instead of an object")
	}
	return o, nil
}

// text returns the string under key; "" where it is missing or null (one SDK
// writes nulls). A string with control characters is an error: it would go into a
// header or to a terminal.
func (o object) text(key string) (string, error) {
	raw, ok := o[key]
	if !ok || string(raw) == "null" {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("%s is not a string", key)
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f { // no header may carry it
			return "", fmt.Errorf("%s has control characters", key)
		}
	}
	return s, nil
}

// time returns the date under key; the zero time where it is missing.
func (o object) time(key string) (time.Time, error) {
	s, err := o.text(key)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := ParseTime(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a date", key) // in a spoilt file it may be anything, a token too
	}
	return t, nil
}

// encode writes the object on one line as Python's json.dump does, with the
// keys of first in their order and the rest behind them, sorted.
func (o object) encode(first ...string) []byte {
	rest := make([]string, 0, len(o))
	for k := range o {
		if !slices.Contains(first, k) {
			rest = append(rest, k)
		}
	}
	slices.Sort(rest)
	var b bytes.Buffer
	b.WriteByte('{')
	for _, k := range append(slices.Clone(first), rest...) {
		raw, ok := o[k]
		if !ok {
			continue
		}
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		b.Write(quote(k))
		b.WriteString(": ")
		b.Write(raw)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quote encodes s as a JSON string, leaving <, > and & readable as Python does.
func quote(s string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// seconds returns the whole seconds under key; 0 where there are none.
func (o object) seconds(key string) time.Duration {
	n, err := strconv.ParseInt(string(o[key]), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// seconds encodes a duration as whole seconds.
func seconds(d time.Duration) json.RawMessage {
	return strconv.AppendInt(nil, int64(d/time.Second), 10)
}

// set puts s under key, or removes the key when s is empty: the Go SDK cannot
// read a null.
func (o object) set(key, s string) {
	if s == "" {
		delete(o, key)
		return
	}
	o[key] = quote(s)
}

// dateLayouts are the forms that tools have written; the AWS CLI takes any that
// Python's dateutil does.
var dateLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05",
}

// ParseTime reads a date in any of the forms that tools write.
func ParseTime(s string) (time.Time, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), " ")
	if cut, ok := strings.CutSuffix(s, "UTC"); ok { // old SDKs
		s = strings.TrimSpace(cut) + "Z"
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("not a date")
}

// FormatTime writes a date as every reader of these files accepts it: UTC,
// whole seconds, a final Z.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
