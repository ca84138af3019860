package fanout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// targetsOf returns n targets.
func targetsOf(n int) (all []Target) {
	for i := range n {
		all = append(all, Target{Account: fmt.Sprintf("%012d", i), Role: "ReadOnly"})
	}
	return all
}

// execute runs a plan and returns the statuses, and the indexes in the order in which they were
// printed.
func execute(t *testing.T, ctx context.Context, p Plan) (statuses []Status, printed []int, err error) {
	t.Helper()
	p.Spool = new(Spool)
	print := p.Print
	p.Print = func(r Result, out *Output) error {
		printed = append(printed, r.Index)
		if print != nil {
			return print(r, out)
		}
		return nil
	}
	results, err := p.Execute(ctx)
	for _, r := range results {
		statuses = append(statuses, r.Status)
	}
	return statuses, printed, err
}

func TestRunsArePrintedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		start := time.Now()
		statuses, printed, err := execute(t, t.Context(), Plan{
			Targets: targetsOf(20), Parallel: 5,
			Run: func(_ context.Context, target Target, out *Output, ready func()) Outcome {
				ready()
				most.Store(max(most.Load(), now.Add(1)))
				defer now.Add(-1)
				if target.Account == "000000000000" {
					time.Sleep(10 * time.Second)
				}
				time.Sleep(time.Second)
				fmt.Fprintln(out.Writer(Stdout), target.Account)
				return Outcome{}
			},
		})
		if err != nil || slices.ContainsFunc(statuses, func(s Status) bool { return s != Succeeded }) {
			t.Errorf("statuses %v, error %v", statuses, err)
		}
		if !slices.IsSorted(printed) || len(printed) != 20 {
			t.Errorf("printed %v", printed)
		}
		if most.Load() != 5 || time.Since(start) != 11*time.Second { // the slow run blocks one of five
			t.Errorf("%d at the same time, took %v", most.Load(), time.Since(start))
		}
	})
}

// Targets with cached credentials run first, and the outputs keep their order.
func TestFirstTargetsRunFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran []string
		_, printed, err := execute(t, t.Context(), Plan{
			Targets: targetsOf(5), Parallel: 1,
			First: func(target Target) bool { return target.Account >= "000000000003" },
			Run: func(_ context.Context, target Target, _ *Output, _ func()) Outcome {
				ran = append(ran, target.Account[11:])
				return Outcome{}
			},
		})
		if !slices.Equal(ran, []string{"3", "4", "0", "1", "2"}) || !slices.Equal(printed, []int{0, 1, 2, 3, 4}) || err != nil {
			t.Errorf("ran %v, printed %v, error %v", ran, printed, err)
		}
	})
}

func TestHowRunsEnd(t *testing.T) {
	sleep := func(ctx context.Context, d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	tests := []struct {
		name     string
		plan     Plan
		stop     time.Duration // after which the context ends; 0 means never
		outcomes []Outcome     // of the targets; each run takes a second
		want     []Status
		code     int
	}{
		{"all succeed", Plan{Parallel: 2}, 0, []Outcome{{}, {}}, []Status{Succeeded, Succeeded}, 0},
		{"the highest exit code", Plan{Parallel: 2}, 0, []Outcome{{Code: 3}, {Code: 7}, {Code: 1}}, []Status{Failed, Failed, Failed}, 7},
		{"refused before a higher code", Plan{Parallel: 1}, 0, []Outcome{{Code: 255}, {Code: 255, Refused: true}}, []Status{Failed, Refused}, 254},
		{"fail-fast", Plan{Parallel: 1, FailFast: true}, 0, []Outcome{{}, {Code: 2}, {}, {}}, []Status{Succeeded, Failed, NotRun, NotRun}, 2},
		{"fail-fast stops others", Plan{Parallel: 2, FailFast: true}, 0, []Outcome{{Code: 2}, {Code: -1}, {}}, []Status{Failed, Stopped, NotRun}, 2},
		{"interrupted", Plan{Parallel: 1}, 1500 * time.Millisecond, []Outcome{{}, {}, {}}, []Status{Succeeded, Stopped, NotRun}, 0},
		{"timed out", Plan{Parallel: 3, Timeout: 5 * time.Second}, 0, []Outcome{{}, {Code: -1}, {}}, []Status{Succeeded, TimedOut, Succeeded}, 124},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.stop > 0 {
					time.AfterFunc(tt.stop, cancel)
				}
				var results []Result
				p := tt.plan
				p.Targets, p.Spool = targetsOf(len(tt.outcomes)), new(Spool)
				p.Print = func(r Result, out *Output) error {
					if (out == nil) != (r.Status == NotRun) {
						t.Errorf("run %d: status %s, output %v", r.Index, r.Status, out)
					}
					return nil
				}
				p.Run = func(ctx context.Context, target Target, _ *Output, ready func()) Outcome {
					ready()
					var i int
					_, _ = fmt.Sscanf(target.Account, "%d", &i)
					o := tt.outcomes[i]
					if o.Code < 0 { // a run that hangs
						sleep(ctx, time.Hour)
					} else {
						sleep(ctx, time.Second)
					}
					if ctx.Err() != nil {
						o.Code = 143
					}
					return o
				}
				results, err := p.Execute(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var got []Status
				for _, r := range results {
					got = append(got, r.Status)
				}
				if !slices.Equal(got, tt.want) || ExitCode(results) != tt.code {
					t.Errorf("statuses %v, exit code %d, want %v, %d", got, ExitCode(results), tt.want, tt.code)
				}
			})
		})
	}
}

// The time for credentials does not count.
func TestTimeoutBeginsWithCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		statuses, _, _ := execute(t, t.Context(), Plan{
			Targets: targetsOf(1), Parallel: 1, Timeout: 2 * time.Second,
			Run: func(ctx context.Context, _ Target, _ *Output, ready func()) Outcome {
				time.Sleep(time.Minute)
				ready()
				time.Sleep(time.Second)
				return Outcome{Code: map[bool]int{true: 1}[ctx.Err() != nil]}
			},
		})
		if statuses[0] != Succeeded {
			t.Errorf("the status is %s", statuses[0])
		}
	})
}

// If the output cannot be printed, the other runs stop.
func TestPrintFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int64
		_, printed, err := execute(t, t.Context(), Plan{
			Targets: targetsOf(100), Parallel: 2,
			Print: func(Result, *Output) error { return io.ErrClosedPipe },
			Run: func(ctx context.Context, _ Target, _ *Output, _ func()) Outcome {
				begun.Add(1)
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
				return Outcome{}
			},
		})
		if !errors.Is(err, io.ErrClosedPipe) || len(printed) != 1 || begun.Load() > 4 {
			t.Errorf("error %v, printed %v, %d runs", err, printed, begun.Load())
		}
	})
}
