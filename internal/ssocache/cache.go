// Package ssocache reads and writes the cache files that the AWS CLI and the AWS SDKs share.
// Tokens and client registrations are in ~/.aws/sso/cache. Role credentials are in
// ~/.aws/cli/cache. It writes the same file names, fields and dates as the AWS CLI. So a
// sign-in with either program works in both.
//
// cache.go has the names of the files and their JSON. entry.go has the three kinds of
// entries. origin.go decides which endpoints may get their secrets.
package ssocache

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the AWS CLI uses it for file names
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

// A Dir is the cache in one home folder. AWS_CONFIG_FILE does not move it.
type Dir struct {
	Home string
}

// Callers can test for these errors.
var (
	// ErrNotFound means that the file does not exist.
	ErrNotFound = errors.New("not in the cache")
	// ErrCorrupt means that the content of the file is not valid. Another program may be
	// rewriting the file in place.
	ErrCorrupt = errors.New("unreadable cache file")
)

// sep replaces path/filepath, because the imports of path/filepath would slow down package
// warm.
const sep = string(os.PathSeparator)

// SSO returns the folder of the tokens and client registrations.
func (d Dir) SSO() string {
	return strings.TrimSuffix(d.Home, sep) + sep + ".aws" + sep + "sso" + sep + "cache"
}

// Roles returns the folder of the role credentials. The AWS CLI keeps other files there too:
// credentials of assumed roles, and a database.
func (d Dir) Roles() string {
	return strings.TrimSuffix(d.Home, sep) + sep + ".aws" + sep + "cli" + sep + "cache"
}

// TokenPath returns the path of the token with this key; see [TokenName].
func (d Dir) TokenPath(key string) string { return d.SSO() + sep + TokenName(key) }

// LoadToken reads the token with this key. The error wraps [ErrNotFound], [ErrCorrupt]
// or the error of reading the file.
func (d Dir) LoadToken(key string) (Token, error) { return Load(d.TokenPath(key), ParseToken) }

// LoadCredentials reads the role credentials file called name (see [RoleName]). It
// returns the same errors as [Dir.LoadToken].
func (d Dir) LoadCredentials(name string) (Credentials, error) {
	return Load(d.Roles()+sep+name, ParseCredentials)
}

// LoadRegistration reads the registration file called name (see [RegistrationName]). It
// returns the same errors as [Dir.LoadToken].
func (d Dir) LoadRegistration(name string) (Registration, error) {
	return Load(d.SSO()+sep+name, ParseRegistration)
}

// Load reads one cache file. It returns the same errors as [Dir.LoadToken].
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
		return zero, fmt.Errorf("%s: %w: %w", path, ErrCorrupt, err)
	}
	return v, nil
}

// MarkerSuffix is the end of the name of a marker; see [MarkerPath].
const MarkerSuffix = ".store"

// MarkerPath returns the path of the marker of a cache file. If the content of NAME.json
// is in another store, the file .NAME.store in the same folder names that store.
func MarkerPath(path string) string {
	i := strings.LastIndex(path, sep)
	return path[:i+1] + "." + strings.TrimSuffix(path[i+1:], ".json") + MarkerSuffix
}

// HasMarker reports whether the token with this key may be in another store. If so, do not
// use the token's file in this folder.
func (d Dir) HasMarker(key string) bool {
	_, err := os.Lstat(MarkerPath(d.TokenPath(key)))
	return !errors.Is(err, fs.ErrNotExist)
}

// TokenName returns the file name of a token: the hex SHA-1 of key, and ".json". The key is
// the name of the sso-session, or the start URL for legacy profiles. See SSOTokenLoader in
// botocore. The SDKs use the same name.
func TokenName(key string) string { return hash(key) + ".json" }

// RoleName returns the file name of the credentials of one role in one account. It contains a
// hash of sessionName, or of startURL if sessionName is "" (legacy profiles). See
// SSOCredentialFetcher in botocore.
func RoleName(accountID, roleName, sessionName, startURL string) string {
	last := `"sessionName":` + pythonQuote(sessionName)
	if sessionName == "" {
		last = `"startUrl":` + pythonQuote(startURL)
	}
	return hash(`{"accountId":`+pythonQuote(accountID)+`,"roleName":`+pythonQuote(roleName)+`,`+last+`}`) + ".json"
}

// RegistrationName returns the file name of a session's client registration. sessionName is
// "" for a legacy profile; scopes is nil if the config has no scopes. See SSOTokenFetcher in
// botocore.
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
	sum := sha1.Sum([]byte(s)) //nolint:gosec // the AWS CLI uses it for file names
	return hex.EncodeToString(sum[:])
}

// pythonQuote quotes s like Python's json.dumps, because the AWS CLI hashes that text.
// Characters outside ASCII become UTF-16 escapes.
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

// An object holds the JSON object of a cache file. It includes unknown fields, so that a
// rewrite keeps them.
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

// text returns the string with this key, or "" if the string is missing or null. One SDK
// writes nulls. text returns an error for a string with control characters, because the
// string may be sent in a header or printed on a terminal.
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
		if s[i] < ' ' || s[i] == 0x7f {
			return "", fmt.Errorf("%s has control characters", key)
		}
	}
	return s, nil
}

// time returns the date with this key, or the zero time if it is missing.
func (o object) time(key string) (time.Time, error) {
	s, err := o.text(key)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := ParseTime(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a date", key) // don't print s: in a corrupt file, s may be a token
	}
	return t, nil
}

// encode returns the object as one line of JSON, formatted like Python's json.dump. The keys
// in first come first, in their order. The other keys follow, sorted.
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

// quote encodes s as a JSON string. Like Python, it does not escape <, > and &.
func quote(s string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// seconds returns the number of seconds with this key as a duration, or 0 if it is
// missing or invalid.
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

// set sets key to s. It removes the key if s is empty, because the Go SDK cannot read a
// null.
func (o object) set(key, s string) {
	if s == "" {
		delete(o, key)
		return
	}
	o[key] = quote(s)
}

// dateLayouts lists the date formats that tools write. The AWS CLI reads dates with
// Python's dateutil, which accepts more formats.
var dateLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05",
}

// ParseTime parses a date in any format that AWS tools write.
func ParseTime(s string) (time.Time, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), " ")
	if cut, ok := strings.CutSuffix(s, "UTC"); ok { // written by old SDKs
		s = strings.TrimSpace(cut) + "Z"
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("not a date")
}

// FormatTime formats a date in UTC with whole seconds and a final Z. Every reader of
// these files accepts this format.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
