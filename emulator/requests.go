// The requests that arrived: how they are named, counted and remembered.

package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// counters count requests by operation. Only names of our own are counted, so
// that a client cannot fill the memory with names of its making.
type counters struct {
	mu sync.Mutex
	n  map[string]int
}

// Count returns how many requests for the operation have arrived, including those
// answered with an error or a fault. Operations have the names of AWS's service
// model ("RegisterClient", "GetRoleCredentials"). CreateToken is also counted by
// grant ("CreateToken:refresh_token"). The sign-in is "Authorize", the pages
// are "Page", and a request for no known operation is "Unknown".
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

// A RequestRecord describes a request that arrived. It holds no secrets: no query,
// no body and no token.
type RequestRecord struct {
	Time      time.Time `json:"time"` // by the emulator's clock
	ID        string    `json:"id"`   // as in the answer's x-amzn-RequestId
	Operation string    `json:"operation"`
	Method    string    `json:"method"`
	Host      string    `json:"host"` // as the client names it; AWS's own name behind a proxy
	Path      string    `json:"path"`
	Status    int       `json:"status"` // 0 means that there was no answer
	UserAgent string    `json:"userAgent,omitempty"`
}

// A requestLog remembers the latest requests.
type requestLog struct {
	mu      sync.Mutex
	records []RequestRecord // a ring once it is full
	next    int
}

// Requests returns the latest requests, oldest first, 1,000 at most.
func (e *Emulator) Requests() []RequestRecord {
	l := &e.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(append([]RequestRecord{}, l.records[l.next:]...), l.records[:l.next]...)
}

// requestLogSize is how many requests are remembered.
const requestLogSize = 1000

func (l *requestLog) add(r RequestRecord) {
	// A client decides how long these are.
	for _, text := range []*string{&r.Host, &r.Path, &r.UserAgent} {
		*text = (*text)[:min(len(*text), 200)]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) < requestLogSize {
		l.records = append(l.records, r)
		return
	}
	l.records[l.next] = r
	l.next = (l.next + 1) % requestLogSize
}

// operationNames returns the names by which requests are counted, sorted.
func (e *Emulator) operationNames() []string {
	names := map[string]bool{
		// These are named by more than a path.
		"CreateToken:authorization_code": true, "CreateToken:device_code": true, "CreateToken:refresh_token": true, "CreateTokenWithIAM": true,
		"GetSigninToken": true, "ConsoleLogin": true,
		"ListBuckets": true, "ListObjectsV2": true, "S3": true, "Query": true, "Unknown": true,
	}
	for _, rt := range e.routes {
		for _, op := range rt.methods {
			names[op.name] = true
		}
	}
	for name := range e.queries {
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// checkOperation refuses the name of an operation that does not exist. A fault for
// a misspelt one would never happen.
func (e *Emulator) checkOperation(name string) error {
	names := e.operationNames()
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	near := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !isNear(name, n) })
	if len(near) == 0 {
		return fmt.Errorf("fault: there is no operation %q; there are: %s", name, strings.Join(names, ", "))
	}
	return fmt.Errorf("fault: there is no operation %q; near it: %s", name, strings.Join(near, ", "))
}

// isNear reports whether the text may be a misspelt name.
func isNear(text, name string) bool {
	a, b := strings.ToLower(text), strings.ToLower(name)
	return distance(a, b) <= max(2, len(b)/5) || len(a) > 3 && strings.Contains(b, a)
}

// distance is how many letters must be added, removed or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
