// Sign-ins: portal sessions, grants, access tokens and refresh tokens.

package emulator

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

// A session is a user's sign-in at the access portal. When it ends, its grants end too.
type session struct {
	id      string
	user    string
	expires time.Time
	grants  map[string]struct{}
}

// A grant gives one client the tokens of one sign-in. OAuth calls these tokens a token family.
// The emulator does not store tokens. They are sealed texts that contain the id of the grant.
type grant struct {
	id        string
	sessionID string
	user      string
	clientID  string
	scopes    []string
	expires   time.Time
	// generation is the number of the current refresh token, which no client has used.
	generation uint64
	// rotated holds the times at which clients used the earlier refresh tokens, in order. It goes
	// back as far as the grace period.
	rotated []time.Time
}

// The sizes of the stores, and of grant.rotated.
const (
	maxSessions = 100_000
	maxGrants   = 100_000
	maxGraces   = 64 // the number of times that a refresh token can be used in its grace period
)

// newSession signs the user in. The caller holds e.mu.
func (e *Emulator) newSession(user string, now time.Time) *session {
	s := &session{id: e.random.Bytes(16), user: user, expires: now.Add(e.config().PortalSession), grants: map[string]struct{}{}}
	e.sessions.put(s.id, s, s.expires)
	if e.byUser[user] == nil {
		e.byUser[user] = map[string]struct{}{}
	}
	e.byUser[user][s.id] = struct{}{}
	return s
}

// sessionEnded removes the grants of a session that has left the store.
func (e *Emulator) sessionEnded(s *session) {
	for id := range s.grants {
		e.grants.delete(id)
	}
	delete(e.byUser[s.user], s.id)
	if len(e.byUser[s.user]) == 0 {
		delete(e.byUser, s.user)
	}
}

// newGrant adds a grant for a client to the session. The caller holds e.mu.
func (e *Emulator) newGrant(s *session, clientID string, scopes []string) *grant {
	g := &grant{id: e.random.Bytes(16), sessionID: s.id, user: s.user, clientID: clientID, scopes: scopes, expires: s.expires}
	e.grants.put(g.id, g, g.expires)
	s.grants[g.id] = struct{}{}
	return g
}

// grantEnded removes a grant that has left the store from its session.
func (e *Emulator) grantEnded(g *grant) {
	if el := e.sessions.items[g.sessionID]; el != nil {
		delete(el.Value.(record[*session]).value.grants, g.id)
	}
}

// RevokeSessions ends all portal sessions of the user. Then the emulator rejects the user's
// access and refresh tokens, and the user is signed out in all browsers.
func (e *Emulator) RevokeSessions(user string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id := range e.byUser[user] {
		e.sessions.delete(id)
	}
}

// ExpireAccessTokens ends all access tokens. Refresh tokens still work.
func (e *Emulator) ExpireAccessTokens() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.oldestToken = e.lastToken + 1
}

// accessToken issues an access token of g. The caller holds e.mu.
func (e *Emulator) accessToken(g *grant, expires time.Time) string {
	e.lastToken++
	b := binary.BigEndian.AppendUint64([]byte(g.id), e.lastToken)
	b = binary.BigEndian.AppendUint64(b, uint64(expires.UnixMilli()))
	return "aoa" + e.seal.Seal(seal.Access, string(b))
}

// grantOf returns the grant of a valid access token. The caller holds e.mu.
func (e *Emulator) grantOf(token string, now time.Time) (*grant, bool) {
	payload, ok := e.openToken("aoa", seal.Access, token)
	if !ok || len(payload) != 32 {
		return nil, false
	}
	number := binary.BigEndian.Uint64([]byte(payload[16:24]))
	ends := time.UnixMilli(int64(binary.BigEndian.Uint64([]byte(payload[24:]))))
	if number < e.oldestToken || !now.Before(ends) {
		return nil, false
	}
	return e.grants.get(payload[:16], now)
}

// refreshToken returns the current refresh token of g. The caller holds e.mu.
func (e *Emulator) refreshToken(g *grant) string {
	return "aor" + e.seal.Seal(seal.Refresh, string(binary.BigEndian.AppendUint64([]byte(g.id), g.generation)))
}

// useRefreshToken uses a refresh token of the client. If the token is used again after the grace
// period, useRefreshToken ends the grant, because the token may be stolen (RFC 9700 section
// 4.14.2). The caller holds e.mu.
func (e *Emulator) useRefreshToken(token, clientID string, now time.Time) (*grant, bool) {
	payload, ok := e.openToken("aor", seal.Refresh, token)
	if !ok || len(payload) != 24 {
		return nil, false
	}
	g, ok := e.grants.get(payload[:16], now)
	if !ok || g.clientID != clientID {
		return nil, false
	}
	// back is the number of refresh tokens that were issued after this token.
	if back := g.generation - binary.BigEndian.Uint64([]byte(payload[16:])); back > 0 {
		known := uint64(len(g.rotated))
		if back > known || now.Sub(g.rotated[known-back]) > e.config().RefreshGrace {
			e.grants.delete(g.id)
			return nil, false
		}
	}
	g.generation++
	if e.config().RefreshGrace > 0 {
		g.rotated = append(g.rotated, now)
		g.rotated = slices.Delete(g.rotated, 0, max(0, len(g.rotated)-maxGraces))
	}
	return g, true
}

// openToken returns the payload of a token that begins with prefix.
func (e *Emulator) openToken(prefix string, kind seal.Kind, token string) (string, bool) {
	if len(token) < len(prefix) || token[:len(prefix)] != prefix {
		return "", false
	}
	return e.seal.Open(kind, token[len(prefix):])
}
