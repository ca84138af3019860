package agent_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/broker/brokertest"
)

const refresh = brokertest.Refresh

// A fixture is the home folder of [brokertest] with an agent.
type fixture struct {
	*brokertest.Fixture
	server *agent.Server
}

func newFixture(t *testing.T, c emulator.Config) *fixture {
	t.Helper()
	w := &fixture{Fixture: brokertest.New(t, c)}
	w.server = &agent.Server{
		Broker: func(_ agent.Settings, _ []string, warn func(string)) *broker.Broker {
			b := w.Process()
			b.Warn = warn
			return b
		},
		Watched: func() ([]agent.Watched, error) { return []agent.Watched{{Session: w.Session}}, nil },
		Now:     w.Now,
	}
	return w
}

// inBubble runs a test with a fixture and with fake time ([synctest]).
func inBubble(t *testing.T, c emulator.Config, test func(w *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newFixture(t, c)) })
}

// A brokenNetwork fails each request until it is repaired, and counts the requests.
type brokenNetwork struct {
	mended atomic.Bool
	tries  atomic.Int64
}

func (w *fixture) breakNetwork() *brokenNetwork {
	n := new(brokenNetwork)
	w.Before = func(*http.Request) (*http.Response, error) {
		if n.mended.Load() {
			return nil, nil
		}
		n.tries.Add(1)
		return nil, errors.New("no route to host")
	}
	return n
}

// A runningAgent is an agent that a test has started.
type runningAgent struct {
	stop  context.CancelFunc
	ended chan struct{}
}

func (w *fixture) serve(l net.Listener) runningAgent {
	ctx, cancel := context.WithCancel(w.T.Context())
	r := runningAgent{cancel, make(chan struct{})}
	go func() {
		defer close(r.ended)
		if err := w.server.Serve(ctx, l); err != nil {
			w.T.Error(err)
		}
	}()
	w.T.Cleanup(func() { cancel(); <-r.ended })
	return r
}

// hasEnded reports whether the agent has ended.
func (r runningAgent) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// A deafListener is a listener without clients. It uses no network, so it works with fake time.
type deafListener chan struct{}

func (d deafListener) Accept() (net.Conn, error) { <-d; return nil, net.ErrClosed }
func (d deafListener) Close() error              { close(d); return nil }
func (d deafListener) Addr() net.Addr            { return &net.UnixAddr{} }

// watch runs the agent without clients. It calls atEnd when the agent ends.
func (w *fixture) watch(atEnd ...func([]agent.Watched)) runningAgent {
	w.server.End = func(_ context.Context, _ bool, list []agent.Watched) []string {
		for _, tell := range atEnd {
			tell(list)
		}
		return nil
	}
	return w.serve(make(deafListener))
}
