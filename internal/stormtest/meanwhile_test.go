package stormtest_test

import (
	"os"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The AWS CLI and boto3 rewrite the token file in place and take no lock. A file
// that makes no sense is read again for a while.
func TestTokenFileBeingRewritten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		half func(whole []byte) []byte
		left time.Duration // of the token that is there in the end
		want int           // CreateToken
	}{
		{"empty, then a live token", func([]byte) []byte { return nil }, time.Hour, 0},
		{"half, then a live token", func(b []byte) []byte { return b[:len(b)/2] }, time.Hour, 0},
		{"empty, then an expired token", func([]byte) []byte { return nil }, -time.Minute, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			h.setToken(t, tt.left)
			path := h.cache().TokenPath("corp")
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tt.half(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			rewritten := make(chan error, 1)

			p := h.start(t, "sso", "get-credentials", "--profile", "dev")
			time.AfterFunc(time.Second, func() { rewritten <- os.WriteFile(path, whole, 0o600) })
			r := p.wait(t)

			if err := <-rewritten; err != nil {
				t.Fatal(err)
			}
			checkAnswers(t, []result{r})
			if r.stderr != "" {
				t.Errorf("stderr is %q, want nothing", r.stderr)
			}
			h.checkCount(t, "CreateToken", tt.want)
			h.checkFiles(t)
		})
	}
}

// What may pass is tried again.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []emulator.Fault
		calls  int // of each faulty operation
	}{
		{"429 then a dropped connection", []emulator.Fault{{Status: 429, Count: 1}, {Drop: true, Count: 1}}, 3},
		{"500 then half an answer", []emulator.Fault{{Status: 500, Count: 1}, {Truncate: true, Count: 1}}, 3},
		{"the answer is lost", []emulator.Fault{{Drop: true, After: true, Count: 1}}, 2},
	}
	for _, tt := range tests {
		for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
			t.Run(tt.name+" of "+operation, func(t *testing.T) {
				t.Parallel()
				// The grace is what the real service gives to answers that got lost.
				h := newHome(t, emulator.Config{RefreshGrace: time.Minute}, config)
				h.signIn(t)
				h.setToken(t, -time.Minute)
				for _, f := range tt.faults {
					f.Operation = operation
					h.srv.AddFault(f)
				}

				r := h.credentials(t, "dev")

				checkAnswers(t, []result{r})
				h.checkCount(t, operation, tt.calls)
				h.checkFiles(t)
			})
		}
	}
}
