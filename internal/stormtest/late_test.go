package stormtest_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
)

// A late service has done what it was asked for, and its answer is under way
// until the test lets it arrive.
type late struct {
	url      string
	answered chan struct{} // gets one for every answer that is held
	arrive   chan struct{} // close it to let all answers through
}

// lateAnswers stands in front of the server and holds the answers to requests
// for path.
func lateAnswers(t *testing.T, server, path string) *late {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l := &late{answered: make(chan struct{}, crowd), arrive: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		if strings.HasPrefix(r.Request.URL.Path, path) {
			l.answered <- struct{}{}
			select {
			case <-l.arrive:
			case <-r.Request.Context().Done(): // whoever asked has gone
			}
		}
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	l.url = front.URL
	return l
}

// useFor sends the program to another base URL for some services.
func (h *home) useFor(url string, services ...string) {
	for i, v := range h.env {
		for _, service := range services {
			if strings.HasPrefix(v, "AWS_ENDPOINT_URL_"+service+"=") {
				h.env[i] = "AWS_ENDPOINT_URL_" + service + "=" + url
			}
		}
	}
}
