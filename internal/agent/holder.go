package agent

import (
	"context"
	"errors"
	"fmt"
)

// Holder returns the process that listens at the address, whether or not it still
// answers. The errors are [ErrNone] and [ErrForeign].
func Holder(ctx context.Context, address string) (pid int, err error) {
	conn, err := dial(ctx, address, LongPatience)
	if err != nil {
		if nobodyListens(err) {
			err = fmt.Errorf("%w at %s", ErrNone, address)
		}
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	if err := checkPeer(conn); err != nil {
		return 0, err
	}
	p, err := peerOf(conn)
	if err == nil && p.pid <= 1 {
		err = errors.New("the process that listens there cannot be seen from here") // from a container, say
	}
	return p.pid, err
}
