package credserver_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/credserver"
)

const credentialsPath = "latest/meta-data/iam/security-credentials/"

// startMetadata starts a metadata service, and returns a function that sends requests to it.
func startMetadata(t *testing.T, s *source, v1 bool) func(method, path string, headers ...string) (int, string) {
	t.Helper()
	server, err := credserver.StartMetadata(t.Context(),
		credserver.Config{Sources: []credserver.Source{{Get: s.get}}, Now: s.now, Log: slog.New(slog.DiscardHandler)},
		credserver.Metadata{Role: "dev admin/é", Region: func() string { return "cn-north-1" }, V1: v1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return func(method, path string, headers ...string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL("/"+path), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		return resp.StatusCode, string(body)
	}
}

const (
	ttlHeader   = "X-aws-ec2-metadata-token-ttl-seconds"
	tokenHeader = "X-aws-ec2-metadata-token"
)

// A token is valid for the time that the client asked for.
func TestMetadataToken(t *testing.T) {
	s := &source{life: time.Hour}
	send := startMetadata(t, s, false)
	_, token := send(http.MethodPut, "latest/api/token", ttlHeader, "60")
	for _, tt := range []struct {
		after time.Duration
		token string
		want  int
	}{
		{59 * time.Second, token, 200},
		{59 * time.Second, token + "A", 401},
		{59 * time.Second, "", 401},
		{60 * time.Second, token, 401},
	} {
		s.clock.Store(int64(tt.after))
		if status, _ := send(http.MethodGet, "latest/meta-data/instance-id", tokenHeader, tt.token); status != tt.want {
			t.Errorf("after %v: status %d, want %d", tt.after, status, tt.want)
		}
	}
}

// A client that takes many tokens does not fill the memory, and does not stop other clients.
func TestManyMetadataTokens(t *testing.T) {
	send := startMetadata(t, &source{life: time.Hour}, false)
	token := ""
	for range 1100 {
		_, token = send(http.MethodPut, "latest/api/token", ttlHeader, "21600")
	}
	if status, _ := send(http.MethodGet, "latest/meta-data/instance-id", tokenHeader, token); status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestMetadataCredentials(t *testing.T) {
	for _, tt := range []struct {
		life time.Duration
		want int
		code string
	}{
		{time.Hour, 200, "Success"},
		{10 * time.Minute, 200, "Success"},
		{10*time.Minute - time.Second, 404, "Failed"},
		{time.Second, 404, "Failed"},
		{0, 200, "Success"}, // keys that do not expire
	} {
		s := &source{life: tt.life}
		send := startMetadata(t, s, true)
		_, role := send(http.MethodGet, credentialsPath)
		if role != "dev-admin--" {
			t.Errorf("role %q", role)
		}
		status, body := send(http.MethodGet, credentialsPath+role)
		var doc map[string]string
		if err := json.Unmarshal([]byte(body), &doc); err != nil || status != tt.want || doc["Code"] != tt.code || (doc["SecretAccessKey"] != "") != (tt.want == 200) {
			t.Errorf("life %v: status %d, %s (%v)", tt.life, status, body, err)
		}
	}
}

// The documents about the account are in the partition of the region.
func TestMetadataPartition(t *testing.T) {
	send := startMetadata(t, &source{life: time.Hour}, true)
	if _, body := send(http.MethodGet, "latest/meta-data/iam/info"); !strings.Contains(body, "arn:aws-cn:iam::111122223333:instance-profile/dev-admin--") {
		t.Errorf("answer %s", body)
	}
}

func TestMetadataRefusals(t *testing.T) {
	s := &source{life: time.Hour}
	send := startMetadata(t, s, true)
	_, token := send(http.MethodPut, "latest/api/token", ttlHeader, "60")
	for _, tt := range []struct {
		method, path, header, value string
		want                        int
	}{
		{"PUT", "latest/api/token", ttlHeader, "0", 400},
		{"PUT", "latest/api/token", ttlHeader, "-1", 400},
		{"PUT", "latest/api/token", ttlHeader, "21601", 400},
		{"PUT", "latest/api/token", ttlHeader, "1e3", 400},
		{"PUT", "latest/api/token", ttlHeader, "", 400},
		{"PUT", "latest/api/token/", ttlHeader, "60", 405},
		{"POST", "latest/api/token", ttlHeader, "60", 405},
		{"GET", "latest/api/token", "", "", 405},
		{"POST", credentialsPath, "", "", 405},
		{"HEAD", credentialsPath, "", "", 405},
		{"GET", credentialsPath, "Origin", "http://x.example", 403},
		{"GET", credentialsPath, "Sec-Fetch-Dest", "image", 403},
		{"GET", credentialsPath, "X-Forwarded-For", "", 403},
		{"GET", credentialsPath, "Via", "1.1 x", 403},
		{"GET", credentialsPath, "Forwarded", "for=x", 403},
		{"GET", credentialsPath, tokenHeader, "x", 401},
		{"GET", credentialsPath + "other", tokenHeader, token, 404},
		{"GET", credentialsPath + "dev-admin--?x", tokenHeader, token, 404},
		{"GET", "latest/user-data", tokenHeader, token, 404},
		{"GET", "", tokenHeader, token, 404},
	} {
		var headers []string
		if tt.header != "" {
			headers = []string{tt.header, tt.value}
		}
		status, body := send(tt.method, tt.path, headers...)
		if status != tt.want || strings.Contains(body, "SecretAccessKey") {
			t.Errorf("%s %s with %s %q: status %d, want %d: %s", tt.method, tt.path, tt.header, tt.value, status, tt.want, body)
		}
	}
	if n := s.asked.Load(); n != 0 {
		t.Errorf("%d fetches by refused requests", n)
	}
}
