// This file has the client: the address of the agent, the settings in a request, and the
// requests.

package agent

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// SocketVariable is the environment variable with the agent's socket. "none" means no agent.
const SocketVariable = "LANYARD_AGENT_SOCKET"

// Address returns the address of the agent of a home folder: the absolute path of a socket,
// or a named pipe. It returns "" if the environment disables the agent.
func Address(lookupEnv func(string) (string, bool), home string) string {
	if own, _ := lookupEnv(SocketVariable); own == "none" {
		return ""
	} else if own != "" {
		if path, err := filepath.Abs(userpath.Expand(own, lookupEnv)); err == nil { // the agent has another working folder
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

// Settings holds the client's settings for requests to AWS.
type Settings struct {
	OIDC, Portal                profile.Endpoint // the configured endpoints
	FIPS, DualStack             bool
	CABundle                    string // a path; "" means the system's
	NoVerifySSL                 bool
	MaxAttempts                 int           // 0 means 3
	ConnectTimeout, ReadTimeout time.Duration // 0 means the default
	// Proxies is a fingerprint of the proxies in the client's environment. The proxies
	// themselves may contain passwords. If the agent has other proxies, it leaves the work
	// to the client.
	Proxies string
}

// Endpoints returns the endpoints for the broker.
func (s Settings) Endpoints() broker.Endpoints {
	return broker.Endpoints{SignIn: s.OIDC, Portal: s.Portal}
}

// At returns the settings with other endpoints. FIPS and dual-stack apply only to AWS's own
// endpoints.
func (s Settings) At(e broker.Endpoints) Settings {
	if e == s.Endpoints() {
		return s
	}
	s.OIDC, s.Portal = e.SignIn, e.Portal
	own := e.SignIn.URL == "" && e.Portal.URL == ""
	s.FIPS, s.DualStack = s.FIPS && own, s.DualStack && own
	return s
}

// A Client sends requests to the agent at an address. It makes a connection for each
// request. Only one goroutine may use it.
type Client struct {
	Address string // see [Address]; "" means no agent
	Home    string // see [HomeID]; an agent of another home folder refuses the request

	// Patience is how long to wait for the confirmation of a request; 0 means [Patience].
	Patience time.Duration

	waited time.Duration // the longest wait that ended without an answer; do not wait as long again
}

// A Question is a request to the agent's broker.
type Question struct {
	Request  broker.Request
	Siblings []string
	Settings Settings
}

// Ask asks a question. answered is false if the client must do the work itself. The caller
// shows the warnings to the user.
func (c *Client) Ask(ctx context.Context, q Question) (a broker.Answer, warnings []string, answered bool, err error) {
	r := q.Request
	got, err := c.call(ctx, request{Verb: verbGet, Get: &question{
		Session: r.Session, Siblings: q.Siblings, Settings: q.Settings, AccountID: r.AccountID, RoleName: r.RoleName,
		Token: r.Purpose == broker.AccessToken, Caller: r.Caller, Rejected: r.Rejected.Reveal(),
		Profile: r.Profile, Ruled: r.Ruled,
	}})
	switch {
	case ctx.Err() != nil:
		return a, nil, true, ctx.Err()
	case err != nil || got.Declined:
		return a, nil, false, err
	case got.Failure != nil:
		return a, got.Warnings, true, got.Failure.err(r.Session)
	}
	a, err = got.answer()
	return a, got.Warnings, err == nil, err
}

// Status returns the agent's status. It returns the errors of this package, such as
// [ErrNone].
func (c *Client) Status(ctx context.Context) (Status, error) {
	got, err := c.call(ctx, request{Verb: verbStatus})
	if err == nil && got.Status == nil {
		err = errors.New("the agent at " + c.Address + " sent no status")
	}
	if err != nil {
		return Status{}, err
	}
	return *got.Status, nil
}

// Wake makes the agent check its sessions at once, because something has changed.
func (c *Client) Wake(ctx context.Context) error {
	_, err := c.call(ctx, request{Verb: verbWake})
	return err
}

// Forget tells the agent that sessions were signed out. The agent reads all tokens again, and
// exits if it has no session left.
func (c *Client) Forget(ctx context.Context) error {
	_, err := c.call(ctx, request{Verb: verbForget})
	return err
}

// Stop stops the agent and waits until it has ended. unrevoked has a text for each session
// that the agent could not revoke.
func (c *Client) Stop(ctx context.Context) (unrevoked []string, err error) {
	l, err := c.call(ctx, request{Verb: verbStop})
	return l.Warnings, err
}

// call sends a request and returns the answer.
func (c *Client) call(ctx context.Context, r request) (line, error) {
	r.Home = c.Home
	if c.Address == "" {
		return line{}, ErrNone
	}
	patience := cmp.Or(c.Patience, Patience)
	if patience <= c.waited {
		return line{}, ErrSilent
	}
	start := time.Now()
	conn, err := dial(ctx, c.Address, patience)
	if err != nil {
		return line{}, c.explain(err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := checkPeer(conn); err != nil {
		return line{}, err
	}
	_ = conn.SetDeadline(start.Add(patience))
	if err := writeLine(conn, r); err != nil {
		return line{}, c.explain(err)
	}
	for in := bufio.NewReader(conn); ; {
		var l line
		if err := readLine(in, maxAnswer, func() error { return nil }, &l); err != nil {
			return line{}, c.explain(err)
		}
		switch {
		case l.Done && l.Elsewhere:
			return line{}, fmt.Errorf("%w: %s", ErrElsewhere, c.Address)
		case l.Done && l.Ending:
			return line{}, ErrEnding
		case l.Done:
			return l, nil
		case time.Since(start) > answerLimit:
			return line{}, c.explain(os.ErrDeadlineExceeded)
		}
		_ = conn.SetDeadline(time.Now().Add(silenceLimit))
	}
}

// explain returns the error for a failed connection. After a timeout, the client does
// not wait as long again.
func (c *Client) explain(err error) error {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded), queueFull(err):
		c.waited = max(c.waited, cmp.Or(c.Patience, Patience))
		return fmt.Errorf("%w at %s", ErrSilent, c.Address)
	case notListening(err):
		return fmt.Errorf("%w at %s", ErrNone, c.Address)
	}
	return fmt.Errorf("the agent at %s: %w", c.Address, err)
}
