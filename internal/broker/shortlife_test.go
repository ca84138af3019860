package broker_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// answers makes the portal return other credentials each time, after a second. The
// credentials are valid for the duration life.
func (f *fixture) answers(life time.Duration) (calls func() int) {
	n := 0
	var mu sync.Mutex
	f.Before = func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(r.URL.Path, "/federation/credentials") {
			return nil, nil
		}
		sleep(time.Second)
		mu.Lock()
		defer mu.Unlock()
		n++
		now := time.Now()
		body := fmt.Sprintf(`{"roleCredentials":{"accessKeyId":"ASIA%d","secretAccessKey":"s%d","sessionToken":"t%d","expiration":%d}}`,
			n, n, n, now.Add(life).UnixMilli())
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}, "Date": {now.UTC().Format(http.TimeFormat)}},
			Body: io.NopCloser(strings.NewReader(body)), Request: r,
		}, nil
	}
	return func() int { mu.Lock(); defer mu.Unlock(); return n }
}

func TestShortLivedCredentials(t *testing.T) {
	for _, life := range []time.Duration{2 * time.Second, 30 * time.Second, 10 * time.Minute} {
		for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.SetClock(ahead)
				f.Login()
				calls := f.answers(life)
				c := f.useAll(50)
				if n := calls(); n != 1 {
					t.Errorf("credentials valid for %v, clock %v ahead: %d calls for 50 processes, want 1", life, ahead, n)
				}
				if left := c.Left(f.Now()); left > life || left < life-3*time.Second {
					t.Errorf("credentials valid for %v, clock %v ahead: %v left", life, ahead, left)
				}
			})
		}
	}
}

func TestExpiredCredentials(t *testing.T) {
	for _, life := range []time.Duration{0, -time.Hour} {
		for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.SetClock(ahead)
				f.Login()
				calls := f.answers(life)
				var wg sync.WaitGroup
				for range 20 {
					wg.Go(func() {
						if _, err := f.Get(); err == nil || err.Error() != broker.ErrStillExpired.Error() {
							t.Errorf("credentials valid for %v, clock %v ahead: error %v, want ErrStillExpired", life, ahead, err)
						}
					})
				}
				wg.Wait()
				if n := calls(); n != 1 {
					t.Errorf("credentials valid for %v, clock %v ahead: %d calls for 20 processes, want 1", life, ahead, n)
				}
				if _, err := f.Files.LoadCredentials(f.roleName()); !errors.Is(err, ssocache.ErrNotFound) {
					t.Errorf("expired credentials are stored: %v, want ErrNotFound", err)
				}
			})
		}
	}
}

func TestShortLivedToken(t *testing.T) {
	withFixture(t, emulator.Config{TokenLifetime: time.Second}, func(f *fixture) {
		f.Login()
		sleep(time.Minute)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := f.Token(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		f.Count(refresh, 1)
		f.useAll(50)
		if n := f.Emu.Count(refresh); n > 2 {
			t.Errorf("%d refreshes, want at most 2", n)
		}
	})
}
