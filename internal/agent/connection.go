// This file accepts clients, reads their requests and handles them.

package agent

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// accept serves clients until closing ends. While the agent is stopping, accept answers each
// client that the agent is ending. It serves a limited number of clients at a time. The other
// clients reach their timeout and do the work themselves.
func (s *Server) accept(ctx, closing context.Context, l net.Listener, connections *sync.WaitGroup) {
	for acquire(closing, s.limits.connections) {
		conn, err := l.Accept()
		if closing.Err() != nil {
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		if err != nil {
			<-s.limits.connections
			s.Log.Warn("accept failed", "error", err)
			if sleep.For(closing, 100*time.Millisecond) != nil { // for example, too many open files
				return
			}
			continue
		}
		connections.Go(func() {
			defer func() { <-s.limits.connections }()
			defer func() { _ = conn.Close() }()
			s.serve(ctx, closing, conn)
		})
	}
}

// A limits bounds the agent's parallel work, so that the process does not run out of file
// descriptors. Connections must leave enough file descriptors for tokens, locks and calls of
// the service.
type limits struct {
	connections chan struct{} // has an element for each client that is served
	work        chan struct{} // has an element for each distinct question in progress
}

const (
	base       = 16 // descriptors of the process itself: its streams, socket, lock and log
	perWork    = 6  // descriptors of one question: its locks, files and calls
	leastWork  = 3
	mostWork   = 256
	mostServed = 4096
)

// newLimits divides the file descriptors. At least a quarter of them is for work.
func newLimits(files int) limits {
	work := min(max(files/4/perWork, leastWork), mostWork)
	connections := min(max(files-base-work*perWork, 1), mostServed)
	return limits{make(chan struct{}, connections), make(chan struct{}, work)}
}

// acquire waits for a free place. It returns false if ctx ends first.
func acquire(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) serve(ctx, closing context.Context, conn net.Conn) {
	if err := checkPeer(conn); err != nil {
		s.Log.Warn("refused a connection", "error", err)
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(requestLimit))
	stop := context.AfterFunc(closing, func() { _ = conn.SetReadDeadline(time.Now()) }) // a slow client must not delay the end of the agent
	defer stop()
	r, err := s.readRequest(closing, conn)
	if err != nil {
		s.Log.Debug("invalid request", "error", err)
		return
	}
	stop()
	out := &lineWriter{conn: conn}
	out.write(line{Heard: true})
	done := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				out.write(line{Alive: true})
			case <-done:
				return
			}
		}
	})
	answer := s.carryOut(ctx, r)
	close(done)
	beats.Wait()
	answer.Done = true
	out.write(answer)
}

// A lineWriter writes lines to one connection. Two goroutines use it.
type lineWriter struct {
	mu   sync.Mutex
	conn net.Conn
}

func (s *lineWriter) write(l line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(silenceLimit))
	_ = writeLine(s.conn, l) // on an error the client has gone
}

// longRequests is the number of long requests that the agent reads at the same time. A long
// request does not fit into the reader's buffer; only requests that store a token are so
// long.
const longRequests = 8

// readRequest reads the request of a client. It reads at most [longRequests] long requests at
// a time. So clients that never finish their requests do not fill the memory.
func (s *Server) readRequest(closing context.Context, conn net.Conn) (r request, err error) {
	within, cancel := context.WithTimeout(closing, requestLimit)
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

// carryOut handles a request and returns the answer.
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
		s.Log.Info("asked to stop")
		s.mu.Lock()
		s.asked = true
		s.mu.Unlock()
		s.stop()
		<-s.ended
		return line{Warnings: s.unrevoked}
	case verbLoad, verbSave, verbRemove, verbProbe:
		if !s.enter(ctx) {
			return line{Ending: true} // a value stored now would be lost
		}
		defer s.leave()
		return s.Memory.carryOut(r)
	}
	return line{Declined: true} // a request of a newer version
}
