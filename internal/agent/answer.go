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

// get answers a question through a broker. Clients that ask the same at the same time
// share one answer. A client that goes away does not end the work for the others.
func (s *Server) get(ctx context.Context, q question) line {
	if q.Settings.Proxies != s.Proxies {
		s.Log.Debug("left to the client, whose proxies are others", "session", q.Session.Key())
		return line{Declined: true}
	}
	if !s.enter(ctx) {
		return line{Declined: true}
	}
	defer s.leave()
	s.remember(q.Session, q.Settings)
	v, _, _ := s.flights.Do(q.key(), func() (any, error) {
		if !take(ctx, s.room.work) {
			return line{Declined: true}, nil
		}
		defer func() { <-s.room.work }()
		return s.answer(ctx, q), nil
	})
	return v.(line)
}

// key is the same for two questions that have the same answer.
func (q question) key() string {
	q.Caller = ""
	text, _ := json.Marshal(q) // it came as JSON
	sum := sha256.Sum256(text)
	return string(sum[:])
}

// answer does the work, under the agent's context.
func (s *Server) answer(ctx context.Context, q question) line {
	var warnings []string
	var mu sync.Mutex
	b := s.Broker(q.Settings, q.Siblings, func(text string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, text)
	})
	a, err := b.Get(ctx, q.request())
	defer s.look() // there may be a new token
	out := line{Warnings: warnings}
	if err != nil {
		f, ok := failureOf(err)
		if f.Ended && f.Text != "" { // the service itself said so
			s.markOver(q.Session, q.Settings)
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
		// The client needs no more of it than to call the portal.
		out.Token = a.Token.Copy().Encode()
		return out
	}
	out.Credentials = a.Credentials.Encode()
	return out
}

// remember keeps the settings with which a client asks for a session.
func (s *Server) remember(of profile.Session, settings Settings) {
	settings.Proxies = ""
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asks == nil {
		s.asks = map[string]Settings{}
	}
	s.asks[id(of)] = settings
}

// SettingsOf returns the settings of the token's session: those of a session that is
// watched, or that a client has asked for. ok is false if there are none.
func (s *Server) SettingsOf(tok ssocache.Token) (settings Settings, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.watched {
		if tok.Belongs(w.Session.StartURL, w.Session.Region) {
			return w.Settings, true
		}
	}
	for key, settings := range s.asks {
		if strings.HasSuffix(key, "\x00"+starturl.Portal(tok.StartURL)+"\x00"+tok.Region) {
			return settings, true
		}
	}
	return Settings{}, false
}

// markOver remembers that the service to which the settings lead has ended a session.
func (s *Server) markOver(of profile.Session, by Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over == nil {
		s.over = map[string]string{}
	}
	s.over[id(of)] = by.Endpoints().ID()
}
