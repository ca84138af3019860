// Package grant stores the consents of a user to use a guarded role: grants for a time, and the
// answers to questions, for other processes that wait for the same answer. The files are in the home
// folder, beside the tokens, so no variable can name another folder alone. Each program of the user
// can write such a file: a grant protects from mistakes, and not from malware.
package grant

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/owner"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// Limit is the longest time of a grant.
const Limit = 12 * time.Hour

// YesTime and NoTime are how long an answer counts for other processes of the same terminal. A no also
// counts for the processes that were waiting for it. The processes of a storm do not start at the
// same moment.
const (
	YesTime = 30 * time.Second
	NoTime  = 5 * time.Second
)

// A Role says what a consent is about. A consent counts for no other profile or role.
type Role struct {
	Profile   string `json:"profile"`
	AccountID string `json:"account"`
	RoleName  string `json:"role"`
}

// A Grant is the consent to use a role for a time.
type Grant struct {
	Role
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Covers reports whether the grant counts at a time. A clock that was set back before From ends the
// grant.
func (g Grant) Covers(now time.Time) bool {
	return !now.Before(g.From) && now.Before(g.Until) && g.Until.Sub(g.From) <= Limit
}

// A Store has the consents of a home folder.
type Store struct{ folder string }

// Open returns the store of a home folder. It creates no files.
func Open(home string) Store { return Store{filepath.Join(home, ".aws", "lanyard", "guard")} }

const (
	grantPrefix  = "grant-"
	answerPrefix = "answer-"
	maxFile      = 16 << 10
)

// path returns the path of a file about a role, in a terminal. The terminal of a grant is "".
func (s Store) path(prefix string, r Role, terminal, suffix string) string {
	text, _ := json.Marshal([]string{r.Profile, r.AccountID, r.RoleName, terminal}) // cannot fail
	sum := sha256.Sum256(text)
	return filepath.Join(s.folder, prefix+hex.EncodeToString(sum[:10])+suffix)
}

// Save stores a grant, and replaces an earlier grant of the same role.
func (s Store) Save(g Grant) error { return s.write(s.path(grantPrefix, g.Role, "", ".json"), g) }

func (s Store) write(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := owner.MakeFolder(s.folder); err != nil {
		return err
	}
	return atomicfile.Write(path, append(text, '\n'), 0o600)
}

// Find returns the grant of a role that counts at a time. ok is false if there is no such grant, or
// if it cannot be read.
func (s Store) Find(r Role, now time.Time) (g Grant, ok bool) {
	if read(s.path(grantPrefix, r, "", ".json"), &g) != nil || g.Role != r {
		return Grant{}, false
	}
	return g, g.Covers(now)
}

func read(path string, v any) error {
	data, err := datafile.Read(path, maxFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// All returns the grants that count at a time. It ignores files that it cannot read, because such
// files grant nothing.
func (s Store) All(now time.Time) ([]Grant, error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []Grant
	for _, e := range entries {
		var g Grant
		if strings.HasPrefix(e.Name(), grantPrefix) && read(filepath.Join(s.folder, e.Name()), &g) == nil && g.Covers(now) {
			all = append(all, g)
		}
	}
	return all, nil
}

// Revoke removes all grants of a profile, and all recent answers. It returns the number of grants.
func (s Store) Revoke(profile string) (n int, err error) {
	entries, err := os.ReadDir(s.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	for _, e := range entries {
		path := filepath.Join(s.folder, e.Name())
		isGrant := strings.HasPrefix(e.Name(), grantPrefix)
		var g Grant
		if !isGrant && !strings.HasPrefix(e.Name(), answerPrefix) || isGrant && (read(path, &g) != nil || g.Profile != profile) {
			continue
		}
		switch removeErr := os.Remove(path); {
		case removeErr != nil:
			err = errors.Join(err, removeErr)
		case isGrant:
			n++
		}
	}
	return n, err
}

// An answer is the user's answer to a question.
type answer struct {
	Role
	Yes bool      `json:"yes"`
	At  time.Time `json:"at"`
}

// A Question asks the user of one terminal about a role. Processes that have the same question at
// the same time share one answer. Questions about other roles wait.
type Question struct {
	Store    Store
	Role     Role
	Terminal string // names the terminal; other terminals do not share its answers
	Kind     string // names the way of asking; an answer counts only for the same way
	Now      func() time.Time
	Ask      func(ctx context.Context) (yes bool, err error)
	// Granted ends the wait for another process, if the user has agreed in another way. It may be nil.
	Granted func() bool
}

// pause is the time between two looks at the answer of another process.
const pause = 50 * time.Millisecond

// Answer returns the user's answer, or a recent answer of the same terminal: see [YesTime].
func (q Question) Answer(ctx context.Context) (yes bool, err error) {
	began := q.Now()
	path := q.Store.path(answerPrefix, q.Role, q.Terminal+"\x00"+q.Kind, ".json")
	if err := owner.MakeFolder(q.Store.folder); err != nil {
		return false, err
	}
	for {
		lock, err := filelock.Try(q.Store.path(".ask-", Role{}, q.Terminal, ".lock")) // one question at a time
		if err != nil && !errors.Is(err, filelock.ErrBusy) {
			return false, err
		}
		if a, ok := q.recent(path, began); ok {
			lock.Release()
			return a.Yes, nil
		}
		if err == nil {
			defer lock.Release()
			break
		}
		if q.Granted != nil && q.Granted() {
			return true, nil
		}
		if err := sleep.For(ctx, pause); err != nil {
			return false, err
		}
	}
	if yes, err = q.Ask(ctx); err != nil {
		return false, err
	}
	// Without the file, the other processes ask again.
	return yes, q.Store.write(path, answer{q.Role, yes, q.Now()})
}

// recent returns an answer that counts for this question.
func (q Question) recent(path string, began time.Time) (answer, bool) {
	var a answer
	if read(path, &a) != nil || a.Role != q.Role {
		return a, false
	}
	age := q.Now().Sub(a.At)
	return a, age >= 0 && (age < NoTime || a.Yes && age < YesTime || !a.At.Before(began))
}
