package migrate

import (
	"regexp"
	"testing"
)

func TestMachineID(t *testing.T) {
	first, err := machineID()
	if err != nil || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(first) {
		t.Fatalf("got %q, %v", first, err)
	}
	if again, _ := machineID(); again != first {
		t.Errorf("got %s, and then %s", first, again)
	}
}
