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
	// Broker makes the broker for one piece of work. What it would tell the
	// person goes to warn.
	Broker func(settings Settings, siblings []string, warn func(text string)) *broker.Broker
	// Watched lists the sessions to keep fresh. It is asked again and again, and
	// never by two at a time. An error means that the sessions stay as they were.
	Watched func() ([]Watched, error)
	// Memory is the store of an agent that keeps tokens in its memory. nil keeps none.
	Memory *Memory
	// Begin is called first, while clients are answered already; an error ends the
	// agent. nil does nothing.
	Begin func(context.Context) error
	// End is called when the agent ends, with what it watched; asked says that a
	// client told it to stop. That client gets what End returns. nil does nothing.
	End func(ctx context.Context, asked bool, watched []Watched) (untold []string)

	Stay bool          // goes on when nothing is left to renew
	Home func() string // see [HomeID]; nil means ""

	// Lost returns why clients cannot reach the agent any more. nil: they always can.
	Lost    func() error
	Proxies string // see [Settings]
	Now     func() time.Time
	Log     *slog.Logger // nil means no log

	began   time.Time
	flights singleflight.Group
	long    chan struct{} // one for each long request that is being read
	room    room
	working sync.WaitGroup
	wake    chan struct{}
	stop    context.CancelFunc
	ended   chan struct{} // closed when all is done but telling so
	untold  []string      // by End, once ended

	first    chan struct{} // closed when the sessions were looked at for the first time
	surveyed sync.Once

	mu        sync.Mutex
	active    int // pieces of work that are under way
	watched   []watch
	asked     bool   // to end
	forgotten bool   // all tokens are to be read anew
	problem   string // with the config

	over map[string]string   // the place of the service that has ended a session, by the session's id
	asks map[string]Settings // with which somebody has asked for a session, by id
}

// Serve answers until the context ends, somebody stops the agent, or nothing is
// left to renew. It closes the listener, and returns when what was begun is done: a
// refresh token that is spent has its successor stored. The error is Begin's.
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
	s.long, s.room = make(chan struct{}, longRequests), newRoom(openFiles())
	closing, closed := context.WithCancel(context.WithoutCancel(ctx))
	var connections sync.WaitGroup
	connections.Go(func() { s.accept(ctx, closing, l, &connections) })
	err := s.begin(ctx)
	if err == nil {
		s.watch(ctx)
	}
	s.mu.Lock() // no more work is entered, and what was entered is waited for
	s.stop()
	asked := s.asked
	s.mu.Unlock()
	s.working.Wait()
	if s.End != nil {
		s.untold = s.End(context.WithoutCancel(ctx), asked, s.sessions())
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

// sessions are those that are watched.
func (s *Server) sessions() []Watched {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Watched, 0, len(s.watched))
	for _, w := range s.watched {
		list = append(list, w.Watched)
	}
	return list
}

// enter begins a piece of work, unless the agent is about to end.
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
