package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

func TestAWSCommandsAreSortedAndComplete(t *testing.T) {
	names := strings.Fields(awsCommands)
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("the names are not sorted, or one is there twice")
	}
	for _, name := range append(model.Services(), "s3", "configure", "dynamodb", "history", "login", "xray") {
		if !awsCommand(name) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"", "s", "status", "lanyard", "exec", "dynamodb list-tables"} {
		if awsCommand(name) {
			t.Errorf("%q is taken for a command of the AWS CLI", name)
		}
	}
}

// The table of sub-commands decides only what is not ours, but it must not contradict us.
func TestSubcommandsOfTheAWSCLI(t *testing.T) {
	root := newRoot(&App{Name: "aws"})
	for _, group := range root.Commands() {
		if group.HasSubCommands() && awsSubcommands(group.Name()) == nil {
			t.Errorf("the AWS CLI's sub-commands of %s are missing", group.Name())
		}
	}
}

func TestNearCommands(t *testing.T) {
	root := newRoot(&App{Name: "lanyard"})
	for word, want := range map[string]string{
		"stauts":        "lanyard status",
		"dynamdb":       "lanyard dynamodb",
		"dyanmodb":      "lanyard dynamodb",
		"dynamo":        "lanyard dynamodb, lanyard dynamodbstreams",
		"list-profiles": "lanyard configure list-profiles",
		"undo":          "lanyard configure undo",
		"foo":           "",
		"nonsense":      "",
		"":              "",
	} {
		if got := strings.Join(nearCommands(root, word), ", "); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := nearCommands(root, "ls"); !slices.Contains(got, "lanyard s3 ls") {
		t.Errorf("ls: %q", got)
	}
}
