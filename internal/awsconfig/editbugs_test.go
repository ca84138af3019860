package awsconfig_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// AWS CLI 2.36.7 gets these edits wrong. It does not find some spellings of a section, and
// adds a second section. The second section hides the first, or makes the file unreadable. It
// also separates lines that belong together.
func TestBugsOfTheAWSCLI(t *testing.T) {
	set := func(name, key, value string) awsconfig.Change {
		return awsconfig.Change{Name: name, Key: key, Value: value}
	}
	tests := []struct {
		name, file string
		change     awsconfig.Change
		want       string
	}{
		{
			"does not find a section with double quotes and adds a second one",
			"[profile \"my prof\"]\nregion = eu-west-1\n", set("my prof", "output", "json"),
			"[profile \"my prof\"]\nregion = eu-west-1\noutput = json\n",
		},
		{
			"does not find a key in another case and adds a duplicate",
			"[profile a]\nRegion = eu-west-1\n", set("a", "region", "us-east-1"),
			"[profile a]\nRegion = us-east-1\n",
		},
		{
			"inserts a new key between the lines of a value",
			"[profile a]\ncredential_process = helper\n  --account 1\n  --json\n", set("a", "region", "us-east-1"),
			"[profile a]\ncredential_process = helper\n  --account 1\n  --json\nregion = us-east-1\n",
		},
		{
			"replaces only the first line of a value",
			"[profile a]\ncredential_process = helper\n  --account 1\nregion = us-east-1\n", set("a", "credential_process", "other"),
			"[profile a]\ncredential_process = other\nregion = us-east-1\n",
		},
		{
			"does not find a header with a comment",
			"[profile a] # mine\nregion = eu-west-1\n", set("a", "region", "us-east-1"),
			"[profile a] # mine\nregion = us-east-1\n",
		},
		{
			"does not find a header with more spaces",
			"[profile  a ]\nregion = eu-west-1\n", set("a", "region", "us-east-1"),
			"[profile  a ]\nregion = us-east-1\n",
		},
		{
			"does not find [profile default]",
			"[profile default]\nregion = eu-west-1\n", set("default", "region", "us-east-1"),
			"[profile default]\nregion = us-east-1\n",
		},
		{
			"writes to a section that is replaced by a later one",
			"[default]\nregion = a\n[profile default]\nregion = b\n", set("default", "region", "c"),
			"[default]\nregion = a\n[profile default]\nregion = c\n",
		},
		{
			"indents a new key of a block by four spaces, unlike the other keys",
			"[profile a]\n  s3 =\n  \ta = 1\n  \tb = 2\n",
			awsconfig.Change{Name: "a", Key: "s3", Sub: "c", Value: "3"},
			"[profile a]\n  s3 =\n  \ta = 1\n  \tb = 2\n  \tc = 3\n",
		},
		{
			"writes a new key without indent before an indented header, which becomes its value",
			"[default]\n  region = a\n  [profile b]\n  region = b\n", set("default", "output", "json"),
			"[default]\n  region = a\n  output = json\n  [profile b]\n  region = b\n",
		},
		{
			"changes the indent and the delimiter",
			"[default]\r\n\tregion:a\r\n", set("default", "region", "b"),
			"[default]\r\n\tregion:b\r\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := edit(t, tt.file, false, tt.change)
			if !ok || got != tt.want {
				t.Errorf("%q, %v; want %q", got, ok, tt.want)
			}
			checkEdit(t, tt.file, false, tt.change)
		})
	}
	// The AWS CLI also sets a value for a key with a block, and leaves the lines of the
	// block in the file. Edit refuses this change.
	if got, ok := edit(t, "[default]\ns3 =\n  a = 1\n", false, set("default", "s3", "v")); ok {
		t.Errorf("a block was replaced by a value: %q", got)
	}
}
