package leaktest_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// A kind of secret determines where the secret may be.
type kind uint

const (
	token        kind = 1 << iota // access and refresh tokens
	registration                  // client secrets
	key                           // secret keys and session tokens of roles
	code                          // codes and verifiers, which the program exchanges for a token
	visit                         // parts of the printed URL: state and challenge
	own                           // the key of a store
)

func (k kind) String() string {
	var names []string
	for i, name := range []string{"token", "client secret", "role key", "code", "state or challenge", "key of a store"} {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// shortest is the minimum length of a secret and of a needle. A search would find shorter
// values by chance.
const shortest = 12

// A needle is one form in which a secret can appear in a text.
type needle struct {
	text, form string
	kind       kind
	member     string // its name on the wire
}

// secrets holds the values that the wire has recorded. The time of a search does not depend
// on the number of secrets.
type secrets struct {
	mu     sync.Mutex
	values map[string]kind
	issued map[string]string   // values that the emulator issued, with their names
	needle map[string][]needle // by their first bytes
}

func newSecrets() *secrets {
	return &secrets{values: map[string]kind{}, issued: map[string]string{}, needle: map[string][]needle{}}
}

// learn adds a value. The first half of the value also counts as a find, because texts can be
// cut.
func (s *secrets) learn(k kind, member, value string, isIssued bool) {
	if len(value) < shortest {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if isIssued {
		s.issued[value] = member
	}
	if _, known := s.values[value]; known {
		return
	}
	s.values[value] = k
	parts := []string{value}
	if half := len(value) / 2; half >= shortest {
		parts = []string{value[:half], value[half:]}
	}
	for _, part := range parts {
		for text, form := range forms(part) {
			s.needle[text[:shortest]] = append(s.needle[text[:shortest]], needle{text, form, k, member})
		}
	}
}

// forms returns the ways in which a text can be written, by name.
func forms(text string) map[string]string {
	all := map[string]string{
		url.QueryEscape(text): "escaped for a URL", url.PathEscape(text): "escaped for a URL",
		html.EscapeString(text): "escaped for HTML", strings.ReplaceAll(html.EscapeString(text), "+", "&#43;"): "escaped for HTML",
		strings.ReplaceAll(text, "/", `\/`): "escaped for JSON",
	}
	dump := hex.EncodeToString([]byte(text))
	all[dump], all[strings.ToUpper(dump)] = "hex", "hex"
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 { // the secret can start at any of three positions
			b := enc.EncodeToString(append(make([]byte, before), text...))
			b = b[(before*8+5)/6:]
			if (before+len(text))%3 != 0 {
				b = b[:len(b)-1] // the last character depends on the text after the secret
			}
			all[b] = "base64"
		}
	}
	all[text] = "plain"
	return all
}

// A find is a secret in a text.
type find struct {
	needle
	at int
}

func (f find) String() string {
	return fmt.Sprintf("%s (%s), %s, at byte %d", f.kind, f.member, f.form, f.at)
}

// kindsIn returns the kinds of secrets in a text. leaks are the secrets of other kinds than the
// allowed kinds.
func (s *secrets) kindsIn(text string, allowed kind) (holds kind, leaks []find) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i+shortest <= len(text); i++ {
		for _, n := range s.needle[text[i:i+shortest]] {
			if !strings.HasPrefix(text[i:], n.text) {
				continue
			}
			holds |= n.kind
			if n.kind&allowed == 0 {
				leaks = append(leaks, find{n, i})
			}
		}
	}
	return holds, leaks
}

// count returns how many secrets of each kind are known.
func (s *secrets) count() map[kind]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[kind]int{}
	for _, k := range s.values {
		n[k]++
	}
	return n
}

// fromTheEmulator lists the values that the emulator has issued.
func (s *secrets) fromTheEmulator() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.issued))
}
