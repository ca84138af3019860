//go:build unix

package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// Holder returns the process that holds the agent's lock, whether or not it still
// answers. [ErrNone] means that nobody does.
func Holder(ctx context.Context, address string) (pid int, err error) {
	lock, err := filelock.Try(address + ".lock")
	if err == nil {
		lock.Release()
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w at %s", ErrNone, address)
	}
	text, err := datafile.Read(address+".lock", datafile.Limit)
	if err != nil {
		return 0, err
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return 0, fmt.Errorf("%s.lock does not say which process holds it", address)
	}
	// The same number may be another process where this one cannot see the agent's.
	if conn, err := dial(ctx, address, LongPatience); err == nil {
		defer func() { _ = conn.Close() }()
		if p, err := peerOf(conn); err != nil || p.pid != pid {
			return 0, errors.New("the process that listens there cannot be seen from here")
		}
	}
	return pid, nil
}
