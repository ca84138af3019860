package cli

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The settings for compressed requests have the AWS CLI's names, limits and messages.
func TestCompressionSettings(t *testing.T) {
	const minimum, disable = "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "AWS_DISABLE_REQUEST_COMPRESSION"
	var sent []string
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Content-Encoding"))
		_, _ = io.WriteString(w, `{}`)
	})
	line := strings.Fields("cloudwatch put-metric-data --namespace n --metric-name m --value 1.5 --dimensions A=b")
	for _, tt := range []struct {
		env    map[string]string
		code   int
		want   string // the header Content-Encoding of the requests, in brackets
		stderr string
	}{
		{nil, 0, "[]", ""},
		{map[string]string{minimum: "20"}, 0, "[gzip]", ""},
		{map[string]string{minimum: " 20 ", disable: "True"}, 0, "[]", ""},
		{map[string]string{minimum: "0"}, 255, "", `Invalid value "0" for request_min_compression_size_bytes. Value must be between 1 and 1048576.`},
		{map[string]string{minimum: "many"}, 255, "", `Invalid value "many" for request_min_compression_size_bytes. Value must be an integer. Received <class 'str'> instead.`},
	} {
		sent = nil
		code, _, stderr := p.run(t, "", tt.env, line...)
		got := ""
		if sent != nil {
			got = fmt.Sprint(sent)
		}
		if code != tt.code || got != tt.want || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%v: exit code %d, Content-Encoding %q, want %d, %q: %s", tt.env, code, got, tt.code, tt.want, stderr)
		}
	}
}
