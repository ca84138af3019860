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

func TestS3ListReplacesControlCharacters(t *testing.T) {
	const page = `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%1Bb</Key>` +
		`<LastModified>2024-05-06T07:08:09Z</LastModified><Size>1</Size></Contents></ListBucketResult>`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, page) // the client notices an incomplete reply
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
