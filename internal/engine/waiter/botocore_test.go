package waiter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A botocoreCase is a waiter and the replies to its calls, for testdata/waiters.py.
type botocoreCase struct {
	Name    string         `json:"name"`
	Waiter  map[string]any `json:"waiter"`
	Replies []any          `json:"replies"`

	waiter  model.Waiter
	answers []answer
}

// TestAsBotocore compares all waiters of the tables with botocore's code for waiters: the number of
// calls and the message. The strings of the random replies are often those for which the waiter waits.
func TestAsBotocore(t *testing.T) {
	if err := exec.Command("python3", "-c", "import botocore.waiter").Run(); err != nil {
		t.Skip("python3 with botocore is not installed")
	}
	random := rand.New(rand.NewPCG(1, 2))
	var cases []*botocoreCase
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
			for range 4 {
				cases = append(cases, newCase(random, op, w))
			}
		}
	}
	if len(cases) < 1000 {
		t.Fatalf("only %d cases", len(cases))
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, c := range cases {
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	python := exec.Command("python3", "testdata/waiters.py")
	python.Stdin = &in
	out, err := python.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	success, failure, gaveUp := 0, 0, 0
	for _, c := range cases {
		if !lines.Scan() {
			t.Fatal("too few lines of botocore")
		}
		calls, _, err := run(t, c.waiter, c.answers...)
		text := ""
		if err != nil {
			text = err.Error()
		}
		var want [2]any
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if got := [2]any{float64(calls), text}; got != want {
			input, _ := json.Marshal(c)
			t.Errorf("%s: got %v, botocore has %v\n%s", c.Name, got, want, input)
		}
		switch {
		case err == nil:
			success++
		case calls == c.waiter.MaxAttempts:
			gaveUp++
		default:
			failure++
		}
	}
	t.Logf("%d cases: %d successes, %d failures, %d without a decision", len(cases), success, failure, gaveUp)
	if success < 100 || failure < 100 || gaveUp < 100 {
		t.Errorf("the cases are too similar")
	}
}

// newCase returns a case with a few replies.
func newCase(random *rand.Rand, op *model.Operation, w model.Waiter) *botocoreCase {
	var acceptors []map[string]any
	texts, codes := []string{"x"}, []string{"Other"}
	for _, a := range w.Acceptors {
		m := map[string]any{"state": a.State, "matcher": a.Matcher, "expected": a.Expected}
		if a.Argument != "" {
			m["argument"] = a.Argument
		}
		acceptors = append(acceptors, m)
		if s, ok := a.Expected.(string); ok && a.Matcher == "error" {
			codes = append(codes, s)
		} else if ok {
			texts = append(texts, s, s)
		}
	}
	c := &botocoreCase{
		Name: w.Name, waiter: w,
		Waiter: map[string]any{"operation": op.Name, "delay": w.Delay, "maxAttempts": w.MaxAttempts, "acceptors": acceptors},
	}
	for range 1 + random.IntN(4) {
		if random.IntN(4) == 0 {
			code, status := codes[random.IntN(len(codes))], []int{301, 400, 403, 404, 500}[random.IntN(5)]
			c.answers = append(c.answers, answer{err: &call.ServiceError{Code: code, Message: "some text", Status: status}})
			c.Replies = append(c.Replies, map[string]any{
				"Error": map[string]any{"Code": code, "Message": "some text"}, "ResponseMetadata": map[string]any{"HTTPStatusCode": status},
			})
			continue
		}
		g := generator{random, texts}
		output := map[string]any{}
		if op.Output != nil {
			output = g.value(op.Output.Shape, 0).(map[string]any)
		}
		b, _ := json.Marshal(output)
		c.answers = append(c.answers, answer{json: string(b)})
		reply := map[string]any{"ResponseMetadata": map[string]any{"HTTPStatusCode": 200}}
		for k, v := range output {
			reply[k] = v
		}
		c.Replies = append(c.Replies, reply)
	}
	return c
}

// A generator makes random outputs.
type generator struct {
	*rand.Rand
	texts []string
}

// value returns a value of a shape. Deep values are short, because shapes can contain themselves.
func (g generator) value(s *model.Shape, depth int) any {
	switch s.Kind {
	case model.Structure:
		o := make(map[string]any)
		for _, m := range s.Members {
			if g.IntN(8) > 0 && depth < 7 {
				o[m.Name] = g.value(m.Shape, depth+1)
			}
		}
		return o
	case model.List:
		list := []any{}
		for n := g.IntN(3); len(list) < n && depth < 7; {
			list = append(list, g.value(s.Element.Shape, depth+1))
		}
		return list
	case model.Map:
		o := make(map[string]any)
		if depth < 7 {
			o[g.texts[0]] = g.value(s.Value.Shape, depth+1)
		}
		return o
	case model.Boolean:
		return g.IntN(2) == 0
	case model.Integer, model.Long:
		return g.IntN(3)
	case model.Float, model.Double:
		return 0.5
	}
	return fmt.Sprint(g.texts[g.IntN(len(g.texts))])
}
