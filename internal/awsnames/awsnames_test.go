package awsnames

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

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
