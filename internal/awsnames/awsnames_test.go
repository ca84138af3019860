package awsnames

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

func TestTwin(t *testing.T) {
	names := strings.Fields(twins)
	if !slices.IsSorted(names) {
		t.Error("the names are not sorted")
	}
	for _, name := range names {
		if !slices.ContainsFunc(names, func(other string) bool { return other != name && OneTypo(name, other) }) {
			t.Errorf("%s is not similar to another name", name)
		}
	}
	for name, want := range map[string]bool{"set-queue-attributes": true, "list-sinks": true, "describe-instances": false, "": false} {
		if got := Twin(name); got != want {
			t.Errorf("Twin(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestCommandsAreSortedAndComplete(t *testing.T) {
	names := strings.Fields(commands)
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("the names are not sorted or contain a duplicate")
	}
	for _, name := range append(model.Services(), "s3", "configure", "dynamodb", "history", "login", "xray") {
		if !Command(name) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"", "s", "status", "lanyard", "exec", "dynamodb list-tables"} {
		if Command(name) {
			t.Errorf("Command(%q) = true, want false", name)
		}
	}
}
