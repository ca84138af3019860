// The Emulator, its clock, and its stores.

package emulator

import (
	"container/list"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/web"
)

// An Emulator is an IAM Identity Center with parts of STS, S3 and EC2. It is an
// [net/http.Handler], and safe for concurrent use. Make an Emulator with [New].
type Emulator struct {
	clock   clock
	random  *source
	seal    sealer
	pages   *web.Pages
	routes  map[string]*route    // by path
	queries map[string]action    // by name
	admin   map[string]adminCall // by method and path
	dir     atomic.Pointer[directory]
	cookie  string // the name of the browser's cookie

	counts   counters
	faults   faults
	limits   limits
	requests requestLog

	mu       sync.Mutex // guards all fields below
	sessions *store[*session]
	byUser   map[string]map[string]struct{} // by user name: ids of sessions
	grants   *store[*grant]
	clients  *store[*client]
	codes    *store[*authCode]
	devices  *store[*device]
	byCode   map[string]string  // by user code: id of the device
	totpUsed map[string][]int64 // by owner of the secret: time steps of used codes

	lastToken, oldestToken uint64 // the numbers of the last issued and of the oldest valid access token
}

// New returns an emulator with the Config c. If an entry of c is wrong, the error is a
// *[FieldError].
func New(c Config) (*Emulator, error) {
	c = c.withDefaults()
	dir, err := newDirectory(c)
	if err != nil {
		return nil, err
	}
	pages, err := web.New()
	if err != nil {
		return nil, err
	}
	e := &Emulator{
		clock: clock{source: c.Now}, random: newSource(c.Seed), pages: pages,
		byUser: map[string]map[string]struct{}{}, byCode: map[string]string{}, totpUsed: map[string][]int64{},
	}
	e.seal.key = []byte(e.random.bytes(32))
	// Browsers send a cookie to all ports of a host. A random name prevents two emulators
	// from replacing each other's cookies.
	e.cookie = "idc-" + strings.ToLower(e.random.pick(8, letters))
	e.sessions = newStore(maxSessions, e.sessionEnded)
	e.grants = newStore(maxGrants, e.grantEnded)
	e.clients = newStore[*client](maxClients, nil)
	e.codes = newStore[*authCode](maxCodes, nil)
	e.devices = newStore(maxDevices, e.deviceEnded)
	e.routes = e.newRoutes()
	e.queries = e.actions()
	e.admin = e.adminCalls()
	e.dir.Store(dir)
	return e, nil
}

// Reload replaces the fields of the Config that an organization file has: the organization, its
// resources, the start URL, the region and the lifetimes. It ignores the other fields of c. Users
// that are still in c stay signed in. Tokens keep their lifetimes. If c is not valid, Reload
// changes nothing and returns a *[FieldError].
func (e *Emulator) Reload(c Config) error {
	old := e.config()
	c.Now, c.Seed, c.Log, c.PublicURL = old.Now, old.Seed, old.Log, old.PublicURL
	c.AutoApprove, c.RateLimits, c.AdminToken = old.AutoApprove, old.RateLimits, old.AdminToken
	dir, err := newDirectory(c.withDefaults())
	if err != nil {
		return err
	}
	e.dir.Store(dir)
	defer e.lock()()
	for user, sessions := range e.byUser {
		if _, still := dir.users[user]; still {
			continue
		}
		for id := range sessions {
			e.sessions.delete(id)
		}
	}
	return nil
}

// config returns the Config with its defaults.
func (e *Emulator) config() *Config { return &e.dir.Load().cfg }

// StartURL returns the start URL.
func (e *Emulator) StartURL() string { return e.config().StartURL }

// Region returns the region of the instance.
func (e *Emulator) Region() string { return e.config().Region }

// Users returns the users of the organization with their passwords, in no particular
// order.
func (e *Emulator) Users() []User {
	users := e.dir.Load().users
	out := make([]User, 0, len(users))
	for _, u := range users {
		out = append(out, u)
	}
	return out
}

// IAMUsers returns the IAM users with their keys, in the order of the Config.
func (e *Emulator) IAMUsers() []IAMUser { return slices.Clone(e.config().IAMUsers) }

// A clock is a source of time that Advance can move.
type clock struct {
	source func() time.Time
	offset atomic.Int64 // nanoseconds added to source
}

// Now returns the time of the emulator, including the effect of Advance. Tokens, sessions and
// codes expire by this time. Clients do not know about Advance. So the emulator also accepts
// signatures and authenticator codes that are fresh by the time without Advance.
func (e *Emulator) Now() time.Time {
	// Round removes the monotonic reading, because comparisons would otherwise use it.
	return e.clock.source().Round(0).Add(time.Duration(e.clock.offset.Load())).UTC()
}

// Advance moves the clock of the emulator by d.
func (e *Emulator) Advance(d time.Duration) {
	e.clock.offset.Add(int64(d))
}

// unmoved returns the time without the effect of Advance.
func (e *Emulator) unmoved() time.Time { return e.clock.source().Round(0).UTC() }

// lock locks the state and removes expired records. It returns the unlock function.
func (e *Emulator) lock() func() {
	now := e.Now()
	e.mu.Lock()
	e.sessions.sweep(now)
	e.grants.sweep(now)
	e.clients.sweep(now)
	e.codes.sweep(now)
	e.devices.sweep(now)
	return e.mu.Unlock
}

// A store is a map whose records expire. A full store drops its oldest record. All
// operations take constant time. A store is not safe for concurrent use.
type store[V any] struct {
	max     int
	dropped func(V) // called for each record that leaves the store
	items   map[string]*list.Element
	order   *list.List // of record[V], oldest first
}

type record[V any] struct {
	id      string
	value   V
	expires time.Time
}

func newStore[V any](max int, dropped func(V)) *store[V] {
	return &store[V]{max: max, dropped: dropped, items: map[string]*list.Element{}, order: list.New()}
}

// put adds a record that is valid until expires.
func (s *store[V]) put(id string, v V, expires time.Time) {
	s.delete(id)
	if len(s.items) >= s.max {
		s.delete(s.order.Front().Value.(record[V]).id)
	}
	s.items[id] = s.order.PushBack(record[V]{id, v, expires})
}

// get returns the valid record with the id.
func (s *store[V]) get(id string, now time.Time) (v V, ok bool) {
	el := s.items[id]
	if el == nil {
		return v, false
	}
	rec := el.Value.(record[V])
	if !now.Before(rec.expires) {
		s.delete(id)
		return v, false
	}
	return rec.value, true
}

// delete removes the record with the id, if it exists.
func (s *store[V]) delete(id string) {
	el := s.items[id]
	if el == nil {
		return
	}
	delete(s.items, id)
	rec := s.order.Remove(el).(record[V])
	if s.dropped != nil {
		s.dropped(rec.value)
	}
}

// sweep removes expired records from the front of the store. The records of a store have equal
// lifetimes, so the front holds all expired records. After the clock was moved back, expired
// records can also be elsewhere.
func (s *store[V]) sweep(now time.Time) {
	for el := s.order.Front(); el != nil; el = s.order.Front() {
		rec := el.Value.(record[V])
		if now.Before(rec.expires) {
			return
		}
		s.delete(rec.id)
	}
}

func (s *store[V]) len() int { return len(s.items) }
