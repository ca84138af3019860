package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestRequestPayerTakesItsValueFromTheNextArgument(t *testing.T) {
	tests := []struct {
		line  string
		payer string
		paths string
	}{
		{"", "", ""},
		{"s3://b", "", "s3://b"},
		{"requester", "", "requester"}, // a bucket
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
			t.Errorf("%s: %v", tt.line, err)
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
		t.Errorf("error %v", err)
	}
}

func TestS3ListSparesTerminals(t *testing.T) {
	const page = `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%1Bb</Key>` +
		`<LastModified>2024-05-06T07:08:09Z</LastModified><Size>1</Size></Contents></ListBucketResult>`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, page) // a reply that is cut short is noticed
	}))
	defer srv.Close()
	home := t.TempDir()
	env := map[string]string{
		"HOME": home, "USERPROFILE": home, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
	}
	for terminal, want := range map[bool]string{false: "2024-05-06 07:08:09          1 a\x1bb\n", true: "2024-05-06 07:08:09          1 a\ufffdb\n"} {
		var out, errs strings.Builder
		app := &command.App{
			Name: "lanyard", IO: command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs, OutTerminal: terminal},
			Env: command.Env{
				Lookup:  func(name string) (string, bool) { v, ok := env[name]; return v, ok },
				Environ: func() []string { return nil },
			},
			Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		}
		if code := Run(t.Context(), app, []string{"s3", "ls", "bucket", "--endpoint-url", srv.URL}); code != 0 || out.String() != want {
			t.Errorf("terminal %t: exit code %d, %q, want %q; %s", terminal, code, out.String(), want, errs.String())
		}
	}
}
