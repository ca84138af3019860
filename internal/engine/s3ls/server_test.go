package s3ls

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A server is an S3 service whose replies come from the test. It records the requests.
type server struct {
	*call.Client
	requests []*http.Request
}

// newServer starts a server. Its function gets the number of each request, from 1.
func newServer(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *server {
	t.Helper()
	s := &server{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests = append(s.requests, r)
		answer(len(s.requests), w, r)
	}))
	t.Cleanup(srv.Close)
	s.Client = &call.Client{
		Endpoint: srv.URL, Region: "us-east-1", Random: func() float64 { return 0 },
		Credentials: call.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: secret.New("secret"), SessionToken: secret.New("token")},
	}
	return s
}

// run runs a listing and returns the output.
func (s *server) run(t *testing.T, o Options) (string, bool, error) {
	t.Helper()
	var b strings.Builder
	matched, err := Run(t.Context(), s.Client, o, &b)
	return b.String(), matched, err
}

// page writes a page of a listing. token leads to the next page.
func page(w io.Writer, token string, entries ...string) {
	more := ""
	if token != "" {
		more = "<NextContinuationToken>" + token + "</NextContinuationToken>"
	}
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><IsTruncated>%v</IsTruncated>%s%s</ListBucketResult>`,
		token != "", more, strings.Join(entries, ""))
}

// object returns an entry of a page, with a URL-encoded key.
func object(key string, size int) string {
	return fmt.Sprintf("<Contents><Key>%s</Key><LastModified>2024-05-06T07:08:09.000Z</LastModified><Size>%d</Size></Contents>", key, size)
}

func common(prefix string) string {
	return "<CommonPrefixes><Prefix>" + prefix + "</Prefix></CommonPrefixes>"
}
