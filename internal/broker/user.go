package broker

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file finds out who is signed in, and which roles the cache has. IAM Identity Center
// has no operation that returns the user's name. STS returns the name as the session name of
// role credentials. Package signin asks STS. This file chooses the credentials for the
// question and records the answer.

// A CachedRole holds role credentials and their path in the cache.
type CachedRole = keystore.Found[ssocache.Credentials]

// RolesOf returns the cached role credentials that are valid and belong to the session at its
// configured portal. An entry that lanyard wrote names its session. For an entry of another
// program, isOfSession reports whether the path belongs to the session.
func (b *Broker) RolesOf(s profile.Session, cached []CachedRole, isOfSession func(path string) bool) []CachedRole {
	t, err := b.target(s)
	if err != nil {
		return nil
	}
	names := b.names(s)
	var roles []CachedRole
	for _, c := range cached {
		belongs := slices.Contains(names, c.Value.Session) || c.Value.Session == "" && isOfSession(c.Path)
		if belongs && c.Value.Left(b.now()) > 0 && t.mayUse(c.Value, s) {
			roles = append(roles, c)
		}
	}
	return roles
}

// An AssumedRole is the credentials of an assumed role, with their path in the cache.
type AssumedRole = keystore.Found[ssocache.Assumed]

// AssumedOf returns the cached credentials of assumed roles that are valid and whose chain
// starts at the session.
func (b *Broker) AssumedOf(s profile.Session, cached []AssumedRole) []AssumedRole {
	names := b.names(s)
	var roles []AssumedRole
	for _, a := range cached {
		if slices.Contains(names, a.Value.Session) && a.Value.Left(b.now()) > 0 {
			roles = append(roles, a)
		}
	}
	return roles
}

// A UserQuestion asks STS who is signed in to a session.
type UserQuestion struct {
	Session profile.Session
	Keys    ssocache.Credentials // issued in this sign-in
	signIn  string               // see [signInOf]
}

// User returns the recorded name of the user who is signed in to the session, or "".
func (b *Broker) User(s profile.Session) string {
	h, ok := b.current(s)
	if !ok {
		return ""
	}
	signIn, user, ok := b.readUser(s)
	if !ok || signIn != b.signInOf(s, h) || !userName(user) {
		return ""
	}
	return user
}

// AskUser returns the question that finds out the user of a session. ok is false if no role
// is known to come from the current sign-in. After a new sign-in, the cache may still have
// the credentials of another user.
func (b *Broker) AskUser(s profile.Session, roles []CachedRole) (q UserQuestion, ok bool) {
	h, ok := b.current(s)
	if !ok || b.askedRecently(s, h) {
		return q, false
	}
	since := b.signedInBefore(s, h)
	for _, c := range roles {
		if !since.IsZero() && b.storedAt(c).After(since) && c.Value.Left(b.now()) > q.Keys.Left(b.now()) {
			q = UserQuestion{Session: s, Keys: c.Value, signIn: b.signInOf(s, h)}
		}
	}
	return q, q.signIn != ""
}

// RecordUser records the answer to a question, unless another sign-in has happened since. If
// the answer is not a valid name, RecordUser records that STS gave no answer, and AskUser
// asks again after [userRetry].
func (b *Broker) RecordUser(q UserQuestion, user string) {
	h, ok := b.current(q.Session)
	if !ok || q.signIn != b.signInOf(q.Session, h) {
		return
	}
	if !userName(user) {
		user = ""
	}
	if err := b.writeSidecar(b.userFile(q.Session.Key()), fmt.Sprintf("lanyard-user %s %q\n", q.signIn, user)); err != nil {
		b.debug("user not recorded", "session", q.Session.Key(), "error", err)
	}
}

// ForgetUsers removes the records of the sessions that a sign-out ended.
func (b *Broker) ForgetUsers(result SignOut) {
	for _, path := range result.Files {
		_ = os.Remove(sidecar(filepath.Dir(path), filepath.Base(path), userSuffix))
	}
}

const userSuffix = ".user"

// userRetry is the pause after a question that STS did not answer. Without the pause, each
// `status` would wait for STS on a network that does not reach STS.
const userRetry = 10 * time.Minute

// askedRecently reports whether the last question about this sign-in had no answer and is
// younger than userRetry.
func (b *Broker) askedRecently(s profile.Session, h cachedToken) bool {
	signIn, user, ok := b.readUser(s)
	if !ok || user != "" || signIn != b.signInOf(s, h) {
		return false
	}
	info, err := os.Stat(b.userFile(s.Key()))
	return err == nil && b.now().Sub(info.ModTime()) < userRetry
}

// readUser returns the sign-in and the user in the record of a session. user is "" if STS
// gave no answer.
func (b *Broker) readUser(s profile.Session) (signIn, user string, ok bool) {
	line, err := readSidecar(b.userFile(s.Key()))
	if err != nil {
		return "", "", false
	}
	_, err = fmt.Sscanf(line, "lanyard-user %s %q\n", &signIn, &user)
	return signIn, user, err == nil
}

func (b *Broker) userFile(key string) string {
	return sidecar(b.Cache.SSO(), ssocache.TokenName(key), userSuffix)
}

// userName reports whether text can be a user's name: STS allows 64 characters in the name
// of a session.
func userName(text string) bool {
	return text != "" && len(text) <= 64 && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// current returns the token of the current sign-in: the refreshable token, or else the token
// that expires last.
func (b *Broker) current(s profile.Session) (cachedToken, bool) {
	st, now := b.tokensNow(s), b.now()
	if h, ok := st.refreshable(now); ok {
		return h, true
	}
	tok, valid := st.best(now, secret.String{})
	for _, h := range st {
		if valid && h.tok.AccessToken.Equal(tok.AccessToken) {
			return h, true
		}
	}
	return cachedToken{}, false
}

// signInOf identifies the sign-in that a token comes from. Refreshes by lanyard do not change
// it. If another program signed in or refreshed, the access token identifies the sign-in.
func (b *Broker) signInOf(s profile.Session, h cachedToken) string {
	if g, began, ok := b.followed(s, h); ok {
		return fingerprint(secret.New(g.id + "\x00" + strconv.FormatInt(began.Unix(), 10)))
	}
	return fingerprint(h.tok.AccessToken)
}

// followed returns the generation and the time of the sign-in that a token comes from. ok is
// true only if lanyard made the sign-in and every refresh since.
func (b *Broker) followed(s profile.Session, h cachedToken) (g generation, began time.Time, ok bool) {
	old, g := b.readHistory(h.key), b.generation(s)
	ok = !old.began.IsZero() && old.fingerprint == fingerprint(h.tok.RefreshToken) && g.known && g.id != ""
	return g, old.began, ok
}

// signedInBefore returns the latest possible time of the sign-in that issued a token. It
// returns the zero time if that is unknown.
func (b *Broker) signedInBefore(s profile.Session, h cachedToken) time.Time {
	path := b.Cache.TokenPath(h.key)
	if _, _, ok := b.followed(s, h); ok {
		path = b.sessionFile(s, ".generation")
	}
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// storedAt returns when role credentials were stored or issued, or the zero time if that is
// unknown.
func (b *Broker) storedAt(c CachedRole) time.Time {
	if info, err := os.Stat(c.Path); err == nil {
		return info.ModTime()
	}
	if c.Value.Life == 0 {
		return time.Time{}
	}
	return c.Value.Expiration.Add(-c.Value.Life)
}
