package keystore

import (
	"fmt"
	"sync"
	"time"
)

// Vaults are the vaults of one process. They are opened when something is kept
// in them, and remember for a moment what they gave: a process that waits for
// another one looks again every few milliseconds.
type Vaults struct {
	// Open opens the store of a name, [Keychain], [Encrypted] or [Agent].
	Open func(store string) (Vault, error)

	mu     sync.Mutex
	opened map[string]opened
	seen   map[string]sight // by path
}

type opened struct {
	vault Vault
	err   error
}

// A sight is what lay at a path while its marker said id.
type sight struct {
	id   string
	at   time.Time
	data []byte
}

// fresh is how long a sight counts. The marker changes with the value, except
// where its writer dies between the two.
const fresh = 2 * time.Second

func (v *Vaults) open(store string) (Vault, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if o, ok := v.opened[store]; ok {
		return o.vault, o.err
	}
	var o opened
	switch store {
	case Keychain, Encrypted, Agent:
		o.vault, o.err = v.Open(store)
	default:
		o.err = &StoreError{store, fmt.Errorf("%q is no store that this version knows", store), ""}
	}
	if v.opened == nil {
		v.opened = map[string]opened{}
	}
	v.opened[store] = o
	return o.vault, o.err
}

// Reopen lets stores be opened anew, for a process that lives long: what could not be
// opened, or did not answer, may do so the next time.
func (v *Vaults) Reopen() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opened = nil
}

// recall returns what was seen at the path under this marker.
func (v *Vaults) recall(path, id string) ([]byte, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.seen[path]
	return s.data, ok && s.id == id && time.Since(s.at) < fresh
}

func (v *Vaults) remember(path, id string, data []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = map[string]sight{}
	}
	v.seen[path] = sight{id, time.Now(), data}
}

func (v *Vaults) forget(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.seen, path)
}

// Forget makes the next read of the token under key ask its vault. The marker, by
// which a change is noticed otherwise, may not have been written.
func (f Files) Forget(key string) {
	if f.Vaults != nil {
		f.Vaults.forget(f.TokenPath(key))
	}
}
