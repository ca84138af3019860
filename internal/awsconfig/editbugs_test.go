package awsconfig_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// What goes wrong in the AWS CLI (2.36.7 was run): a section that is not found is
// written a second time and hides the first or makes the file unreadable, and lines
// that belong together are torn apart.
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
			"a section with double quotes is not found, and its second spelling hides the first",
			"[profile \"my prof\"]\nregion = eu-west-1\n", set("my prof", "output", "json"),
			"[profile \"my prof\"]\nregion = eu-west-1\noutput = json\n",
		},
		{
			"a key in another case is not found, and standing twice it makes the file unreadable",
			"[profile a]\nRegion = eu-west-1\n", set("a", "region", "us-east-1"),
			"[profile a]\nRegion = us-east-1\n",
		},
		{
			"a new key comes between the last key and the further lines of its value",
			"[profile a]\ncredential_process = helper\n  --account 1\n  --json\n", set("a", "region", "us-east-1"),
			"[profile a]\ncredential_process = helper\n  --account 1\n  --json\nregion = us-east-1\n",
		},
		{
			"of a value of several lines the further ones stay",
			"[profile a]\ncredential_process = helper\n  --account 1\nregion = us-east-1\n", set("a", "credential_process", "other"),
			"[profile a]\ncredential_process = other\nregion = us-east-1\n",
		},
		{
			"a header with a comment behind it is not found",
			"[profile a] # mine\nregion = eu-west-1\n", set("a", "region", "us-east-1"),
			"[profile a] # mine\nregion = us-east-1\n",
		},
		{
			"nor is one with more space in it",
			"[profile  a ]\nregion = eu-west-1\n", set("a", "region", "us-east-1"),
			"[profile  a ]\nregion = us-east-1\n",
		},
		{
			"nor [profile default]",
			"[profile default]\nregion = eu-west-1\n", set("default", "region", "us-east-1"),
			"[profile default]\nregion = us-east-1\n",
		},
		{
			"what is written goes to a spelling that does not count",
			"[default]\nregion = a\n[profile default]\nregion = b\n", set("default", "region", "c"),
			"[default]\nregion = a\n[profile default]\nregion = c\n",
		},
		{
			"a new key of a block is indented by four, whatever the block is indented by",
			"[profile a]\n  s3 =\n  \ta = 1\n  \tb = 2\n",
			awsconfig.Change{Name: "a", Key: "s3", Sub: "c", Value: "3"},
			"[profile a]\n  s3 =\n  \ta = 1\n  \tb = 2\n  \tc = 3\n",
		},
		{
			"in an indented section a new key at the margin makes an indented header part of its value",
			"[default]\n  region = a\n  [profile b]\n  region = b\n", set("default", "output", "json"),
			"[default]\n  region = a\n  output = json\n  [profile b]\n  region = b\n",
		},
		{
			"the indentation and the delimiter are lost",
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
			holds(t, tt.file, false, tt.change)
		})
	}
	// A value for what is a block leaves its lines behind. Nobody can mean that.
	if got, ok := edit(t, "[default]\ns3 =\n  a = 1\n", false, set("default", "s3", "v")); ok {
		t.Errorf("a block became %q", got)
	}
}
