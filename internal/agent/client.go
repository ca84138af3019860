// What a process that asks the agent uses: where the agent listens, the settings that go
// along, and the questions.

package agent

import (
	"bufio"
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

// A Client asks the agent at an address. It makes a connection for each question,
// and is for one goroutine.
type Client struct {
	Address string // see [Address]; "" means that there is no agent
	Home    string // see [HomeID]; an agent of another home is not asked

	// Patience is how long to wait until the agent has heard; 0 means [Patience].
	Patience time.Duration

	dead bool // it did not answer, and is not asked again
}

// A Question is what a process asks in the place of its own broker.
type Question struct {
	Request  broker.Request
	Siblings []string
	Settings Settings
}

// Ask puts a question. answered is false where the client should do the work
// itself. The warnings are for the person.
func (c *Client) Ask(ctx context.Context, q Question) (a broker.Answer, warnings []string, answered bool, err error) {
	r := q.Request
	got, err := c.call(ctx, request{Verb: verbGet, Get: &question{
		Session: r.Session, Siblings: q.Siblings, Settings: q.Settings, AccountID: r.AccountID, RoleName: r.RoleName,
		Token: r.Purpose == broker.AccessToken, Caller: r.Caller, Rejected: r.Rejected.Reveal(),
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

// Status asks what the agent does. The errors are those of this package.
func (c *Client) Status(ctx context.Context) (Status, error) {
	got, err := c.call(ctx, request{Verb: verbStatus})
	if err == nil && got.Status == nil {
		err = errors.New("the agent at " + c.Address + " does not say how it is")
	}
	if err != nil {
		return Status{}, err
	}
	return *got.Status, nil
}

// Wake tells the agent that there is something new to look at.
func (c *Client) Wake(ctx context.Context) error {
	_, err := c.call(ctx, request{Verb: verbWake})
	return err
}

// Forget tells the agent that sessions were signed out: it drops what it knows of
// those that have no token any more, and ends if none is left.
func (c *Client) Forget(ctx context.Context) error {
	_, err := c.call(ctx, request{Verb: verbForget})
	return err
}

// Stop asks the agent to end, and returns when it has: what it could not do then is
// for the person to know.
func (c *Client) Stop(ctx context.Context) (untold []string, err error) {
	l, err := c.call(ctx, request{Verb: verbStop})
	return l.Warnings, err
}

// call sends a request and returns the line that answers it.
func (c *Client) call(ctx context.Context, r request) (line, error) {
	r.Home = c.Home
	if c.Address == "" {
		return line{}, ErrNone
	}
	if c.dead {
		return line{}, ErrSilent
	}
	patience := c.Patience
	if patience == 0 {
		patience = Patience
	}
	start := time.Now()
	conn, err := dial(ctx, c.Address, patience)
	if err != nil {
		return line{}, c.judge(err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := checkPeer(conn); err != nil {
		return line{}, err
	}
	_ = conn.SetDeadline(start.Add(patience))
	if err := writeLine(conn, r); err != nil {
		return line{}, c.judge(err)
	}
	for in := bufio.NewReader(conn); ; {
		var l line
		if err := readLine(in, maxAnswer, func() error { return nil }, &l); err != nil {
			return line{}, c.judge(err)
		}
		switch {
		case l.Done && l.Elsewhere:
			return line{}, fmt.Errorf("%w: %s", ErrElsewhere, c.Address)
		case l.Done && l.Ending:
			return line{}, ErrEnding
		case l.Done:
			return l, nil
		case time.Since(start) > longest:
			return line{}, c.judge(os.ErrDeadlineExceeded)
		}
		_ = conn.SetDeadline(time.Now().Add(silence))
	}
}

// judge says what a connection that failed means.
func (c *Client) judge(err error) error {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded), queueFull(err):
		c.dead = true
		return fmt.Errorf("%w at %s", ErrSilent, c.Address)
	case nobodyListens(err):
		return fmt.Errorf("%w at %s", ErrNone, c.Address)
	}
	return fmt.Errorf("the agent at %s: %w", c.Address, err)
}
