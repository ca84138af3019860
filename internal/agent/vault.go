package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Vault is the store in the memory of the agent that a client asks. What was in
// the memory of an agent that has ended is gone, which is not the same as one that
// does not answer.
type Vault struct {
	Client *Client                // with [LongPatience]
	Hint   func(err error) string // what to do about an agent that cannot be used so; nil: nothing
}

// Load implements [keystore.Vault].
func (v Vault) Load(name string) ([]byte, error) {
	l, err := v.call(request{Verb: verbLoad, Name: name})
	if errors.Is(err, ErrNone) || err == nil && l.Missing {
		return nil, fmt.Errorf("%s: %w", name, ssocache.ErrNotFound)
	}
	return l.Data, v.unavailable(err)
}

// Prepare implements [keystore.Vault].
func (v Vault) Prepare(name string) (keystore.Place, error) {
	l, err := v.call(request{Verb: verbRoom})
	if err == nil && l.Missing {
		err = errNoMemory
	}
	if err != nil {
		return nil, v.unavailable(err)
	}
	return vaultPlace{v, name}, nil
}

// errNoMemory says that an agent runs which keeps nothing.
var errNoMemory = errors.New("the agent that runs keeps no tokens in its memory")

// Remove implements [keystore.Vault].
func (v Vault) Remove(name string) error {
	_, err := v.call(request{Verb: verbRemove, Name: name})
	if errors.Is(err, ErrNone) {
		return nil // gone already
	}
	return v.unavailable(err)
}

func (v Vault) call(r request) (line, error) {
	return v.Client.call(context.Background(), r) // its patience ends it
}

func (v Vault) unavailable(err error) error {
	if err == nil {
		return nil
	}
	out := &keystore.StoreError{Store: keystore.Agent, Err: err}
	if v.Hint != nil {
		out.Hint = v.Hint(err)
	}
	return out
}

type vaultPlace struct {
	vault Vault
	name  string
}

func (p vaultPlace) Commit(data []byte) error {
	l, err := p.vault.call(request{Verb: verbSave, Name: p.name, Data: data})
	if err == nil && l.Missing {
		err = errNoMemory
	}
	return p.vault.unavailable(err)
}

func (vaultPlace) Abort() {}
