package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// If lanyard has a group of commands, the table of the AWS CLI's subcommands must have the AWS
// CLI's commands of this group.
func TestSubcommandsOfTheAWSCLI(t *testing.T) {
	root := Tree(&command.App{Name: "aws"})
	for _, group := range root.Commands() {
		if group.HasSubCommands() && awsnames.Subcommands(group.Name()) == nil {
			t.Errorf("the AWS CLI's subcommands of %s are missing", group.Name())
		}
	}
}

func TestNearCommands(t *testing.T) {
	root := Tree(&command.App{Name: "lanyard"})
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
		if got := strings.Join(cmdline.NearCommands(root, word), ", "); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := cmdline.NearCommands(root, "ls"); !slices.Contains(got, "lanyard s3 ls") {
		t.Errorf("commands near ls = %q, want lanyard s3 ls among them", got)
	}
}
