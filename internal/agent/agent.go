// Package agent is an optional background process. It refreshes sessions before they expire,
// and gets tokens and role credentials for all processes that ask it.
//
// One agent serves one home folder. It listens on a Unix socket (a named pipe on Windows)
// that only the user can open. Both sides check the user at the other end. A client sends one
// line of JSON. The agent confirms the request at once, sends a heartbeat every second, and
// then sends the answer. A client that gets no line in time does the work itself. The agent
// and its clients use the same locks, so they do no work twice.
//
// The agent works with the settings of the client (endpoints, certificates), because the agent
// may have the environment of a service manager.
package agent

import (
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// The timeouts and pauses of the protocol.
const (
	// Patience is how long a client waits for the confirmation of its request before it
	// continues without the agent.
	Patience = 50 * time.Millisecond
	// LongPatience is the same for a client that needs the agent, because only the agent's
	// memory has the token.
	LongPatience = 5 * time.Second

	beat         = time.Second     // between two heartbeats
	silenceLimit = 3 * time.Second // a client gives up after this time without a heartbeat
	answerLimit  = 2 * time.Minute // a client gives up after this time without an answer
	requestLimit = 5 * time.Second // the agent gives up if a client takes longer to send its request
)

// Callers can test for these errors.
var (
	ErrNone    = errors.New("no agent is running")
	ErrSilent  = errors.New("the agent does not answer")
	ErrRunning = errors.New("an agent is already running")
	ErrEnding  = errors.New("the agent is stopping")
	ErrForeign = errors.New("the process at the other end of the socket belongs to another user")

	ErrElsewhere = errors.New("the agent serves another home folder")
)

// A Watched is a session that an agent refreshes.
type Watched struct {
	Session  profile.Session
	Siblings []string // see broker.Broker.Siblings
	Settings Settings
	Problem  string // what is wrong with the session's settings; may be ""
}

// id returns a text that identifies a session.
func id(s profile.Session) string {
	return s.Name + "\x00" + starturl.Portal(s.StartURL) + "\x00" + s.Region
}
