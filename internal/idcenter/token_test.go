package idcenter

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An interrupt stops a refresh only until the refresh token is sent.
func TestInterruptedRefresh(t *testing.T) {
	reply := func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"accessToken":"access-2","expiresIn":60}`))}, nil
	}
	for _, tt := range []struct {
		name string
		wire roundTrip
		took time.Duration
		err  error
	}{
		{"during the connection", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, time.Second, context.Canceled},
		{"before the token is sent", func(r *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			if _, err := io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			return reply(r)
		}, 2 * time.Second, context.Canceled},
		{"while the token is sent", func(r *http.Request) (*http.Response, error) {
			if _, err := io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			time.Sleep(2 * time.Second)
			if err := r.Context().Err(); err != nil {
				return nil, err
			}
			return reply(r)
		}, 2 * time.Second, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, Options{Region: "us-east-1", HTTP: &http.Client{Transport: tt.wire}})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				start := time.Now()
				grant, err := c.Refresh(ctx, registration, refreshToken)
				if !errors.Is(err, tt.err) || tt.err == nil && grant.AccessToken.Reveal() != "access-2" {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}
