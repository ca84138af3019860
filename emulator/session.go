// Sign-ins and what comes of them: portal sessions, grants, access and refresh
// tokens.

package emulator

import (
	"encoding/binary"
	"slices"
	"time"
)

// A session is a person's sign-in at the access portal. Every grant that came of
// it ends with it.
type session struct {
	id      string
	user    string
	expires time.Time
	grants  map[string]struct{}
}

// A grant is what one client got from one sign-in: the right to a line of access
// and refresh tokens (a token family). The tokens themselves are sealed texts
// that name the grant and are stored nowhere.
type grant struct {
	id        string
	sessionID string
	user      string
	clientID  string
	scopes    []string
	expires   time.Time
	// generation is that of the one refresh token that has not been used.
	generation uint64
	// rotated holds when the generations before were used, the latest last, as
	// far back as the grace period reaches.
	rotated []time.Time
}

// Limits on what is stored. The oldest gives way to the newest.
const (
	maxSessions = 100_000
	maxGrants   = 100_000
	maxGraces   = 64 // uses of one refresh token within its grace
)

// newSession signs the user in. Call it with e.mu held.
func (e *Emulator) newSession(user string, now time.Time) *session {
	s := &session{id: e.random.bytes(16), user: user, expires: now.Add(e.config().PortalSession), grants: map[string]struct{}{}}
	e.sessions.put(s.id, s, s.expires)
	if e.byUser[user] == nil {
		e.byUser[user] = map[string]struct{}{}
	}
	e.byUser[user][s.id] = struct{}{}
	return s
}

// sessionEnded forgets what came of a session that left the store.
func (e *Emulator) sessionEnded(s *session) {
	for id := range s.grants {
		e.grants.delete(id)
	}
	delete(e.byUser[s.user], s.id)
	if len(e.byUser[s.user]) == 0 {
		delete(e.byUser, s.user)
	}
}

// newGrant gives a client the right to tokens. Call it with e.mu held.
func (e *Emulator) newGrant(s *session, clientID string, scopes []string) *grant {
	g := &grant{id: e.random.bytes(16), sessionID: s.id, user: s.user, clientID: clientID, scopes: scopes, expires: s.expires}
	e.grants.put(g.id, g, g.expires)
	s.grants[g.id] = struct{}{}
	return g
}

// grantEnded takes a grant that left the store out of its session.
func (e *Emulator) grantEnded(g *grant) {
	if el := e.sessions.items[g.sessionID]; el != nil {
		delete(el.Value.(record[*session]).value.grants, g.id)
	}
}

// RevokeSessions ends every portal session of the user. The emulator then refuses
// the user's access and refresh tokens, and the user's browsers are signed out.
func (e *Emulator) RevokeSessions(user string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id := range e.byUser[user] {
		e.sessions.delete(id)
	}
}

// ExpireAccessTokens ends every access token issued so far. Refresh tokens still
// work.
func (e *Emulator) ExpireAccessTokens() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.oldestToken = e.lastToken + 1
}

// accessToken issues an access token of g that ends at expires. Call it with
// e.mu held.
func (e *Emulator) accessToken(g *grant, expires time.Time) string {
	e.lastToken++
	b := binary.BigEndian.AppendUint64([]byte(g.id), e.lastToken)
	b = binary.BigEndian.AppendUint64(b, uint64(expires.UnixMilli()))
	return "aoa" + e.seal.seal(kindAccess, string(b))
}

// grantOf returns the grant of a live access token. Call it with e.mu held.
func (e *Emulator) grantOf(token string, now time.Time) (*grant, bool) {
	payload, ok := e.openToken("aoa", kindAccess, token)
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

// refreshToken returns the refresh token of g that has not been used. Call it
// with e.mu held.
func (e *Emulator) refreshToken(g *grant) string {
	return "aor" + e.seal.seal(kindRefresh, string(binary.BigEndian.AppendUint64([]byte(g.id), g.generation)))
}

// useRefreshToken spends a refresh token of the client. Used a second time,
// after its grace, it ends the grant with all its tokens: one of the two who hold
// it is a thief, and nobody knows which (RFC 9700 section 4.14.2). Call it with
// e.mu held.
func (e *Emulator) useRefreshToken(token, clientID string, now time.Time) (*grant, bool) {
	payload, ok := e.openToken("aor", kindRefresh, token)
	if !ok || len(payload) != 24 {
		return nil, false
	}
	g, ok := e.grants.get(payload[:16], now)
	if !ok || g.clientID != clientID {
		return nil, false
	}
	// How many refresh tokens ago it was the unused one.
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

// openToken opens a token that begins with prefix.
func (e *Emulator) openToken(prefix, kind, token string) (string, bool) {
	if len(token) < len(prefix) || token[:len(prefix)] != prefix {
		return "", false
	}
	return e.seal.open(kind, token[len(prefix):])
}
