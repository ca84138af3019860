// Package agent is the background process that a person may run: it renews
// sessions before they lapse, and renews and fetches in the place of all the
// processes that ask it. Everything works without it.
//
// One agent serves one home folder. It listens on a Unix socket (a named pipe on
// Windows) that belongs to the person alone, and both sides look whom they talk to.
// A client sends one line of JSON and gets lines back: at once that it was heard,
// then a sign of life every second, then the answer. A client that hears nothing
// does the work itself, as if there were no agent: the agent uses the same broker
// with the same locks, so nothing can be done twice.
//
// What the agent does is done with the settings of whoever asked (endpoints,
// certificates), because its own environment may be that of a service manager.
package agent

import (
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// The times of the protocol.
const (
	// Patience is how long a client waits to be heard before it goes on without
	// the agent.
	Patience = 50 * time.Millisecond
	// LongPatience is that of a client which cannot go on: the token is in the
	// agent's memory and nowhere else.
	LongPatience = 5 * time.Second

	beat    = time.Second     // between signs of life
	silence = 3 * time.Second // after which a client that was heard gives up all the same
	longest = 2 * time.Minute // that a client waits for an answer, whatever it hears
	reading = 5 * time.Second // that a client may take for its line
)

// Errors to test for.
var (
	ErrNone    = errors.New("no agent is running")
	ErrSilent  = errors.New("the agent does not answer")
	ErrRunning = errors.New("an agent is running already")
	ErrEnding  = errors.New("the agent is about to end")
	ErrForeign = errors.New("whoever listens there is another user")

	ErrElsewhere = errors.New("the agent there serves another home folder")
)

// Settings are what an asking process would have made its requests with.
type Settings struct {
	OIDC, Portal                profile.Endpoint // the configured ones
	FIPS, DualStack             bool
	CABundle                    string // a path; "" means the system's
	NoVerifySSL                 bool
	MaxAttempts                 int           // 0 means 3
	ConnectTimeout, ReadTimeout time.Duration // 0 means as usual
	// Proxies is a fingerprint of the proxies of the environment. They may hold
	// passwords, so an agent with other ones leaves the work to the client.
	Proxies string
}

// Endpoints returns the settings that the broker needs.
func (s Settings) Endpoints() broker.Endpoints {
	return broker.Endpoints{SignIn: s.OIDC, Portal: s.Portal}
}

// At returns the settings for requests to other endpoints. FIPS and dual-stack are forms
// of AWS's own.
func (s Settings) At(e broker.Endpoints) Settings {
	if e == s.Endpoints() {
		return s
	}
	s.OIDC, s.Portal = e.SignIn, e.Portal
	own := e.SignIn.URL == "" && e.Portal.URL == ""
	s.FIPS, s.DualStack = s.FIPS && own, s.DualStack && own
	return s
}

// A Watched session is one that an agent keeps fresh.
type Watched struct {
	Session  profile.Session
	Siblings []string // see broker.Broker.Siblings
	Settings Settings
	Problem  string // what is wrong with the settings of the config; "" for nothing
}

// id tells sessions apart.
func id(s profile.Session) string {
	return s.Name + "\x00" + starturl.Portal(s.StartURL) + "\x00" + s.Region
}
