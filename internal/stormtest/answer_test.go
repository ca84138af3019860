package stormtest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A document is the JSON that a credential_process prints.
type document struct {
	Version                                   int
	AccessKeyID                               string `json:"AccessKeyId"`
	SecretAccessKey, SessionToken, Expiration string
}

// checkAnswers checks that every process printed one valid document, and that all
// answers for one profile are equal.
func checkAnswers(t *testing.T, results ...proctest.Result) {
	t.Helper()
	answers := map[string]string{} // of a profile
	for i, r := range results {
		if r.Code != 0 {
			t.Errorf("process %d of %d: exit %d: %s", i, len(results), r.Code, r.Stderr)
			continue
		}
		profile := r.Args[len(r.Args)-1]
		if first, ok := answers[profile]; ok {
			if r.Stdout != first {
				t.Errorf("process %d with %s got an answer that differs from another process", i, profile)
			}
			continue
		}
		answers[profile] = r.Stdout
		var d document
		if err := json.Unmarshal([]byte(r.Stdout), &d); err != nil {
			t.Errorf("%s: %v in %q", profile, err, r.Stdout)
			continue
		}
		ends, err := time.Parse(time.RFC3339, d.Expiration)
		if err != nil || time.Until(ends) <= 0 {
			t.Errorf("%s: expiration %q, %v; want a date in the future", profile, d.Expiration, err)
		}
		if d.Version != 1 || d.AccessKeyID == "" || d.SecretAccessKey == "" || d.SessionToken == "" {
			t.Errorf("%s: not a document of credential_process with all keys: version %d", profile, d.Version)
		}
	}
	if len(answers) == 0 {
		t.Error("no process succeeded")
	}
}

// checkCount fails the test unless the operation was called want times.
func (h *home) checkCount(t *testing.T, operation string, want int) {
	t.Helper()
	if got := h.srv.Count(operation); got != want {
		t.Errorf("%s was called %d times, want %d", operation, got, want)
	}
}

// guideText is the message for an ended session, as in internal/cli/testdata/guide.md.
const guideText = "The SSO session associated with this profile has expired or is otherwise invalid. " +
	"To refresh this SSO session run aws sso login with the corresponding profile."

// checkEnded checks that a process reported an ended session and the next step. The process
// must print nothing to stdout.
func checkEnded(t *testing.T, r proctest.Result) {
	t.Helper()
	if r.Code != 255 {
		t.Errorf("exit %d, want 255: %s", r.Code, r.Stderr)
	}
	profile := r.Args[len(r.Args)-1]
	if want := "lanyard: " + guideText + "\nhint: run: lanyard sso login --profile " + profile + "\n"; r.Stderr != want {
		t.Errorf("stderr is %q, want %q", r.Stderr, want)
	}
	if r.Stdout != "" {
		t.Errorf("stdout is %q, want nothing", r.Stdout)
	}
}

// checkFailed checks that a process failed with one message that contains word.
func checkFailed(t *testing.T, r proctest.Result, code int, word string) {
	t.Helper()
	if r.Code != code || r.Stdout != "" {
		t.Errorf("exit %d and stdout %q, want %d and nothing", r.Code, r.Stdout, code)
	}
	if !strings.HasPrefix(r.Stderr, "lanyard: ") || !strings.Contains(r.Stderr, word) {
		t.Errorf("stderr is %q, which should name %q", r.Stderr, word)
	}
}
