package agent

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/lanyard-cli/lanyard/internal/broker"
)

// A Server is an agent. Broker and Watched must be set.
type Server struct {
	// Broker returns the broker for one request or refresh. It calls warn with warnings.
	Broker func(settings Settings, siblings []string, warn func(text string)) *broker.Broker
	// Watched returns the sessions to refresh. It is called in every round, by one
	// goroutine. If it returns an error, the agent keeps the sessions of the last call.
	Watched func() ([]Watched, error)
	// Renew renews the entries of the credentials file that expire soon. It returns the number of
	// entries that need the agent. It is called in every round, by one goroutine. Renew may be nil.
	Renew func(context.Context) (kept int)
	// Memory is the store in the agent's memory; nil if the agent has no such store.
	Memory *Memory
	// Begin is called first, while the agent already answers clients. If Begin returns an error,
	// the agent ends. Begin may be nil.
	Begin func(context.Context) error
	// End is called when the agent ends. asked means that a client has stopped the agent. That
	// client gets the result: a text for each session that could not be revoked. End may be nil.
	End func(ctx context.Context, asked bool, watched []Watched) (unrevoked []string)

	Stay bool          // do not end when nothing is left to refresh
	Home func() string // see [HomeID]; nil means ""

	// Lost returns an error if clients cannot reach the agent any more. nil means that clients
	// can always reach it.
	Lost    func() error
	Proxies string // see [Settings]
	Now     func() time.Time
	Log     *slog.Logger // nil means no log

	began     time.Time
	flights   singleflight.Group
	long      chan struct{} // has an element for each long request that is being read
	limits    limits
	working   sync.WaitGroup
	wake      chan struct{}
	stop      context.CancelFunc
	ended     chan struct{} // closed when End has returned
	unrevoked []string      // the result of End, once ended is closed

	first    chan struct{} // closed after the first survey
	surveyed sync.Once

	mu        sync.Mutex
	active    int // requests and refreshes in progress
	watched   []watch
	asked     bool   // a client has asked the agent to stop
	forgotten bool   // the next survey must read all tokens again
	problem   string // of the config

	endedBy   map[string]string   // by session id: the ID of the endpoints that have ended the session
	requested map[string]Settings // by session id: the settings of the last request
}

// Serve answers clients until the context ends, a client stops the agent, or nothing is left
// to refresh. It closes the listener. It returns after all work has finished, so that no
// refreshed token is lost. It returns the error of Begin.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, s.stop = context.WithCancel(ctx)
	defer s.stop()
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.began, s.wake, s.ended, s.first = s.Now(), make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	s.long, s.limits = make(chan struct{}, longRequests), newLimits(openFiles())
	closing, closed := context.WithCancel(context.WithoutCancel(ctx))
	var connections sync.WaitGroup
	connections.Go(func() { s.accept(ctx, closing, l, &connections) })
	err := s.begin(ctx)
	if err == nil {
		s.watch(ctx)
	}
	s.mu.Lock() // after stop, enter accepts no more work
	s.stop()
	asked := s.asked
	s.mu.Unlock()
	s.working.Wait()
	if s.End != nil {
		s.unrevoked = s.End(context.WithoutCancel(ctx), asked, s.sessions())
	}
	close(s.ended)
	closed()
	_ = l.Close()
	connections.Wait()
	return err
}

func (s *Server) begin(ctx context.Context) error {
	if s.Begin == nil {
		return nil
	}
	return s.Begin(ctx)
}

// sessions returns the watched sessions.
func (s *Server) sessions() []Watched {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Watched, 0, len(s.watched))
	for _, w := range s.watched {
		list = append(list, w.Watched)
	}
	return list
}

// enter begins a request or a refresh. It returns false if the agent is stopping.
func (s *Server) enter(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	s.active++
	s.working.Add(1)
	return true
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
	s.working.Done()
}
