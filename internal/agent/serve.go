package agent

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"
)

// A speaker writes the lines of one connection, which two goroutines do.
type speaker struct {
	mu   sync.Mutex
	conn net.Conn
}

func (s *speaker) say(l line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(silence))
	_ = writeLine(s.conn, l) // whoever has gone needs no answer
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

// look lets the watch begin another round at once.
func (s *Server) look() {
	select {
	case s.wake <- struct{}{}:
	default: // it will, already
	}
}
