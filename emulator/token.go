package emulator

import (
	"encoding/binary"
	"slices"
	"time"
)

// ExpireAccessTokens makes every access token issued so far worthless. Refresh
// tokens go on working.
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
