package profilesync

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

const (
	// MarkerKey is the key of the marker in a profile that [Sync] wrote.
	MarkerKey  = "lanyard_sync"
	processKey = "credential_process"
	regionKey  = "region"
	outputKey  = "output"

	// accountNameKey is a key for people. Menus, prompts and the console show its value.
	accountNameKey = "sso_account_name"
)

// A marker records the role of a profile and the values that Sync wrote last. Its text is one line
// of words:
//
//	1 SESSION ACCOUNT ROLE PORTAL NAME KEY:HASH …
//
// 1 is the version of the format. PORTAL, NAME and HASH are hashes of 8 digits: of the start URL
// and origin, of the profile's name, and of each value. SESSION and ROLE escape other characters
// than letters, digits and _.+=,@- with % and two hexadecimal digits. So no word contains white
// space, # or ;, which some programs read as the start of a comment.
//
// The text has no hashes for sso_session, sso_account_id and sso_role_name, because the role of the
// marker says these values. If credential_process has a hash, Sync did not write these three keys.
type marker struct {
	id     identity
	name   string // the hash of the name
	hashes hashes
}

// hashes holds the hash of the value of each key. A profile has few keys, so a list is smaller than a
// map, and fast enough.
type hashes []keyHash

type keyHash struct{ key, hash string }

func (h hashes) get(key string) (hash string, ok bool) {
	for _, k := range h {
		if k.key == key {
			return k.hash, true
		}
	}
	return "", false
}

// set sets the hash of a key that is not in the list, or replaces its hash.
func (h *hashes) set(key, hash string) {
	for i := range *h {
		if (*h)[i].key == key {
			(*h)[i].hash = hash
			return
		}
	}
	*h = append(*h, keyHash{key, hash})
}

// same reports whether two lists have the same keys and hashes, in any order.
func (h hashes) same(other hashes) bool {
	for _, k := range h {
		if hash, ok := other.get(k.key); !ok || hash != k.hash {
			return false
		}
	}
	return len(h) == len(other)
}

const markerVersion = "1"

// errMarker is the error of a marker that another version wrote or that was changed by hand.
var errMarker = errors.New("its " + MarkerKey + " line cannot be read")

// text returns the text of the marker. The keys in order come first. The others are sorted.
func (m marker) text(order []awsconfig.Setting) string {
	var b strings.Builder
	for i, word := range [...]string{
		markerVersion, escape(m.id.session), escape(m.id.account), escape(m.id.role), m.id.portal, m.name,
	} {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	write := func(key, hash string) {
		if !implied(key) {
			b.WriteString(" " + key + ":" + hash)
		}
	}
	rest := slices.Clone(m.hashes)
	for _, s := range order {
		if i := slices.IndexFunc(rest, func(k keyHash) bool { return k.key == s.Key }); i >= 0 {
			write(s.Key, rest[i].hash)
			rest = slices.Delete(rest, i, i+1)
		}
	}
	slices.SortFunc(rest, func(a, b keyHash) int { return cmp.Compare(a.key, b.key) })
	for _, k := range rest {
		write(k.key, k.hash)
	}
	return b.String()
}

// implied reports whether the role of a marker says the value of the key.
func implied(key string) bool {
	return key == "sso_session" || key == "sso_account_id" || key == "sso_role_name"
}

// identifies reports whether the key says which role a profile has.
func identifies(key string) bool { return implied(key) || key == processKey }

// newMarker returns the marker of a profile with these settings.
func newMarker(id identity, name string, settings []awsconfig.Setting) marker {
	m := marker{id: id, name: shortHash(name), hashes: make(hashes, 0, len(settings))}
	for _, s := range settings {
		m.hashes.set(s.Key, shortHash(s.Value))
	}
	return m
}

// parseMarker parses the text of a marker.
func parseMarker(text string) (marker, error) {
	words := strings.Split(text, " ")
	if len(words) < 6 || words[0] != markerVersion || !isHash(words[4]) || !isHash(words[5]) {
		return marker{}, errMarker
	}
	m := marker{name: words[5], hashes: make(hashes, 0, len(words)-3)}
	var parts [3]string
	for i := range parts {
		var err error
		if parts[i], err = unescape(words[i+1]); err != nil || parts[i] == "" {
			return marker{}, errMarker
		}
	}
	m.id = identity{portal: words[4], session: parts[0], account: parts[1], role: parts[2]}
	for _, word := range words[6:] {
		i := strings.LastIndexByte(word, ':')
		if i < 1 || !isHash(word[i+1:]) {
			return marker{}, errMarker
		}
		m.hashes.set(word[:i], word[i+1:])
	}
	if _, ok := m.hashes.get(processKey); !ok {
		m.hashes.set("sso_session", shortHash(m.id.session))
		m.hashes.set("sso_account_id", shortHash(m.id.account))
		m.hashes.set("sso_role_name", shortHash(m.id.role))
	}
	return m, nil
}

func isHash(s string) bool {
	return len(s) == 8 && strings.Trim(s, "0123456789abcdef") == ""
}

const hexDigits = "0123456789ABCDEF"

func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("_.+=,@-", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", errMarker
		}
		high, low := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if high < 0 || low < 0 {
			return "", errMarker
		}
		b.WriteByte(byte(high<<4 | low))
		i += 2
	}
	if escape(b.String()) != s {
		return "", errMarker
	}
	return b.String(), nil
}

// processLine returns the credential_process of a role.
func processLine(program string, id identity) string {
	if program == "" {
		program = "lanyard"
	}
	return profile.OwnProcess{Program: program, Session: id.session, AccountID: id.account, RoleName: id.role}.Line()
}
