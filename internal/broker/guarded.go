package broker

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file keeps the credentials of guarded roles out of the AWS CLI's cache. In that cache, other
// programs would find the credentials and use them without the rules.

// A Memory holds the credentials of guarded roles in the memory of this process. Several brokers
// can share a Memory, and several goroutines can use it. The zero value is empty.
type Memory struct {
	mu    sync.Mutex
	roles map[string]remembered // by the name of the cache file
}

// A remembered value holds role credentials and the generation of the session that got them.
type remembered struct {
	ssocache.Credentials
	in generation
}

func (m *Memory) load(name string) (remembered, bool) {
	if m == nil {
		return remembered{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.roles[name]
	return r, ok
}

func (m *Memory) save(name string, r remembered) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.roles == nil {
		m.roles = map[string]remembered{}
	}
	m.roles[name] = r
}

// sharesFiles reports whether the session keeps role credentials in the AWS CLI's cache. It
// returns true if the session's store is not known.
func (b *Broker) sharesFiles(s profile.Session) bool {
	if s.StartURL == "" {
		return true
	}
	store, err := b.Cache.Store(s.Key())
	return err != nil || store == keystore.File
}

// loadRole reads the cached role credentials for a request. If the role is guarded, it does not
// read the AWS CLI's cache.
func (b *Broker) loadRole(q roleRequest) (ssocache.Credentials, error) {
	if !q.Guarded || !b.sharesFiles(q.Session) {
		return b.Cache.LoadCredentials(q.file)
	}
	r, ok := b.Memory.load(q.file)
	if !ok || b.overSince(q.Session, r.in) {
		return ssocache.Credentials{}, ssocache.ErrNotFound
	}
	return r.Credentials, nil
}

// saveRole stores role credentials. If the role is guarded, it does not write to the AWS CLI's
// cache.
func (b *Broker) saveRole(q roleRequest, startedIn generation, c ssocache.Credentials) error {
	if !q.Guarded || !b.sharesFiles(q.Session) {
		return b.Cache.SaveCredentials(q.file, c)
	}
	b.Memory.save(q.file, remembered{c, startedIn})
	return nil
}

// removeShared removes the credentials of a guarded role from the AWS CLI's cache. The name of the
// file identifies the role. removeShared keeps a file that does not contain role credentials. It
// does nothing for an assumed role: see removeSharedAssumed.
func (b *Broker) removeShared(s Subject) {
	if s.Session.StartURL == "" || s.ARN != "" {
		return
	}
	name := ssocache.RoleName(s.AccountID, s.RoleName, s.Session.Name, s.Session.StartURL)
	c, err := b.Cache.Dir.LoadCredentials(name)
	if err != nil || c.AccountID != "" && c.AccountID != s.AccountID {
		return
	}
	b.removePlaintext(name)
}

// removeSharedAssumed does the same for the credentials of an assumed role.
func (b *Broker) removeSharedAssumed(q AssumeRequest, private string) {
	for _, name := range []string{q.File, private} {
		a, err := b.Cache.Dir.LoadAssumed(name)
		if err != nil || a.Source != "" && a.Source != q.Source || !assumes(a.UserARN, q.Subject.Role) {
			continue
		}
		b.removePlaintext(name)
	}
}

// assumes reports whether the ARN of an assumed role's session belongs to a role:
// arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
func assumes(arn string, r Role) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[4] != r.AccountID {
		return false
	}
	names := strings.Split(parts[5], "/")
	return len(names) == 3 && names[0] == "assumed-role" && names[1] == r.RoleName[strings.LastIndexByte(r.RoleName, '/')+1:]
}

// removePlaintext removes a file of the role cache. The value in another store stays.
func (b *Broker) removePlaintext(name string) {
	path := filepath.Join(b.Cache.Roles(), name)
	err := os.Remove(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.warn("a rule is about this role, but its credentials cannot be removed from the AWS CLI's cache: %v", err)
		return
	}
	b.debug("removed the credentials of a guarded role from the AWS CLI's cache", "file", name)
}
