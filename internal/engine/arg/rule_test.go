package arg

import (
	"errors"
	"strings"
	"testing"
)

// The argument outfile is the first word without an option.
func TestOutfile(t *testing.T) {
	op := operation(t, "polly", "synthesize-speech")
	required := []string{"--output-format", "mp3", "--text", "x", "--voice-id", "y"}
	for _, tt := range []struct {
		before, after []string // the words before and after the required options
		file          string
		want          string // the text of the expected error; "" for no error
	}{
		{nil, []string{"out"}, "out", ""},
		{[]string{"out"}, nil, "out", ""},
		{[]string{"--", "out"}, nil, "", "the following arguments are required: --output-format, --text, --voice-id"},
		{nil, []string{"--", "-out"}, "-out", ""},
		{nil, []string{"-"}, "-", ""},
		{nil, []string{"out", "more"}, "", "Unknown options: more"},
		{[]string{"out"}, []string{"more"}, "", "Unknown options: more"},
		{[]string{"out"}, []string{"help"}, "", "Unknown options: help"},
		{nil, []string{"file://token"}, "abc\n", ""},
		{nil, nil, "", "the following arguments are required: outfile"},
		{nil, []string{"out", "--cli-input-json", "{}"}, "", "Unknown options: --cli-input-json, {}"},
		{nil, []string{"out", "--generate-cli-skeleton"}, "", "Unknown options: --generate-cli-skeleton"},
	} {
		words := append(append(append([]string(nil), tt.before...), required...), tt.after...)
		in, err := Parse(op, words, Options{Service: "polly", ReadFile: files, LookupEnv: home})
		switch {
		case tt.want != "" && (err == nil || err.Error() != tt.want):
			t.Errorf("%q: error %v, want %s", words, err, tt.want)
		case tt.want == "" && err != nil:
			t.Errorf("%q: %v", words, err)
		case tt.want == "" && in.Outfile != tt.file:
			t.Errorf("%q: file %q, want %q", words, in.Outfile, tt.file)
		}
	}
	in, err := Parse(op, []string{"out", "help"}, Options{})
	if missing := new(UsageError); !errors.As(err, &missing) || !strings.Contains(missing.Message, "required") {
		t.Errorf("out help: %+v, %v, want an error about required options", in, err)
	}
}
