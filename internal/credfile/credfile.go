// Package credfile reads and edits the entries that lanyard writes to the credentials file, for
// tools that read only this file. An entry is a section with the credentials of a profile. It
// names the profile, so that lanyard can renew and remove the entry.
//
// An entry has a fingerprint of its settings. If the user or another program changes one of these
// settings, lanyard neither renews nor removes the entry.
package credfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The settings of an entry that AWS's tools ignore. saml2aws, gimme-aws-creds and others write the
// expiry under the same key, and some prompts read it.
const (
	expiryKey  = "x_security_token_expires"
	profileKey = "lanyard_profile"
	sessionKey = "lanyard_session"
	checkKey   = "lanyard_check"
)

// settings returns the keys of an entry, in the order of the file. The fingerprint covers all of
// them.
func settings() []string {
	return []string{
		"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id", "region",
		expiryKey, profileKey, sessionKey,
	}
}

// An Entry describes an entry of the file, without its secrets.
type Entry struct {
	Name      string // of the section
	Profile   string // the profile with these credentials
	Session   string // the key of the profile's session, or "" if it does not use Identity Center
	AccountID string // may be ""
	Region    string // may be ""
	Expires   time.Time
	Line      int  // of the header
	Changed   bool // the entry has changed since lanyard wrote it
}

// DefaultName returns the name for the entry of a profile. It differs from the name of the profile,
// because many SDKs prefer keys in the credentials file to the profile's own settings.
func DefaultName(profile string) string { return "lanyard-" + profile }

// Entries returns the entries of a credentials file. The path is for messages. An error is an
// *[awsconfig.ParseError].
func Entries(path string, content []byte) ([]Entry, error) {
	if !bytes.Contains(content, []byte(checkKey)) {
		return nil, nil
	}
	sections, _, err := awsconfig.NewDoc(path, true, string(content)).All()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, s := range sections {
		if e, ok := entry(s); ok {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// entry returns the entry in a section. ok is false if lanyard did not write the section.
func entry(s *awsconfig.Section) (e Entry, ok bool) {
	profile, _ := s.Get(profileKey)
	check, ok := s.Get(checkKey)
	if !ok || profile.Value == "" {
		return Entry{}, false
	}
	session, _ := s.Get(sessionKey)
	account, _ := s.Get("aws_account_id")
	region, _ := s.Get("region")
	expires, _ := s.Get(expiryKey)
	e = Entry{
		Name: s.Name, Line: s.Line, Profile: profile.Value, Session: session.Value, AccountID: account.Value, Region: region.Value,
		Changed: check.Value != fingerprint(s),
	}
	e.Expires, _ = ssocache.ParseTime(expires.Value) // the zero time if the credentials do not expire
	return e, true
}

// fingerprint returns a hash of the settings of an entry.
func fingerprint(s *awsconfig.Section) string {
	var text strings.Builder
	for _, key := range settings() {
		if v, ok := s.Get(key); ok {
			fmt.Fprintf(&text, "%s=%s\n", key, v.Value)
		}
	}
	sum := sha256.Sum256([]byte(text.String()))
	return hex.EncodeToString(sum[:8])
}

// A ConflictError reports a section that lanyard must not overwrite.
type ConflictError struct {
	Path, Name string
	Line       int
	Changed    bool // lanyard wrote the section, but it has changed since
}

func (e *ConflictError) Error() string {
	why := "lanyard did not write this section, and does not overwrite it"
	if e.Changed {
		why = "it has changed since lanyard wrote it"
	}
	return fmt.Sprintf("%s: line %d: [%s]: %s", e.Path, e.Line, e.Name, why)
}

// Check returns a *[ConflictError] if [Put] may not write an entry with this name.
func Check(path string, content []byte, name string) error {
	old, _, err := awsconfig.NewDoc(path, true, string(content)).Find(awsconfig.Profile, name)
	if err != nil || old == nil {
		return err
	}
	if e, ok := entry(old); !ok || e.Changed {
		return &ConflictError{Path: path, Name: name, Line: old.Line, Changed: ok}
	}
	return nil
}

// Put returns the content with these credentials in the entry. It adds the entry, or replaces an
// entry with the same name. A section of another program is a *[ConflictError]. Other errors are
// those of [awsconfig.Edit].
func Put(path string, content []byte, e Entry, c ssocache.Credentials) ([]byte, error) {
	if err := Check(path, content, e.Name); err != nil {
		return nil, err
	}
	expires := ""
	if !c.Expiration.IsZero() {
		expires = ssocache.FormatTime(c.Expiration)
	}
	values := []string{
		c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.AccountID, e.Region,
		expires, e.Profile, e.Session,
	}
	var changes []awsconfig.Change
	for i, key := range settings() {
		changes = append(changes, awsconfig.Change{
			Kind: awsconfig.Profile, Name: e.Name, Key: key, Value: values[i], Remove: values[i] == "",
		})
	}
	edited, err := awsconfig.Edit(path, content, true, changes...)
	if err != nil {
		return nil, err
	}
	// The section can inherit settings from [DEFAULT], so read it before computing its fingerprint.
	s, _, err := awsconfig.NewDoc(path, true, string(edited)).Find(awsconfig.Profile, e.Name)
	if err != nil {
		return nil, err
	}
	return awsconfig.Edit(path, edited, true, awsconfig.Change{
		Kind: awsconfig.Profile, Name: e.Name, Key: checkKey, Value: fingerprint(s),
	})
}

// Renew is like [Put] for an entry that is still in the file. If the entry was removed or changed,
// or belongs to another profile now, Renew returns the same content. It keeps the region.
func Renew(path string, content []byte, e Entry, c ssocache.Credentials) ([]byte, error) {
	entries, err := Entries(path, content)
	if err != nil {
		return nil, err
	}
	same := func(have Entry) bool { return have.Name == e.Name && have.Profile == e.Profile && !have.Changed }
	i := slices.IndexFunc(entries, same)
	if i < 0 {
		return content, nil
	}
	return Put(path, content, entries[i], c)
}

// Remove returns the content without the entries for which wanted returns true. It keeps changed
// entries, and all other text. wanted may be nil, which means all entries.
func Remove(path string, content []byte, wanted func(Entry) bool) ([]byte, error) {
	entries, err := Entries(path, content)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if wanted != nil && !wanted(e) || e.Changed {
			continue
		}
		if content, err = awsconfig.WithoutEntry(path, content, e.Name, append(settings(), checkKey)...); err != nil {
			return nil, err
		}
	}
	return content, nil
}

// Omit returns the content without the entries. Backups leave the entries out, because a backup
// would keep the credentials longer than the file. If the file cannot be parsed, Omit returns the
// content.
func Omit(path string, content []byte) []byte {
	without, err := Remove(path, content, nil)
	if err != nil {
		return content
	}
	return without
}

// Restore returns the content before a change, and adds the entries of the content now. It leaves
// out an entry whose name the old content uses. An undo keeps the entries in this way.
func Restore(path string, before, now []byte) []byte {
	entries, err := Entries(path, now)
	if err != nil {
		return before
	}
	for _, e := range entries {
		s, _, err := awsconfig.NewDoc(path, true, string(now)).Find(awsconfig.Profile, e.Name)
		old, _, oldErr := awsconfig.NewDoc(path, true, string(before)).Find(awsconfig.Profile, e.Name)
		if e.Changed || old != nil || err != nil || oldErr != nil {
			continue
		}
		var changes []awsconfig.Change
		for _, key := range append(settings(), checkKey) {
			if v, ok := s.Get(key); ok {
				changes = append(changes, awsconfig.Change{Kind: awsconfig.Profile, Name: e.Name, Key: key, Value: v.Value})
			}
		}
		if edited, err := awsconfig.Edit(path, before, true, changes...); err == nil {
			before = edited
		}
	}
	return before
}
