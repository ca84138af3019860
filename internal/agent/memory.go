// This file has the store in the agent's memory. The agent uses [Memory], and a client uses
// [Backend].

package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Memory is a [keystore.Backend] in the memory of this process. The zero value is empty.
type Memory struct {
	mu     sync.Mutex
	values map[string]secret.String
}

// Load implements [keystore.Backend].
func (m *Memory) Load(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.values[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, ssocache.ErrNotFound)
	}
	return []byte(v.Reveal()), nil
}

// Prepare implements [keystore.Backend].
func (m *Memory) Prepare(name string) (keystore.Pending, error) {
	return &pendingInMemory{m, name}, nil
}

type pendingInMemory struct {
	memory *Memory
	name   string
}

func (p *pendingInMemory) Commit(data []byte) error {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	if p.memory.values == nil {
		p.memory.values = map[string]secret.String{}
	}
	p.memory.values[p.name] = secret.New(string(data))
	return nil
}

func (p *pendingInMemory) Abort() {}

// Remove implements [keystore.Backend].
func (m *Memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, name)
	return nil
}

// Tokens returns all tokens.
func (m *Memory) Tokens() []ssocache.Token {
	m.mu.Lock()
	defer m.mu.Unlock()
	var tokens []ssocache.Token
	for name, v := range m.values {
		if tok, err := ssocache.ParseToken([]byte(v.Reveal())); err == nil && strings.HasPrefix(name, "sso/") {
			tokens = append(tokens, tok)
		}
	}
	return tokens
}

// keepsAnother reports whether the memory has a valid token of a session that is not
// watched.
func (m *Memory) keepsAnother(watched []watch, now time.Time) bool {
	return m != nil && slices.ContainsFunc(m.Tokens(), func(t ssocache.Token) bool {
		return t.Left(now) > 0 && !slices.ContainsFunc(watched, func(w watch) bool { return t.Belongs(w.Session.StartURL, w.Session.Region) })
	})
}

// carryOut carries out a client's request to the store. m is nil if the agent has no such
// store.
func (m *Memory) carryOut(r request) line {
	if m == nil {
		return line{Missing: true}
	}
	switch r.Verb {
	case verbLoad:
		data, err := m.Load(r.Name)
		return line{Data: data, Missing: err != nil}
	case verbSave:
		p := pendingInMemory{m, r.Name}
		_ = p.Commit(r.Data)
	case verbRemove:
		_ = m.Remove(r.Name)
	}
	return line{}
}

// A Backend is the [keystore.Backend] that a client uses for the store in the agent's memory.
// The tokens are lost when the agent ends. Load then returns [ssocache.ErrNotFound]. If the
// agent does not answer, Load returns a [keystore.StoreError].
type Backend struct {
	Client *Client                // its Patience should be [LongPatience]
	Hint   func(err error) string // returns a hint for an error; may be nil
}

// Load implements [keystore.Backend].
func (v Backend) Load(name string) ([]byte, error) {
	l, err := v.call(request{Verb: verbLoad, Name: name})
	if errors.Is(err, ErrNone) || err == nil && l.Missing {
		return nil, fmt.Errorf("%s: %w", name, ssocache.ErrNotFound)
	}
	return l.Data, v.unavailable(err)
}

// Prepare implements [keystore.Backend].
func (v Backend) Prepare(name string) (keystore.Pending, error) {
	l, err := v.call(request{Verb: verbProbe})
	if err == nil && l.Missing {
		err = errNoMemory
	}
	if err != nil {
		return nil, v.unavailable(err)
	}
	return pendingInAgent{v, name}, nil
}

type pendingInAgent struct {
	backend Backend
	name    string
}

func (p pendingInAgent) Commit(data []byte) error {
	l, err := p.backend.call(request{Verb: verbSave, Name: p.name, Data: data})
	if err == nil && l.Missing {
		err = errNoMemory
	}
	return p.backend.unavailable(err)
}

func (pendingInAgent) Abort() {}

// Remove implements [keystore.Backend].
func (v Backend) Remove(name string) error {
	_, err := v.call(request{Verb: verbRemove, Name: name})
	if errors.Is(err, ErrNone) {
		return nil // the value was lost with the agent
	}
	return v.unavailable(err)
}

// errNoMemory means that the running agent was started without --in-memory.
var errNoMemory = errors.New("the running agent does not keep tokens in its memory")

func (v Backend) call(r request) (line, error) {
	return v.Client.call(context.Background(), r) // ends after the client's Patience
}

func (v Backend) unavailable(err error) error {
	if err == nil {
		return nil
	}
	out := &keystore.StoreError{Store: keystore.Agent, Err: err}
	if v.Hint != nil {
		out.Hint = v.Hint(err)
	}
	return out
}
