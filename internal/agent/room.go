package agent

import "context"

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
