package waiter

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// load returns a waiter of the tables.
func load(t *testing.T, service, name string) model.Waiter {
	t.Helper()
	svc, err := model.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	w, ok := svc.Waiter(name)
	if !ok {
		t.Fatalf("%s has no waiter %s", service, name)
	}
	return w
}

// An answer is the result of one call.
type answer struct {
	json string // the output
	err  error
}

func refuse(code string, status int) answer {
	return answer{err: &call.ServiceError{Operation: "Op", Code: code, Message: "some text", Status: status}}
}

func states(names ...string) answer {
	text := ""
	for _, n := range names {
		if text != "" {
			text += ","
		}
		text += `{"Instances":[{"State":{"Name":"` + n + `"}}]}`
	}
	return answer{json: `{"Reservations":[` + text + `]}`}
}

// run runs a waiter against answers, of which the last repeats. It returns the number of calls, the
// time that passed, and the error.
func run(t *testing.T, w model.Waiter, answers ...answer) (calls int, passed time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err = Wait(t.Context(), w, func(context.Context) (*document.Object, error) {
			a := answers[min(calls, len(answers)-1)]
			calls++
			if a.err != nil {
				return nil, a.err
			}
			v, err := document.ParseJSON([]byte(a.json))
			if err != nil {
				t.Fatal(err)
			}
			return v.(*document.Object), nil
		})
		passed = time.Since(start)
	})
	return calls, passed, err
}

func TestWait(t *testing.T) {
	const stopping = `Waiter InstanceRunning failed: Waiter encountered a terminal failure state: ` +
		`For expression "Reservations[].Instances[].State.Name" we matched expected path: "stopping" at least once`
	tests := []struct {
		name, service, waiter string
		answers               []answer
		calls                 int
		seconds               int
		want                  string
	}{
		{"at once", "ec2", "instance-running", []answer{states("running", "running")}, 1, 0, ""},
		{"later", "ec2", "instance-running", []answer{states("pending"), states("running", "pending"), states("running")}, 3, 30, ""},
		{"an error that means not yet", "ec2", "instance-running", []answer{refuse("InvalidInstanceID.NotFound", 400), states("running")}, 2, 15, ""},
		{"a failure", "ec2", "instance-running", []answer{states("pending"), states("running", "stopping")}, 2, 15, stopping},
		{"an unknown error", "ec2", "instance-running", []answer{states("pending"), refuse("UnauthorizedOperation", 403)}, 2, 15, "Waiter InstanceRunning failed: An error occurred (UnauthorizedOperation): some text"},
		{"never", "ec2", "instance-running", []answer{states("pending")}, 40, 39 * 15, "Waiter InstanceRunning failed: Max attempts exceeded"},
		{"an empty list", "ec2", "instance-running", []answer{states(), states("running")}, 2, 15, ""},
		{
			"never, after an accepted state", "ec2", "instance-running",
			[]answer{refuse("InvalidInstanceID.NotFound", 400)},
			40, 39 * 15,
			"Waiter InstanceRunning failed: Max attempts exceeded. Previously accepted state: Matched expected service error code: InvalidInstanceID.NotFound",
		},
		{"a status", "s3api", "bucket-exists", []answer{refuse("404", 404), {json: `{}`}}, 2, 5, ""},
		{"a status of an error", "s3api", "bucket-exists", []answer{refuse("403", 403)}, 1, 0, ""},
		{"no error", "lambda", "function-exists", []answer{refuse("ResourceNotFoundException", 404), {json: `{}`}}, 2, 1, ""},
		{"a boolean", "route53", "resource-record-sets-changed", []answer{{json: `{"ChangeInfo":{"Status":"PENDING"}}`}, {json: `{"ChangeInfo":{"Status":"INSYNC"}}`}}, 2, 30, ""},
		{"no reply", "ec2", "instance-running", []answer{states("pending"), {err: errors.New("no connection")}}, 2, 15, "no connection"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls, passed, err := run(t, load(t, tt.service, tt.waiter), tt.answers...)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want || calls != tt.calls || passed != time.Duration(tt.seconds)*time.Second {
				t.Errorf("%d calls in %v, error %q; want %d calls in %d s, error %q", calls, passed, got, tt.calls, tt.seconds, tt.want)
			}
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	w := load(t, "ec2", "instance-running")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		calls := 0
		err := Wait(ctx, w, func(context.Context) (*document.Object, error) { calls++; return new(document.Object), nil })
		if !errors.Is(err, context.DeadlineExceeded) || calls != 2 {
			t.Errorf("%v after %d calls, want the context's error after 2 calls", err, calls)
		}
	})
}

// The AWS CLI renames options of operations, but not the same options of waiters.
func TestOptionsHaveTheNamesOfTheModel(t *testing.T) {
	for _, service := range model.Services() {
		svc, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range svc.Waiters() {
			op, ok := svc.Operation(w.Operation)
			if !ok {
				continue
			}
			op.Rules = nil // as in package servicecmd
			for _, p := range op.Parameters() {
				if want := model.CLIName(p.Member.Name); p.Name != want || !arg.Has(op, "--"+want) {
					t.Errorf("%s wait %s: the option of %s is --%s, want --%s", service, w.CLIName, p.Member.Name, p.Name, want)
				}
			}
		}
	}
}
