package s3ls

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	moscow := time.FixedZone("", 3*60*60)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		sent   string
		zone   *time.Location
		format string // the TimeFormat of the client
		want   string
	}{
		{"2024-12-31T23:59:59.999Z", nil, "", "2024-12-31 23:59:59"}, // rounded down
		{"2024-12-31T23:59:59.000Z", moscow, "", "2025-01-01 02:59:59"},
		{"2024-12-31T23:59:59.000Z", moscow, "wire", "2025-01-01 02:59:59"},
		{"2024-03-31T00:59:59Z", berlin, "", "2024-03-31 01:59:59"},
		{"2024-03-31T01:00:00Z", berlin, "", "2024-03-31 03:00:00"}, // summer time begins
		{"2024-10-27T01:00:00Z", berlin, "", "2024-10-27 02:00:00"}, // summer time ends
		{"2024-05-06T07:08:09+02:00", nil, "", "2024-05-06 05:08:09"},
		{"Mon, 06 May 2024 07:08:09 GMT", nil, "wire", "2024-05-06 07:08:09"},
		{"2024-05-06T07:08:09", moscow, "wire", "2024-05-06 07:08:09"},
		{"2024-05-06T07:08:09", moscow, "", "2024-05-06 07:08:09"},
	}
	for _, tt := range tests {
		s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "<R><Buckets><Bucket><Name>b</Name><CreationDate>%s</CreationDate></Bucket></Buckets></R>", tt.sent)
		})
		s.TimeFormat = tt.format
		if got, _, err := s.run(t, Options{Zone: tt.zone}); err != nil || got != tt.want+" b\n" {
			t.Errorf("%s in %v: %q, %v, want %q", tt.sent, tt.zone, got, err, tt.want+" b\n")
		}
	}
}

func TestIncompleteReplies(t *testing.T) {
	tests := []struct{ path, reply, want string }{
		{"b-1", "<R><Contents><Key>k</Key><Size>1</Size></Contents></R>", "ListObjectsV2: object 0: no LastModified"},
		{"b-1", "<R><Contents><Key>k</Key><LastModified>2024-05-06T07:08:09Z</LastModified></Contents></R>", "ListObjectsV2: object 0: no Size"},
		{"b-1", "<R>" + object("k", 1) + "<Contents></Contents></R>", "ListObjectsV2: object 1: no Key"},
		{"b-1", "<R><CommonPrefixes></CommonPrefixes></R>", "ListObjectsV2: common prefix 0: no Prefix"},
		{"", "<R><Buckets><Bucket><Name>b</Name></Bucket></Buckets></R>", "ListBuckets: bucket 0: no CreationDate"},
		{"", "<R><Buckets><Bucket><CreationDate>2024-05-06T07:08:09Z</CreationDate></Bucket></Buckets></R>", "ListBuckets: bucket 0: no Name"},
	}
	for _, tt := range tests {
		s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, tt.reply) })
		if _, _, err := s.run(t, Options{Path: tt.path}); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.reply, err, tt.want)
		}
	}
}
