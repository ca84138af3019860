package console

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// If a hundred requests arrive at the same time, one request gets the link.
func TestPageAnswersOnce(t *testing.T) {
	p, err := Serve(secret.New("https://signin.example/federation?SigninToken=x"), func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Wait(t.Context(), time.Nanosecond); !errors.Is(err, ErrNotOpened) || p.IsOpened() {
		t.Errorf("before the first request: %v", err)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var links, gone atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			resp, err := client.Get(p.URL())
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			switch {
			case resp.StatusCode == http.StatusSeeOther && resp.Header.Get("Location") == p.link.Reveal() && resp.Header.Get("Cache-Control") == "no-store":
				links.Add(1)
			case resp.StatusCode == http.StatusGone && resp.Header.Get("Location") == "":
				gone.Add(1)
			}
		})
	}
	all.Wait()
	if links.Load() != 1 || gone.Load() != 99 {
		t.Errorf("%d requests got the link, %d did not", links.Load(), gone.Load())
	}
	if err := p.Wait(t.Context(), time.Minute); err != nil || !p.IsOpened() {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Wait(ended, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait after the end of the context: %v", err)
	}
}
