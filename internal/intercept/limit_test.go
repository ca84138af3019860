package intercept

import (
	"errors"
	"net"
	"testing"
)

func TestNoMoreConnectionsThanTheLimit(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 2)
	defer l.Close()
	accepted := make(chan net.Conn)
	ended := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- c
		}
	}()
	var first net.Conn
	for i := range 3 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i < 2 {
			first = <-accepted
			defer first.Close()
		}
	}
	free := l.(*limitedListener).free
	select {
	case <-accepted:
		t.Fatal("the listener accepted a third connection, want it to wait")
	case free <- struct{}{}:
		t.Fatal("the listener has room for a third connection, want none")
	default:
	}
	for range 2 { // the second Close makes no room
		_ = first.Close()
	}
	third := <-accepted
	defer third.Close()
	if len(free) != 2 {
		t.Errorf("%d connections are counted, want 2", len(free))
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept on a full and closed listener: %v", err)
	}
}
