package main

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A waiter with a part that package waiter does not know stops the generator, because a waiter that
// misses a condition would wait for too long, or not long enough.
func TestWaiterLines(t *testing.T) {
	const good = `{"B":{"operation":"Get","delay":2,"maxAttempts":3,"description":"text","acceptors":[` +
		`{"state":"success","matcher":"path","expected":true,"argument":"a.b"},{"state":"retry","matcher":"status","expected":404},` +
		`{"state":"failure","matcher":"error","expected":"a\"<b"}]},"A":{"operation":"Get","delay":1,"maxAttempts":1,"acceptors":[]}}`
	const want = "waiter\tA\tGet\t1\t1\nwaiter\tB\tGet\t2\t3\n\tsuccess\tpath\ttrue\ta.b\n\tretry\tstatus\t404\n\tfailure\terror\t\"a\\\"\\u003cb\"\n"
	tests := []struct{ old, new, problem string }{
		{"", "", ""},
		{`"delay":2`, `"delay":2,"jitter":1`, "waiter B: unknown part jitter"},
		{`"delay":2`, `"delay":0.5`, "waiter B: delay is 0.5"},
		{`"state":"retry"`, `"state":"retry","until":1`, "waiter B: unknown part until"},
		{`"matcher":"status"`, `"matcher":"header"`, `waiter B: unknown state "retry" or matcher "header"`},
		{`"argument":"a.b"`, `"argument":"a..b"`, "waiter B: "},
		{`"expected":404`, `"expected":[1]`, "waiter B: expected value of type []interface {}"},
		{`"operation":"Get","delay":2`, `"operation":"Put","delay":2`, "waiter B: operation Put: not in the model"},
	}
	for _, tt := range tests {
		got, err := waiterLines(parsed(t, strings.Replace(good, tt.old, tt.new, 1)), parsed(t, `{"Get":{}}`))
		switch {
		case tt.problem == "" && (err != nil || got != want):
			t.Errorf("%q, %v, want %q", got, err, want)
		case tt.problem != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.problem)):
			t.Errorf("%s: error %v, want %s", tt.new, err, tt.problem)
		}
	}
}

func parsed(t *testing.T, text string) *document.Object {
	t.Helper()
	v, err := document.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*document.Object)
}
