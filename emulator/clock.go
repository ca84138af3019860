package emulator

import (
	"sync/atomic"
	"time"
)

// A clock is a source of time that can be moved.
type clock struct {
	source func() time.Time
	offset atomic.Int64 // nanoseconds added to source
}

// Now returns the emulator's time, by which everything expires. Signatures and
// authenticator codes count if they are fresh by it or by the clock that was not
// moved: clients cannot know that it was.
func (e *Emulator) Now() time.Time {
	// Without Round, comparing two times would use the machine's monotonic clock.
	return e.clock.source().Round(0).Add(time.Duration(e.clock.offset.Load())).UTC()
}

// Advance moves the emulator's clock by d. What ends within d ends at once.
func (e *Emulator) Advance(d time.Duration) {
	e.clock.offset.Add(int64(d))
}

// unmoved returns the time without what Advance has added.
func (e *Emulator) unmoved() time.Time { return e.clock.source().Round(0).UTC() }
