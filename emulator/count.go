package emulator

import (
	"maps"
	"sync"
)

// counters count requests by operation. Only names of our own are counted, so
// that a client cannot fill the memory with names of its making.
type counters struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counters) add(names ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	for _, name := range names {
		c.n[name]++
	}
}

// Count returns how many requests for the operation have arrived, those answered
// with an error or a fault included. An operation is called as in AWS's service
// model ("RegisterClient", "GetRoleCredentials"); CreateToken is counted once more
// by grant ("CreateToken:refresh_token"). The sign-in is "Authorize", the pages
// are "Page", and what is none of ours is "Unknown".
func (e *Emulator) Count(operation string) int {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	return e.counts.n[operation]
}

// Counts returns all counts that are not 0.
func (e *Emulator) Counts() map[string]int {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	out := make(map[string]int, len(e.counts.n))
	maps.Copy(out, e.counts.n)
	return out
}

// ResetCounts sets every count to 0.
func (e *Emulator) ResetCounts() {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	clear(e.counts.n)
}
