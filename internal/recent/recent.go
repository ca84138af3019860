// Package recent remembers which profiles the user uses, and which profiles the user has
// pinned. Menus show these profiles first. The list is one small file without secrets.
//
// The list only changes the order of menus. So the package treats an unreadable or invalid file
// as an empty list.
package recent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

const (
	// halfLife is the time in which the score of a profile falls to one half. So many uses last
	// month count less than a use today and a use yesterday.
	halfLife = 7 * 24 * time.Hour

	// pause is the time after a use in which further uses of the profile do not count. So a loop
	// or many parallel processes write the file only once.
	pause = time.Minute

	maxProfiles = 200
	maxName     = 1000 // in bytes; the list does not record longer names
)

// A List holds the pinned and the recent profiles. The zero value is an empty list.
type List struct {
	Pinned   []string       `json:"pinned,omitempty"`
	Profiles map[string]use `json:"profiles,omitempty"`
}

// A use says how often and when a profile was used.
type use struct {
	Score float64   `json:"score"` // the score at the time Last; each use adds 1
	Last  time.Time `json:"last"`
}

// scoreAt returns the score at a time. A use in the future counts as a use now, because the clock
// may have been wrong.
func (u use) scoreAt(now time.Time) float64 {
	score := u.Score * math.Exp2(-float64(max(now.Sub(u.Last), 0))/float64(halfLife))
	if math.IsNaN(score) || math.IsInf(score, 0) {
		return 0
	}
	return score
}

// path returns the file of the list.
func path(home string) string { return filepath.Join(home, ".aws", "lanyard", "recent") }

// Read returns the list of a home folder.
func Read(home string) List {
	data, err := datafile.Read(path(home), datafile.Limit)
	var l List
	if err != nil || json.Unmarshal(data, &l) != nil {
		return List{}
	}
	return l
}

// Order returns the indexes of names, with the pinned profiles first, in the order in which
// they were pinned. Then come the recent profiles: the more often and the more recently a
// profile was used, the earlier it comes. The other profiles keep their order.
func (l List) Order(names []string, now time.Time) []int {
	type rank struct {
		pin   int
		score float64
	}
	pins := make(map[string]int, len(l.Pinned))
	for i, name := range l.Pinned {
		pins[name] = i - len(l.Pinned)
	}
	ranks, order := make([]rank, len(names)), make([]int, len(names))
	for i, name := range names {
		order[i], ranks[i] = i, rank{pins[name], l.Profiles[name].scoreAt(now)}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(ranks[i].pin, ranks[j].pin), cmp.Compare(ranks[j].score, ranks[i].score))
	})
	return order
}

// Record records a use of a profile. If Record cannot write the list, or if another process is
// writing the list, it drops the use.
func Record(home, name string, now time.Time) {
	if name == "" || len(name) > maxName || recorded(Read(home), name, now) {
		return
	}
	_ = change(home, func(l *List) error {
		if recorded(*l, name, now) {
			return errUnchanged
		}
		if l.Profiles == nil {
			l.Profiles = map[string]use{}
		}
		l.Profiles[name] = use{l.Profiles[name].scoreAt(now) + 1, now.UTC().Truncate(time.Second)}
		l.shorten(now)
		return nil
	})
}

// recorded reports whether the list already has a use within the pause.
func recorded(l List, name string, now time.Time) bool {
	u, ok := l.Profiles[name]
	since := now.Sub(u.Last)
	return ok && since > -pause && since < pause
}

// shorten removes the profiles with the lowest scores if there are too many.
func (l *List) shorten(now time.Time) {
	if len(l.Profiles) <= maxProfiles {
		return
	}
	names := slices.SortedFunc(maps.Keys(l.Profiles), func(a, b string) int {
		return cmp.Or(cmp.Compare(l.Profiles[b].scoreAt(now), l.Profiles[a].scoreAt(now)), cmp.Compare(a, b))
	})
	for _, name := range names[maxProfiles:] {
		delete(l.Profiles, name)
	}
}

// ErrBusy means that another process is changing the list.
var ErrBusy = filelock.ErrBusy

// Pin pins a profile, after the profiles that are already pinned. It returns [ErrBusy] if the
// caller should try again, and another error if it cannot write the list.
func Pin(home, name string) error {
	return change(home, func(l *List) error {
		switch {
		case slices.Contains(l.Pinned, name):
			return errUnchanged
		case len(l.Pinned) == maxProfiles:
			return fmt.Errorf("%d profiles are already pinned", maxProfiles)
		case len(name) > maxName:
			return fmt.Errorf("the name has more than %d bytes", maxName)
		}
		l.Pinned = append(l.Pinned, name)
		return nil
	})
}

// ErrNotPinned means that a profile is not pinned.
var ErrNotPinned = errors.New("not pinned")

// Unpin reverts [Pin]. It returns the same errors, and [ErrNotPinned].
func Unpin(home, name string) error {
	return change(home, func(l *List) error {
		i := slices.Index(l.Pinned, name)
		if i < 0 {
			return ErrNotPinned
		}
		l.Pinned = slices.Delete(l.Pinned, i, i+1)
		return nil
	})
}

// errUnchanged means that the list needs no change.
var errUnchanged = errors.New("unchanged")

// change changes the list under its lock. If neither locks nor leases work, it takes no lock,
// because a lost use does no harm.
func change(home string, edit func(*List) error) error {
	file := path(home)
	if err := owner.MakeFolder(filepath.Dir(file)); err != nil {
		return err
	}
	lock, err := filelock.Try(filepath.Join(filepath.Dir(file), ".recent.lock"))
	if errors.Is(err, filelock.ErrBusy) {
		return err
	}
	defer lock.Release()
	l := Read(home)
	if err := edit(&l); errors.Is(err, errUnchanged) {
		return nil
	} else if err != nil {
		return err
	}
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(file, append(data, '\n'), 0o600)
}
