package workspace

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A request for role credentials that the portal refuses with status 429 is repeated after the time
// that the portal names. A refusal of the role is not repeated.
func TestLimitedRoleCredentials(t *testing.T) {
	const good = `{"roleCredentials":{"accessKeyId":"ASIAX","secretAccessKey":"s","sessionToken":"t","expiration":4102444800000}}`
	for _, tt := range []struct {
		name     string
		statuses []int // the last status repeats
		requests int64
		want     error
	}{
		{"accepted", []int{200}, 1, nil},
		{"throttled twice", []int{429, 429, 200}, 3, nil},
		{"forbidden", []int{403}, 1, idcenter.ErrForbidden},
		{"the token is not valid", []int{401}, 1, idcenter.ErrUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var requests atomic.Int64
			var first time.Time
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				n := requests.Add(1)
				status := tt.statuses[min(int(n)-1, len(tt.statuses)-1)]
				if n == 1 {
					first = time.Now()
				} else if time.Since(first) < time.Duration(n-1)*time.Second {
					t.Errorf("request %d came before the time of Retry-After", n)
				}
				w.Header().Set("Content-Type", "application/json")
				if status != http.StatusOK {
					w.Header().Set("Retry-After", "1")
					w.WriteHeader(status)
					return
				}
				_, _ = w.Write([]byte(good))
			}))
			defer srv.Close()
			client, err := idcenter.New(idcenter.Options{PortalEndpoint: srv.URL, OIDCEndpoint: srv.URL, Region: "eu-west-1"})
			if err != nil {
				t.Fatal(err)
			}
			l := limited{client, ratelimit.New(ratelimit.Options{Path: filepath.Join(t.TempDir(), "rate")}), time.Now}
			c, err := l.RoleCredentials(t.Context(), secret.New("a token of the test"), "111122223333", "ReadOnly")
			if !errors.Is(err, tt.want) || tt.want == nil && c.AccessKeyID != "ASIAX" || requests.Load() != tt.requests {
				t.Errorf("%d requests, error %v", requests.Load(), err)
			}
		})
	}
}
