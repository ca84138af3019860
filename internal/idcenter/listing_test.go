package idcenter_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// The calls for a listing repeat status 500, but not 429.
func TestListingPages(t *testing.T) {
	soon := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		name       string
		statuses   []int // of the replies; the last one repeats
		retryAfter string
		requests   int
		throttled  bool
		least      time.Duration
		most       time.Duration
	}{
		{"a page", []int{200}, "", 1, false, 0, 0},
		{"429 without Retry-After", []int{429}, "", 1, true, 0, 0},
		{"429 with seconds", []int{429}, "7", 1, true, 7 * time.Second, 7 * time.Second},
		{"429 with a date", []int{429}, soon, 1, true, 80 * time.Second, 90 * time.Second},
		{"429 with nonsense", []int{429}, "-soon", 1, true, 0, 0},
		{"429 after 500", []int{500, 429}, "1", 2, true, time.Second, time.Second},
		{"200 after 500", []int{500, 200}, "", 2, false, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				status := c.statuses[min(requests, len(c.statuses)-1)]
				requests++
				if r.URL.Query().Get("max_result") != "100" {
					t.Errorf("max_result = %q, want 100", r.URL.Query().Get("max_result"))
				}
				w.Header().Set("Content-Type", "application/json")
				if status != http.StatusOK {
					w.Header().Set("Retry-After", c.retryAfter)
					w.WriteHeader(status)
					_, _ = w.Write([]byte(`{"__type":"TooManyRequestsException"}`))
					return
				}
				if strings.HasSuffix(r.URL.Path, "/roles") {
					_, _ = w.Write([]byte(`{"roleList":[{"roleName":"Admin","accountId":"000000000012"}],"nextToken":"n2"}`))
					return
				}
				_, _ = w.Write([]byte(`{"accountList":[{"accountId":"000000000012","accountName":"-x"}],"nextToken":"n2"}`))
			}))
			defer srv.Close()
			client, err := idcenter.New(idcenter.Options{PortalEndpoint: srv.URL, OIDCEndpoint: srv.URL, Region: "eu-west-1"})
			if err != nil {
				t.Fatal(err)
			}
			names, next, err := client.RolesPage(t.Context(), secret.New("a token of the test"), "000000000012", "")
			var throttled *idcenter.ThrottledError
			switch got := errors.As(err, &throttled); {
			case got != c.throttled:
				t.Fatalf("RolesPage = %v, throttled %v, want %v", err, got, c.throttled)
			case got && (throttled.RetryAfter < c.least || throttled.RetryAfter > c.most || !errors.Is(err, idcenter.ErrTemporary)):
				t.Errorf("Retry-After %v, want %v to %v; %v", throttled.RetryAfter, c.least, c.most, err)
			case !got && (len(names) != 1 || names[0] != "Admin" || next != "n2" || err != nil):
				t.Errorf("RolesPage = %q, %q, %v", names, next, err)
			}
			if requests != c.requests {
				t.Errorf("%d requests, want %d", requests, c.requests)
			}
			if c.throttled {
				return
			}
			if _, _, err := client.AccountsPage(t.Context(), secret.New("a token of the test"), "n2"); err == nil {
				t.Error("AccountsPage accepts a page that names itself as the next page")
			}
			accounts, next, err := client.AccountsPage(t.Context(), secret.New("a token of the test"), "n1")
			if err != nil || next != "n2" || len(accounts) != 1 || accounts[0].ID != "000000000012" {
				t.Errorf("AccountsPage = %v, %q, %v", accounts, next, err)
			}
		})
	}
}
