package agent

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
)

// get answers a question through a broker. Those who ask the same at the same time
// share one answer, and it is for all of them: that one goes away ends nothing.
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

// enter begins a piece of work, unless the agent is about to end.
func (s *Server) enter(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	s.active++
	s.working.Add(1)
	return true
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
	s.working.Done()
}

// key names all that makes a difference to the answer.
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
		// Whoever asks needs no more than to call the portal.
		out.Token = a.Token.Copy().Encode()
		return out
	}
	out.Credentials = a.Credentials.Encode()
	return out
}
