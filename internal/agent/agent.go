// Package agent is the background process that a user may run: it renews sessions
// before they lapse, and renews and fetches for all the processes that ask it.
// Everything works without it.
//
// One agent serves one home folder. It listens on a Unix socket (a named pipe on
// Windows) that belongs to the user alone, and both sides check which user is at the
// other end. A client sends one line of JSON and gets lines back: at once that it was
// heard, then a sign of life every second, then the answer. A client that hears
// nothing does the work itself, as if there were no agent: the agent uses the same
// broker with the same locks, so nothing can be done twice.
//
// The agent works with the settings of the client that asked (endpoints,
// certificates), because its own environment may be that of a service manager.
package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// The times of the protocol.
const (
	// Patience is how long a client waits to be heard before it goes on without
	// the agent.
	Patience = 50 * time.Millisecond
	// LongPatience is how long a client waits that cannot go on without the agent,
	// because the token is in the agent's memory and nowhere else.
	LongPatience = 5 * time.Second

	beat    = time.Second     // between signs of life
	silence = 3 * time.Second // after which a client gives up, although it was heard
	longest = 2 * time.Minute // a client waits for an answer, even with signs of life
	reading = 5 * time.Second // a client may take to send its line
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

// SocketVariable names another socket for the agent, or "none" to do without one.
const SocketVariable = "LANYARD_AGENT_SOCKET"

// Address returns where the agent of a home folder listens, an absolute path or a
// pipe. "" means that the environment wants none.
func Address(lookupEnv func(string) (string, bool), home string) string {
	if own, _ := lookupEnv(SocketVariable); own == "none" {
		return ""
	} else if own != "" {
		if path, err := filepath.Abs(userpath.Expand(own, lookupEnv)); err == nil { // the agent is in another folder
			return path
		}
		return own
	}
	if real, err := filepath.EvalSymlinks(home); err == nil {
		home = real
	}
	sum := sha256.Sum256([]byte(home))
	return defaultAddress(lookupEnv, "agent-"+hex.EncodeToString(sum[:5]))
}

// Settings are those with which the client would make its requests itself.
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
