package emulator

import "time"

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

// RevokeSessions ends every portal session of the user: access tokens are
// refused from now on, refresh tokens are invalid grants, browsers are signed out.
func (e *Emulator) RevokeSessions(user string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id := range e.byUser[user] {
		e.sessions.delete(id)
	}
}
