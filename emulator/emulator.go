// Package emulator is an AWS IAM Identity Center in memory. The AWS CLI, the AWS SDKs and other
// programs sign in to it as they sign in to the real service. It has the pages where a user signs
// in and gives consent.
//
// The emulator also serves a few operations of STS, S3 and EC2, so that programs can use its role
// credentials. It verifies the signature of each request to these services.
//
// The emulator keeps state as the real service does: codes work once, refresh tokens rotate, and
// sessions end. It computes every response from that state.
//
// # Getting started
//
// A test starts an emulator with emulatortest.Start. Package emulatortest also signs in as a user
// does in the browser. Other programs call [New] and serve the emulator on the loopback interface:
//
//	e, err := emulator.New(emulator.Config{})
//	…
//	l, err := net.Listen("tcp", "127.0.0.1:0")
//	…
//	go emulator.NewServer(e).Serve(l)
//	cmd.Env = append(os.Environ(), emulator.Env("http://"+l.Addr().String())...)
//
// The [Config] sets the organization and the lifetimes of tokens. The default organization is
// [BuiltIn]. [Generate] makes a large organization, and package orgfile reads an organization
// from a file.
//
// Tests control a running [Emulator] with its methods. [Emulator.Advance] moves its clock.
// [Emulator.AddFault] and [Emulator.SetRateLimits] make requests fail.
// [Emulator.ExpireAccessTokens] and [Emulator.RevokeSessions] end tokens and sessions.
// [Emulator.Approve] and Config.AutoApprove sign users in without a page. [Emulator.Count]
// and [Emulator.Requests] report the requests of clients. [Emulator.MFACode] and
// [Emulator.WebIdentityToken] return codes and tokens for clients that assume roles.
//
// # Configuring clients
//
// The emulator serves all services on one port. [Env] returns the variables that point clients at
// it: AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC, AWS_ENDPOINT_URL_SSO_ADMIN,
// AWS_ENDPOINT_URL_IDENTITYSTORE, AWS_ENDPOINT_URL_ORGANIZATIONS, AWS_ENDPOINT_URL_STS,
// AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_EC2. The variable AWS_ENDPOINT_URL alone is not enough, because some SDKs
// do not use it to refresh tokens. Clients also need the start URL of the Config, but they do not
// connect to it.
//
// # The admin API
//
// If the Config has an AdminToken, other programs on the machine can call the Go methods over
// HTTP:
//
//	curl -H "Authorization: Bearer $TOKEN" -d '{"duration":"8h"}' $URL/_emulator/advance
//
// The admin API has these operations, with paths relative to [AdminPath]:
//
//	GET    state       the clock, and the numbers of sessions, clients and so on
//	POST   advance     {"duration":"8h"}
//	POST   expire      end all access tokens
//	POST   revoke      {"user":"jane"}: end the user's sessions
//	POST   approve     {"userCode":"BCDF-GHJK","user":"jane"}
//	POST   deny        {"userCode":"BCDF-GHJK"}
//	GET    counts      requests by operation; DELETE sets them to 0
//	GET    requests    the latest requests, without secrets
//	GET    faults      the rules that make requests fail; DELETE removes them
//	POST   faults      {"operation":"CreateToken:refresh_token","count":1,"status":500}
//	POST   rateLimits  {"on":true,"retryAfter":"2s"}
//	POST   mfaCode     {"serial":"arn:aws:iam::444455556666:mfa/robin"}
//	POST   webIdentityToken  {"subject":"repo:example/app","audience":"sts.amazonaws.com","duration":"15m"}
//
// # Limits
//
// The emulator evaluates no policies: a client with any of its credentials can call all of its
// operations, except for the Denials of the Config. Do not put real secrets in it, and serve it only on the loopback interface.
package emulator

import (
	"container/list"
	"net/http/httputil"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/random"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
	"github.com/lanyard-cli/lanyard/emulator/web"
)

// An Emulator is an IAM Identity Center with parts of STS, S3 and EC2. It is an
// [net/http.Handler], and safe for concurrent use. Make an Emulator with [New].
type Emulator struct {
	clock   clock
	random  *random.Source
	seal    seal.Sealer
	pages   *web.Pages
	routes  map[string]*route    // by path
	queries map[string]action    // by name
	admin   map[string]adminCall // by method and path
	dir     atomic.Pointer[directory]
	cookie  string                 // the name of the browser's cookie
	forward *httputil.ReverseProxy // nil without Config.Forward

	counts   counters
	faults   faults
	limits   limits
	requests requestLog

	mu         sync.Mutex // guards all fields below
	sessions   *store[*session]
	byUser     map[string]map[string]struct{} // by user name: ids of sessions
	grants     *store[*grant]
	clients    *store[*client]
	codes      *store[*authCode]
	devices    *store[*device]
	byCode     map[string]string  // by user code: id of the device
	totpUsed   map[string][]int64 // by owner of the secret: time steps of used codes
	assertions *store[struct{}]   // by issuer and id: used tokens of trusted issuers

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
		clock: clock{source: c.Now}, random: random.New(c.Seed), pages: pages,
		byUser: map[string]map[string]struct{}{}, byCode: map[string]string{}, totpUsed: map[string][]int64{},
	}
	e.seal.Key = []byte(e.random.Bytes(32))
	// Browsers send a cookie to all ports of a host. A random name prevents two emulators
	// from replacing each other's cookies.
	e.cookie = "idc-" + strings.ToLower(e.random.Pick(8, random.Letters))
	e.sessions = newStore(maxSessions, e.sessionEnded)
	e.grants = newStore(maxGrants, e.grantEnded)
	e.clients = newStore[*client](maxClients, nil)
	e.codes = newStore[*authCode](maxCodes, nil)
	e.devices = newStore(maxDevices, e.deviceEnded)
	e.assertions = newStore[struct{}](maxAssertions, nil)
	if e.forward, err = newForwarder(c.Forward); err != nil {
		return nil, err // impossible, because newDirectory checks the URL
	}
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
	c.AutoApprove, c.RateLimits, c.AdminToken, c.Forward = old.AutoApprove, old.RateLimits, old.AdminToken, old.Forward
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

// Users returns the users of the organization with their passwords, in the order of the Config.
func (e *Emulator) Users() []User { return slices.Clone(e.config().Users) }

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
	e.assertions.sweep(now)
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

// sweep removes expired records from the front of the store. If the records of a store have equal
// lifetimes, the front holds all expired records. The ids of used tokens have the lifetimes that
// their issuers chose, and the clock can be moved back, so expired records can also be elsewhere.
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
