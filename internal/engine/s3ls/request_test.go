package s3ls

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
)

func TestRequests(t *testing.T) {
	size := 7
	tests := []struct {
		name    string
		options Options
		want    string // path, query and request payer
	}{
		{"buckets", Options{}, "/  "},
		{"buckets with everything", Options{Path: "s3://", PageSize: &size, BucketNamePrefix: "a b", BucketRegion: "eu-west-1", Recursive: true, RequestPayer: "requester"}, "/ bucket-region=eu-west-1&max-buckets=7&prefix=a+b "},
		{"a bucket", Options{Path: "b-1", BucketNamePrefix: "a", BucketRegion: "r"}, "/b-1 delimiter=/&encoding-type=url&list-type=2&prefix= "},
		{"a prefix", Options{Path: "s3://b-1/ü b+%"}, "/b-1 delimiter=/&encoding-type=url&list-type=2&prefix=ü+b+% "},
		{"all of it", Options{Path: "s3://b-1/x/", Recursive: true, PageSize: &size}, "/b-1 encoding-type=url&list-type=2&max-keys=7&prefix=x/ "},
		{"paid by us", Options{Path: "b-1", RequestPayer: "requester"}, "/b-1 delimiter=/&encoding-type=url&list-type=2&prefix= requester"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/" {
					fmt.Fprint(w, "<ListAllMyBucketsResult></ListAllMyBucketsResult>")
					return
				}
				page(w, "")
			})
			if _, _, err := s.run(t, tt.options); err != nil {
				t.Fatal(err)
			}
			r := s.requests[0]
			q := r.URL.Query()
			q.Del("x-id")
			var parts []string
			for pair := range strings.SplitSeq(q.Encode(), "&") {
				name, _, _ := strings.Cut(pair, "=")
				if name != "" {
					parts = append(parts, name+"="+strings.ReplaceAll(q.Get(name), " ", "+"))
				}
			}
			got := r.URL.Path + " " + strings.Join(parts, "&") + " " + r.Header.Get("X-Amz-Request-Payer")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if len(s.requests) != 1 || r.Method != http.MethodGet || !strings.Contains(r.Header.Get("Authorization"), "/us-east-1/s3/aws4_request") {
				t.Errorf("%d requests, method %s, signature %q, want one GET signed for S3 in us-east-1", len(s.requests), r.Method, r.Header.Get("Authorization"))
			}
		})
	}
}

func TestUnsigned(t *testing.T) {
	s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, "", object("a", 1)) })
	s.Credentials = call.Credentials{}
	got, _, err := s.run(t, Options{Path: "open", Unsigned: true})
	if err != nil || got != "2024-05-06 07:08:09          1 a\n" || s.requests[0].Header.Get("Authorization") != "" {
		t.Errorf("output %q, error %v, signature %q, want one object and no signature", got, err, s.requests[0].Header.Get("Authorization"))
	}
	if _, _, err := s.run(t, Options{Path: "open"}); err == nil || len(s.requests) != 1 {
		t.Errorf("signed request without credentials: %v, %d requests", err, len(s.requests))
	}
}
