package intercept

import (
	"net"
	"sync"
)

// A limitedListener is a listener with a maximum number of open connections. At the maximum, Accept waits
// until a connection is closed.
type limitedListener struct {
	net.Listener
	free   chan struct{}
	closed chan struct{}
	close  func() error
}

func limit(l net.Listener, n int) net.Listener {
	x := &limitedListener{Listener: l, free: make(chan struct{}, n), closed: make(chan struct{})}
	x.close = sync.OnceValue(func() error {
		close(x.closed)
		return l.Close()
	})
	return x
}

func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.free <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &countedConn{Conn: conn, release: sync.OnceFunc(func() { <-l.free })}, nil
}

// Close closes the listener. If Accept waits because of the maximum, Close ends the wait.
func (l *limitedListener) Close() error { return l.close() }

// A countedConn is a connection that lets the listener accept another connection when it is
// closed.
type countedConn struct {
	net.Conn
	release func()
}

func (c *countedConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}
