package servicecmd

import (
	"io"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestRequestPayerValueInNextArgument(t *testing.T) {
	tests := []struct {
		line  string
		payer string
		paths string
	}{
		{"", "", ""},
		{"s3://b", "", "s3://b"},
		{"requester", "", "requester"}, // "requester" is a bucket here
		{"--request-payer", "requester", ""},
		{"--request-payer requester", "requester", ""},
		{"--request-payer s3://b", "requester", "s3://b"},
		{"--request-payer requester s3://b", "requester", "s3://b"},
		{"--request-payer=requester s3://b", "requester", "s3://b"},
		{"s3://b --request-payer", "requester", "s3://b"},
		{"s3://b --request-payer requester", "requester", "s3://b"},
		{"requester --request-payer", "requester", "requester"},
		{"requester --request-payer requester", "requester", "requester"},
		{"--recursive s3://b --request-payer requester --summarize", "requester", "s3://b"},
		{"s3://b --request-payer requester s3://c", "requester", "s3://b s3://c"},
	}
	for _, tt := range tests {
		var value string
		payer := requestPayer{value: &value}
		cmd := newS3List(new(command.App))
		flags := cmd.Flags()
		payer.flags = flags
		flags.Lookup("request-payer").Value = &payer
		if err := flags.Parse(strings.Fields(tt.line)); err != nil {
			t.Errorf("%s: error %v, want none", tt.line, err)
			continue
		}
		if paths := strings.Join(payer.without(flags.Args()), " "); paths != tt.paths || value != tt.payer {
			t.Errorf("%s: paths %q, payer %q, want %q and %q", tt.line, paths, value, tt.paths, tt.payer)
		}
	}
}

func TestRequestPayerRefusesOtherValues(t *testing.T) {
	flags := newS3List(new(command.App)).Flags()
	flags.SetOutput(io.Discard)
	if err := flags.Parse([]string{"--request-payer=me"}); err == nil || !strings.Contains(err.Error(), "Found invalid choice 'me'") {
		t.Errorf("error %v, want an invalid choice", err)
	}
}
