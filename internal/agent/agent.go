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
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
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
