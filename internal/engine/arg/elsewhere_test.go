package arg

import (
	"errors"
	"testing"
)

// An option that only the AWS CLI has leads to an error that says so, before any other mistake. The
// other options work.
func TestElsewhere(t *testing.T) {
	op := operation(t, "ecs", "delete-express-gateway-service")
	for _, words := range [][]string{
		{"--service-arn", "a", "--monitor-resources"},
		{"--monitor-resources", "DEPLOYMENT"},
		{"--monitor-mode=TEXT-ONLY", "--no-such-option"},
		{"--monitor-m", "TEXT-ONLY"},
	} {
		_, err := Parse(op, words, Options{Service: "ecs"})
		if usage := new(UsageError); !errors.As(err, &usage) || !usage.Elsewhere {
			t.Errorf("%q: %v, want an error for the AWS CLI", words, err)
		}
	}
	in, err := Parse(op, []string{"--service-arn", "a"}, Options{Service: "ecs"})
	if err != nil || plain(in.Document) != `{serviceArn:"a"}` {
		t.Errorf("%v, %v, want the ARN", in, err)
	}
}
