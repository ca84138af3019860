package agent

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Memory is a [keystore.Vault] that ends with its process. The zero value is an
// empty one.
type Memory struct {
	mu     sync.Mutex
	values map[string]secret.String
}

// Load implements [keystore.Vault].
func (m *Memory) Load(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.values[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, ssocache.ErrNotFound)
	}
	return []byte(v.Reveal()), nil
}

// Prepare implements [keystore.Vault].
func (m *Memory) Prepare(name string) (keystore.Place, error) { return &memoryPlace{m, name}, nil }

// Remove implements [keystore.Vault].
func (m *Memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, name)
	return nil
}

// Tokens lists the sign-in tokens that there are.
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

// keepsAnother says whether some token in it lives that is of none of the sessions.
func (m *Memory) keepsAnother(watched []watch, now time.Time) bool {
	return m != nil && slices.ContainsFunc(m.Tokens(), func(t ssocache.Token) bool {
		return t.Left(now) > 0 && !slices.ContainsFunc(watched, func(w watch) bool { return t.Belongs(w.Session.StartURL, w.Session.Region) })
	})
}

type memoryPlace struct {
	memory *Memory
	name   string
}

func (p *memoryPlace) Commit(data []byte) error {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	if p.memory.values == nil {
		p.memory.values = map[string]secret.String{}
	}
	p.memory.values[p.name] = secret.New(string(data))
	return nil
}

func (p *memoryPlace) Abort() {}

// carryOut answers a client that uses the store from its own process. There is none
// where m is nil.
func (m *Memory) carryOut(r request) line {
	if m == nil {
		return line{Missing: true}
	}
	switch r.Verb {
	case verbLoad:
		data, err := m.Load(r.Name)
		return line{Data: data, Missing: err != nil}
	case verbSave:
		p := memoryPlace{m, r.Name}
		_ = p.Commit(r.Data)
	case verbRemove:
		_ = m.Remove(r.Name)
	}
	return line{}
}
