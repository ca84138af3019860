package loopback_test

import (
	"net/url"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/loopback"
)

func TestHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost":                 true,
		"LocalHost":                 true,
		"127.0.0.1":                 true,
		"127.255.0.9":               true,
		"::1":                       true,
		"0:0:0:0:0:0:0:1":           true,
		"::1%lo":                    true,
		"::ffff:127.0.0.1":          true,
		"::FFFF:7f00:1":             true,
		"":                          false,
		"%":                         false,
		"localhost.":                false,
		"a.localhost":               false,
		"localhost.example.com":     false,
		"127.0.0.1.example.com":     false,
		"127.0.0.1%lo":              false,
		"127.1":                     false, // some resolvers read 127.0.0.1; others read a name
		"127.0.0.01":                false,
		"2130706433":                false,
		"0x7f.0.0.1":                false,
		"0.0.0.0":                   false,
		"128.0.0.1":                 false,
		"::":                        false,
		"::2":                       false,
		"::127.0.0.1":               false,
		"::ffff:10.0.0.1":           false,
		"fe80::1%lo":                false,
		"[::1]":                     false,
		"127.0.0.1:80":              false,
		" 127.0.0.1":                false,
		"localho\u017ft":            false,
		"127\u3002 0\u30020\u30021": false,
	} {
		if got := loopback.Host(host); got != want {
			t.Errorf("Host(%q) = %v, want %v", host, got, want)
		}
	}
}

// url.Hostname removes the port and the brackets and unescapes the zone.
func TestHostOfURL(t *testing.T) {
	for text, want := range map[string]bool{
		"http://LOCALHOST:8080/start":    true,
		"http://127.0.0.1":               true,
		"http://[::1]:1":                 true,
		"http://[::1%25lo]/":             true,
		"http://127.0.0.1@example.com":   false,
		"http://example.com/?127.0.0.1":  false,
		"http://example.com#@127.0.0.1/": false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := loopback.Host(u.Hostname()); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
