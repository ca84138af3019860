package emulator

import (
	"sync"
	"time"
)

// A RequestRecord is what the emulator remembers of a request. It holds nothing
// secret: neither query nor body nor token.
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

// requestLogSize is how many requests are remembered.
const requestLogSize = 1000

// A requestLog remembers the latest requests.
type requestLog struct {
	mu      sync.Mutex
	records []RequestRecord // a ring once it is full
	next    int
}

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

// Requests returns the latest requests, oldest first, 1,000 at most.
func (e *Emulator) Requests() []RequestRecord {
	l := &e.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(append([]RequestRecord{}, l.records[l.next:]...), l.records[:l.next]...)
}
