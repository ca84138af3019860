package agent

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// get answers a question through a broker. Clients that ask the same question at the same
// time share one answer. If one client disconnects, get continues for the other clients.
func (s *Server) get(ctx context.Context, q question) line {
	if q.Settings.Proxies != s.Proxies {
		s.Log.Debug("left to the client, which uses other proxies", "session", q.Session.Key())
		return line{Declined: true}
	}
	if !s.enter(ctx) {
		return line{Declined: true}
	}
	defer s.leave()
	s.remember(q.Session, q.Settings)
	v, _, _ := s.flights.Do(q.key(), func() (any, error) {
		if !acquire(ctx, s.limits.work) {
			return line{Declined: true}, nil
		}
		defer func() { <-s.limits.work }()
		return s.answer(ctx, q), nil
	})
	return v.(line)
}

// key returns a text that is equal for questions with the same answer.
func (q question) key() string {
	q.Caller, q.Profile = "", ""
	text, _ := json.Marshal(q) // cannot fail: the question was read from JSON
	sum := sha256.Sum256(text)
	return string(sum[:])
}

// answer does the work for a question. ctx is the agent's context.
func (s *Server) answer(ctx context.Context, q question) line {
	var warnings []string
	var mu sync.Mutex
	b := s.Broker(q.Settings, q.Siblings, func(text string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, text)
	})
	a, err := b.Get(ctx, q.request())
	defer s.look() // the token may have changed
	out := line{Warnings: warnings}
	if err != nil {
		f, ok := failureOf(err)
		if f.Ended && f.Text != "" { // the service has reported the end of the session
			s.markEnded(q.Session, q.Settings)
		}
		if !ok || ctx.Err() != nil {
			s.Log.Debug("left to the client", "session", q.Session.Key(), "error", err)
			reopen(b)
			return line{Declined: true}
		}
		out.Failure = &f
		return out
	}
	if q.Token {
		// The client only calls the portal, so it does not need the refresh token.
		out.Token = a.Token.Copy().Encode()
		return out
	}
	out.Credentials, out.Fetched = a.Credentials.Encode(), a.Fetched
	return out
}

// remember stores the settings that a client's request has for a session.
func (s *Server) remember(session profile.Session, requested Settings) {
	requested.Proxies = ""
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.requested == nil {
		s.requested = map[string]Settings{}
	}
	s.requested[id(session)] = requested
}

// SettingsOf returns the settings for the session of a token. They come from a watched session,
// or from a client's request. ok is false if the agent knows no settings for the session.
func (s *Server) SettingsOf(tok ssocache.Token) (settings Settings, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.watched {
		if tok.Belongs(w.Session.StartURL, w.Session.Region) {
			return w.Settings, true
		}
	}
	for key, settings := range s.requested {
		if strings.HasSuffix(key, "\x00"+starturl.Portal(tok.StartURL)+"\x00"+tok.Region) {
			return settings, true
		}
	}
	return Settings{}, false
}

// markEnded remembers that the service at the endpoints in the settings has ended a session.
func (s *Server) markEnded(session profile.Session, settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.endedBy == nil {
		s.endedBy = map[string]string{}
	}
	s.endedBy[id(session)] = settings.Endpoints().ID()
}
