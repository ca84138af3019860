// How the agent accepts its clients, hears their requests, and does what they ask for.

package agent

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// accept goes on until the agent is closing: while it ends, it says so. It accepts only
// as many clients as there is room for. The others wait to be heard, and after their
// patience do the work themselves.
func (s *Server) accept(ctx, closing context.Context, l net.Listener, connections *sync.WaitGroup) {
	for take(closing, s.room.connections) {
		conn, err := l.Accept()
		if closing.Err() != nil {
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		if err != nil {
			<-s.room.connections
			s.Log.Warn("no connection", "error", err)
			if sleep.For(closing, 100*time.Millisecond) != nil { // too many open files, say
				return
			}
			continue
		}
		connections.Go(func() {
			defer func() { <-s.room.connections }()
			defer func() { _ = conn.Close() }()
			s.serve(ctx, closing, conn)
		})
	}
}

// A room limits what the agent does at the same time by the files that the process may
// have open. Connections must not use up the descriptors of the agent's own files:
// tokens, locks, and calls of the service.
type room struct {
	connections chan struct{} // one for each client that is served
	work        chan struct{} // one for each different question that is worked on
}

const (
	base       = 16 // descriptors of the process itself: its streams, socket, lock and log
	perWork    = 6  // of one question: its locks, files and calls
	leastWork  = 3
	mostWork   = 256
	mostServed = 4096
)

// newRoom divides the descriptors: at least a quarter is for work.
func newRoom(files int) room {
	work := min(max(files/4/perWork, leastWork), mostWork)
	connections := min(max(files-base-work*perWork, 1), mostServed)
	return room{make(chan struct{}, connections), make(chan struct{}, work)}
}

// take waits for a place. It returns false when the context ends first.
func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// serve answers one client.
func (s *Server) serve(ctx, closing context.Context, conn net.Conn) {
	if err := checkPeer(conn); err != nil {
		s.Log.Warn("a connection was refused", "error", err)
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(reading))
	heard := context.AfterFunc(closing, func() { _ = conn.SetReadDeadline(time.Now()) }) // the end waits for nobody
	defer heard()
	r, err := s.hear(closing, conn)
	if err != nil {
		s.Log.Debug("a request makes no sense", "error", err)
		return
	}
	heard()
	out := &speaker{conn: conn}
	out.say(line{Heard: true})
	done := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				out.say(line{Alive: true})
			case <-done:
				return
			}
		}
	})
	answer := s.carryOut(ctx, r)
	close(done)
	beats.Wait()
	answer.Done = true
	out.say(answer)
}

// A speaker writes the lines of one connection. Two goroutines use it.
type speaker struct {
	mu   sync.Mutex
	conn net.Conn
}

func (s *speaker) say(l line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(silence))
	_ = writeLine(s.conn, l) // a client that has gone needs no answer
}

// longRequests is how many requests that do not fit into a reader's buffer are read
// at the same time. Only those that store a token are so long.
const longRequests = 8

// hear reads the request of a connection. It reads a long request to its end only
// while at most [longRequests] are being read: clients that never finish theirs must
// not fill the memory.
func (s *Server) hear(closing context.Context, conn net.Conn) (r request, err error) {
	within, cancel := context.WithTimeout(closing, reading)
	defer cancel()
	long := false
	err = readLine(bufio.NewReader(conn), maxRequest, func() error {
		select {
		case s.long <- struct{}{}:
			long = true
			return nil
		case <-within.Done():
			return within.Err()
		}
	}, &r)
	if long {
		<-s.long
	}
	return r, err
}

// carryOut does what a request asks for.
func (s *Server) carryOut(ctx context.Context, r request) line {
	switch {
	case s.Home != nil && r.Home != s.Home():
		return line{Elsewhere: true}
	case ctx.Err() != nil && r.Verb != verbStop:
		return line{Ending: true}
	}
	switch r.Verb {
	case verbGet:
		if r.Get != nil {
			return s.get(ctx, *r.Get)
		}
	case verbStatus:
		select {
		case <-s.first:
		case <-ctx.Done():
			return line{Ending: true}
		}
		status := s.status()
		return line{Status: &status}
	case verbWake:
		s.look()
		return line{}
	case verbForget:
		s.forget()
		return line{}
	case verbStop:
		s.Log.Info("asked to end")
		s.mu.Lock()
		s.asked = true
		s.mu.Unlock()
		s.stop()
		<-s.ended
		return line{Warnings: s.untold}
	case verbLoad, verbSave, verbRemove, verbRoom:
		if !s.enter(ctx) {
			return line{Ending: true} // what comes to lie there now would be lost
		}
		defer s.leave()
		return s.Memory.carryOut(r)
	}
	return line{Declined: true} // from a version to come
}
