package ratelimit

import (
	"bytes"
	"encoding/json"
	"os"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

const (
	burst      = 20.0 // requests that may be sent at once
	startRate  = 20.0 // requests per second, before the service has refused anything
	afterProbe = 19.6 // after the first refusal
	probeExtra = 3.0  // requests of a probe beyond the burst
	slack      = 2.0  // requests that are left out after a refusal, because the times of requests vary
	growth     = 0.05 // additive increase: requests per second, each second
	lowest     = 0.5  // the lowest rate
	keep       = 0.98 // the share of the accepted rate that is used after a refusal
	perBurst   = 50   // answers after which the burst grows by 1

	idle       = 5 * time.Minute        // after this time without requests, a service without a limit is probed again
	remembered = 24 * time.Hour         // how long a limit is remembered
	longest    = 5 * time.Minute        // the longest Retry-After that is obeyed
	measure    = 250 * time.Millisecond // the shortest measurement of the accepted rate
	pause      = 2 * time.Second        // after this time without requests, a new measurement begins
)

// A state is the content of the file. The zero state is full and has not sent anything.
type state struct {
	At      time.Time `json:"at"`     // when Tokens was computed
	Tokens  float64   `json:"tokens"` // requests that may be sent now; negative during a probe and after a refusal
	Rate    float64   `json:"rate"`   // requests per second
	Burst   float64   `json:"burst"`  // the most tokens
	Open    bool      `json:"open,omitempty"`
	Limited bool      `json:"limited,omitempty"` // the service has refused a request

	Full     bool `json:"full,omitempty"` // the probe has sent enough to reveal a limit
	Sent     int  `json:"sent"`           // requests of the probe
	Answered int  `json:"answered"`       // answers since the probe began

	NotBefore time.Time `json:"notBefore"` // from Retry-After
	Cut       time.Time `json:"cut"`       // the last refusal that lowered the rate
	Since     time.Time `json:"since"`     // the beginning of the measurement of the accepted rate
	Accepted  int       `json:"accepted"`  // answers to requests sent since Since, without the burst of the service
	Target    float64   `json:"target"`    // the rate that the service accepted before the last cut; 0 if unknown
	Answers   int       `json:"answers"`   // answers since the burst last changed
}

// begin prepares the state for a time. It forgets what is too old.
func (s *state) begin(now time.Time) {
	quiet := now.Sub(s.At)
	fresh := s.At.IsZero() || s.Rate <= 0 || quiet < -idle ||
		!s.Limited && quiet > idle || s.Limited && now.Sub(s.Cut) > remembered
	if fresh {
		*s = state{At: now, Tokens: burst, Rate: startRate, Burst: burst, Since: now, Accepted: -burst, NotBefore: s.NotBefore}
		if s.NotBefore.Sub(now) > longest {
			s.NotBefore = time.Time{} // the clock was set back
		}
		return
	}
	if quiet < -time.Second { // the clock was set back
		s.At, s.Since, s.Accepted, s.Cut = now, now, -burst, now
	}
	if quiet <= 0 { // another process has changed the state meanwhile
		return
	}
	if quiet > pause {
		s.Since, s.Accepted = now, -burst
	}
	seconds := quiet.Seconds()
	// Only times of activity raise the rate.
	if active := min(seconds, 1); s.Rate < s.Target {
		s.Rate = min(s.Target, s.Rate+s.Target/2*active)
	} else {
		s.Rate += growth * active
	}
	s.Tokens, s.At = min(s.Burst, s.Tokens+s.Rate*seconds), now
}

// wait returns how long Retry-After forbids requests.
func (s *state) wait(now time.Time) time.Duration { return max(0, min(longest, s.NotBefore.Sub(now))) }

// take takes one request. It returns how long to wait before the next attempt, or 0 if it took one.
// open means that there is no limit, and take took nothing.
func (s *state) take(now time.Time, probe bool) (wait time.Duration, open bool) {
	s.begin(now)
	if !probe {
		s.Burst = min(s.Burst, burst-slack)
		s.Tokens = min(s.Tokens, s.Burst)
	}
	if wait := s.wait(now); wait > 0 {
		return wait, false
	}
	if s.Open && probe {
		return 0, true
	}
	probing := probe && !s.Limited
	least := 1.0
	if probing && !s.Full {
		least = 1 - probeExtra
	}
	if s.Tokens < least {
		if probing {
			return probePause, false // the answers decide how to continue
		}
		return max(time.Millisecond, time.Duration((1-s.Tokens)/s.Rate*float64(time.Second))), false
	}
	s.Tokens--
	if probing && !s.Full {
		s.Sent++
		s.Full = s.Tokens < 1-probeExtra
	}
	return 0, false
}

// succeeded records the answer to a request.
func (s *state) succeeded(sent, now time.Time) {
	s.begin(now)
	s.Answered++
	s.Open = s.Open || s.Full && !s.Limited && s.Answered >= s.Sent
	if !sent.Before(s.Since) {
		s.Accepted++
	}
	if s.Answers++; s.Answers >= perBurst {
		s.Answers, s.Burst = 0, min(burst-slack, s.Burst+1)
	}
}

// throttled records a refusal.
func (s *state) throttled(sent, now time.Time, after time.Duration) {
	s.begin(now)
	s.Answered++
	s.Burst, s.Answers = max(1, s.Burst-1), 0
	s.Tokens = min(s.Tokens, s.Burst)
	if until := now.Add(min(after, longest)); after > 0 && until.After(s.NotBefore) {
		s.NotBefore = until
	}
	switch {
	case sent.Before(s.Cut.Add(openCheck)):
		return // sent before every process knew the lower rate
	case !s.Limited && (s.Open || s.Sent > 0): // the end of a probe
		s.Rate, s.Target, s.Tokens = min(s.Rate, afterProbe), 0, min(s.Tokens, -slack)
	default:
		s.Target = s.acceptedRate(sent)
		s.Rate, s.Tokens = max(lowest, s.Rate/2), min(s.Tokens, 0)
	}
	s.Limited, s.Open, s.Full, s.Sent = true, false, false, 0
	s.Cut, s.Since, s.Accepted = now, now, 0
}

// acceptedRate returns the rate to use after the refusal of a request: a little less than the rate
// that the service has accepted.
func (s *state) acceptedRate(sent time.Time) float64 {
	since, accepted := sent.Sub(s.Since), float64(s.Accepted)
	if since < 2*time.Second {
		accepted++ // a short measurement is not exact; a rate that is too high is measured again soon
	}
	if since < measure || accepted <= 0 {
		return max(lowest, s.Rate*0.9)
	}
	return max(lowest, keep*min(s.Rate, accepted/since.Seconds()))
}

// read returns the state in a file. ok is false if there is no valid state.
func read(path string) (s state, ok bool) {
	data, err := datafile.Read(path, datafile.Limit)
	if err != nil || json.Unmarshal(data, &s) != nil {
		return state{}, false
	}
	return s, true
}

// size is the number of bytes of a file. Spaces fill it.
const size = 512

// write overwrites the file in one write, without flushing it to the disk. After a torn write the
// state begins anew, which does no harm. The caller holds the lock.
func (s *state) write(path string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	data = append(data, bytes.Repeat([]byte(" "), max(0, size-len(data)))...)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() > size {
		return atomicfile.Write(path, data, 0o600)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
