// Package fanout runs one command many times: for many accounts, roles and regions. It chooses the
// targets, runs the command for several targets at the same time, and prints the outputs in a fixed
// order. It also keeps the record of the last run, so that the failures can be repeated.
//
// The package knows neither flags nor credentials. Its caller, a command, gives it a function that
// runs the command for one target.
package fanout

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Target is what the command runs for: a role of an account, or a profile, in a region. Targets
// can be compared with ==.
type Target struct {
	Session     string `json:"session,omitempty"` // the key of the session; "" for a profile
	Account     string `json:"account"`           // the id; "" if it is not known
	AccountName string `json:"account_name"`      // "" if it is not known
	Role        string `json:"role"`              // "" if the profile has none
	Profile     string `json:"profile,omitempty"` // "" for a role of the inventory
	Region      string `json:"region"`            // "" if none is set
}

// A Status says how a run ended.
type Status string

// The statuses of runs.
const (
	Succeeded Status = "succeeded"
	Failed    Status = "failed"      // the exit code is not 0
	Refused   Status = "refused"     // the sign-in, the role or the service refused
	TimedOut  Status = "timed out"   // the time of the run was over
	Stopped   Status = "stopped"     // because of Ctrl-C or --fail-fast
	NotRun    Status = "not started" // because of Ctrl-C or --fail-fast
)

// The exit codes of runs that did not end by themselves.
const (
	codeTimedOut    = 124 // as in timeout(1)
	codeInterrupted = 130
	codeRefused     = 254
	codeOther       = 255
)

// A Result says how the run for a target ended.
type Result struct {
	Target
	Index   int // of the target
	Status  Status
	Code    int           // the exit code; 124 if it timed out; 0 for a run that was stopped or not started
	Reason  string        // why the run did not succeed, in a few words; "" if the exit code says all
	Elapsed time.Duration // without the wait for credentials
}

// An Outcome is what the function of a [Plan] returns.
type Outcome struct {
	Code    int
	Refused bool   // the sign-in, the role or the service refused
	Reason  string // see Result
}

// A Plan is a command and its targets.
type Plan struct {
	Targets  []Target
	Parallel int           // how many runs happen at the same time; at least 1
	Timeout  time.Duration // of a run, from the call of ready; 0 means no limit
	FailFast bool          // a failure stops the other runs

	// First reports whether a target can run at once, because it needs no request for credentials.
	// These targets run before the others. It may be nil.
	First func(Target) bool

	// Run runs the command for one target, and returns when everything that it started has ended. It
	// ends early if ctx ends. It calls ready when it has credentials.
	Run func(ctx context.Context, t Target, out *Output, ready func()) Outcome

	// Spool holds the outputs.
	Spool *Spool

	// Verify looks at the output of a run that succeeded. If it returns a text, the run failed for this
	// reason. It may be nil.
	Verify func(r Result, out *Output) (reason string)
	// Start is called when a run begins. It may be nil.
	Start func(index int, out *Output)
	// Done is called when a run has ended, in any order, by one goroutine at a time. It may be nil.
	Done func(Result)
	// Print is called for each result in the order of the targets, by one goroutine at a time. out is
	// nil if the run was not started. An error stops the other runs.
	Print func(r Result, out *Output) error
}

// stop ends the runs. The cause of the context says why.
type stop struct{ text string }

func (s *stop) Error() string { return s.text }

// errFailFast is the cause after a failure with FailFast.
var errFailFast = &stop{"another run failed"}

// errTimeout is the cause after the time of a run.
var errTimeout = &stop{"the time is over"}

// Execute runs the command for each target, and returns the results in the order of the targets. If
// ctx ends, Execute stops all runs. The error is the first error of Print.
func (p Plan) Execute(ctx context.Context) ([]Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]Result, len(p.Targets))
	outputs := make([]*Output, len(p.Targets))
	for i, t := range p.Targets {
		results[i] = Result{Target: t, Index: i, Status: NotRun}
	}
	var (
		mu      sync.Mutex
		order   = p.order()
		next    int // the next element of order to run
		ended   = make([]bool, len(p.Targets))
		printed int // the next target to print
		failure error
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(order) || ctx.Err() != nil {
			return 0, false
		}
		next++
		return order[next-1], true
	}
	printReady := func() { // the caller holds mu
		for ; printed < len(ended) && ended[printed]; printed++ {
			if failure == nil {
				if failure = p.Print(results[printed], outputs[printed]); failure != nil {
					cancel(failure)
				}
			}
			if outputs[printed] != nil {
				outputs[printed].discard()
				outputs[printed] = nil
			}
		}
	}
	var wg sync.WaitGroup
	for range min(max(p.Parallel, 1), len(p.Targets)) {
		wg.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				out := p.Spool.new()
				if p.Start != nil {
					p.Start(i, out)
				}
				r := p.one(ctx, i, out)
				out.close()
				if r.Status == Succeeded && p.Verify != nil {
					if reason := p.Verify(r, out); reason != "" {
						r.Status, r.Code, r.Reason = Failed, codeOther, reason
					}
				}
				mu.Lock()
				results[i], outputs[i], ended[i] = r, out, true
				if p.FailFast && r.Status != Succeeded && r.Status != Stopped {
					cancel(errFailFast)
				}
				if p.Done != nil {
					p.Done(r)
				}
				printReady()
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range ended { // the runs that were not started
		ended[i] = true
	}
	printReady()
	return results, failure
}

// order returns the indexes of the targets in the order in which they run.
func (p Plan) order() []int {
	var first, later []int
	for i, t := range p.Targets {
		if p.First == nil || p.First(t) {
			first = append(first, i)
		} else {
			later = append(later, i)
		}
	}
	return append(first, later...)
}

// one runs the command for one target.
func (p Plan) one(parent context.Context, index int, out *Output) Result {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	start := time.Now()
	var timer *time.Timer
	defer func() {
		if timer != nil {
			timer.Stop()
		}
	}()
	outcome := p.Run(ctx, p.Targets[index], out, func() {
		start = time.Now()
		if p.Timeout > 0 && timer == nil {
			timer = time.AfterFunc(p.Timeout, func() { cancel(errTimeout) })
		}
	})
	r := Result{Target: p.Targets[index], Index: index, Code: outcome.Code, Reason: outcome.Reason, Elapsed: time.Since(start)}
	if err := out.failure(); err != nil && outcome.Code == 0 {
		r.Code, r.Reason = codeOther, "the output could not be kept: "+err.Error()
	}
	switch {
	case r.Code == 0 && !outcome.Refused:
		r.Status = Succeeded
	case errors.Is(context.Cause(ctx), errTimeout):
		r.Status, r.Code, r.Reason = TimedOut, codeTimedOut, "still running after "+p.Timeout.String()
	case parent.Err() != nil:
		r.Status, r.Code, r.Reason = Stopped, 0, ""
	case outcome.Refused:
		r.Status, r.Code = Refused, codeRefused
	default:
		r.Status = Failed
	}
	return r
}

// ExitCode returns the exit code for results: 0 if all runs succeeded, 254 if one was refused, and
// otherwise the highest exit code.
func ExitCode(results []Result) (code int) {
	for _, r := range results {
		if r.Status == Refused {
			return codeRefused
		}
		code = max(code, r.Code)
	}
	return code
}
