package call

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The body of PutMetricData is compressed if it has a certain size.
func TestCompressedRequest(t *testing.T) {
	for _, tt := range []struct {
		size, from int // in bytes
		compressed bool
	}{
		{10240, 0, true},
		{10239, 0, false},
		{300, 300, true},
		{299, 300, false},
		{20000, -1, false},
	} {
		l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(http.StatusOK, "{}"), nil })
		l.GzipFrom = tt.from
		want := `{"Namespace":"` + strings.Repeat("n", tt.size-len(`{"Namespace":""}`)) + `"}`
		if _, err := l.call(t, "cloudwatch", "put-metric-data", want); err != nil {
			t.Fatal(err)
		}
		encoding, got := l.requests[0].Header.Get("Content-Encoding"), l.bodies[0]
		if (encoding == "gzip") != tt.compressed {
			t.Errorf("%d bytes, compressed from %d: Content-Encoding %q", tt.size, tt.from, encoding)
		}
		if tt.compressed {
			r, err := gzip.NewReader(strings.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			got = string(body)
		}
		if got != want {
			t.Errorf("%d bytes, compressed from %d: the service got %.60s…", tt.size, tt.from, got)
		}
	}
}
