package emulator

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/lanyard-cli/lanyard/emulator/web"
)

// An Emulator is an IAM Identity Center with the services that its credentials
// open. It is an [net/http.Handler] and safe for concurrent use. [New] makes one.
type Emulator struct {
	clock   clock
	random  *source
	seal    sealer
	pages   *web.Pages
	routes  map[string]*route    // by path
	queries map[string]action    // by name
	admin   map[string]adminCall // by method and path
	dir     atomic.Pointer[directory]
	cookie  string // name of the browser's cookie

	counts   counters
	faults   faults
	limits   limits
	requests requestLog

	mu       sync.Mutex // guards all below
	sessions *store[*session]
	byUser   map[string]map[string]struct{} // user -> ids of sessions
	grants   *store[*grant]
	clients  *store[*client]
	codes    *store[*authCode]
	devices  *store[*device]
	byCode   map[string]string  // user code -> id of device
	totpUsed map[string][]int64 // owner of a secret -> time steps whose codes were used

	lastToken, oldestToken uint64 // numbers of access tokens: last issued, oldest that counts
}

// New makes an emulator of c. If an entry of c is wrong, the error is a
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
	// Browsers send a cookie to every port of a host. A name of our own keeps two
	// emulators from signing each other's people out.
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

// StartURL returns the start URL that clients must name.
func (e *Emulator) StartURL() string { return e.config().StartURL }

// Region returns the region of the instance.
func (e *Emulator) Region() string { return e.config().Region }

// Users returns the users of the organization in no particular order, with their
// passwords: whoever holds the Emulator made them up.
func (e *Emulator) Users() []User {
	users := e.dir.Load().users
	out := make([]User, 0, len(users))
	for _, u := range users {
		out = append(out, u)
	}
	return out
}

// lock locks the state and drops what has ended. It returns the unlock function.
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
