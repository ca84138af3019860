package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A refresh token works once, even if many clients use it at the same time.
func TestStormOnOneRefreshToken(t *testing.T) {
	for _, tt := range []struct {
		name  string
		grace time.Duration
		want  int32
	}{{"single use", 0, 1}, {"with grace", time.Minute, 60}} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := emulator.New(emulator.Config{RefreshGrace: tt.grace})
			if err != nil {
				t.Fatal(err)
			}
			id, secret := registerAt(t, e)
			_, refresh := deviceLogin(t, e, id, secret, "jane")
			body := fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"grantType":"refresh_token","refreshToken":%q}`, id, secret, refresh)
			var ok atomic.Int32
			var wg sync.WaitGroup
			for range 60 {
				wg.Go(func() {
					if post(e, "/token", body).Code == 200 {
						ok.Add(1)
					}
				})
			}
			wg.Wait()
			if got := ok.Load(); got != tt.want {
				t.Errorf("%d refreshes succeeded, want %d", got, tt.want)
			}
		})
	}
}

// All operations run at the same time, so that the race detector can find races.
func TestConcurrentUse(t *testing.T) {
	e, err := emulator.New(emulator.Config{AdminToken: "t"})
	if err != nil {
		t.Fatal(err)
	}
	id, secret := registerAt(t, e)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				deviceLogin(t, e, id, secret, "jane")
			}
		})
		wg.Go(func() {
			for range 20 {
				switch i {
				case 0:
					e.Advance(time.Second)
				case 1:
					e.AddFault(emulator.Fault{Operation: "ConsoleLogin"})
				case 2:
					e.ClearFaults()
				case 3:
					if err := e.Reload(emulator.Config{}); err != nil {
						t.Error(err)
					}
				case 4:
					e.RevokeSessions("alice")
				case 5:
					e.SetRateLimits(false)
				default:
					_, _, _ = e.Requests(), e.Counts(), e.Users()
				}
			}
		})
	}
	wg.Wait()
}

// A lockedBuffer is a log for concurrent writers.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestLogsContainNoSecrets(t *testing.T) {
	var log lockedBuffer
	c := emulator.BuiltIn()
	c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.AdminToken = adminToken
	x := newTester(t, c)
	code := x.code("alice")
	x.keep(x.must(200, "/token", x.codeBody(code)))
	old := *x
	x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", x.refresh)))
	key := x.keys("444455556666", "DeveloperAccess")
	x.adminDo("GET", "state", "")
	x.portal("/assignment/accounts?next_token=" + x.access) // the token is in a wrong place
	x.do("GET", "/federation?Action=getSigninToken&Session="+key.SecretAccessKey, nil)

	records, err := json.Marshal(x.srv.Requests())
	if err != nil {
		t.Fatal(err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	for what, written := range map[string]string{"log": log.String(), "request log": string(records)} {
		if !strings.Contains(written, "GetRoleCredentials") {
			t.Errorf("the %s is empty", what)
		}
		for name, secret := range map[string]string{
			"code": code, "access token": x.access, "old access token": old.access, "refresh token": x.refresh, "client secret": x.secret,
			"secret key": key.SecretAccessKey, "session token": key.SessionToken, "password": "correct horse", "admin token": adminToken, "verifier": x.verifier,
		} {
			if strings.Contains(written, secret) {
				t.Errorf("the %s contains the %s", what, name)
			}
		}
	}
}
