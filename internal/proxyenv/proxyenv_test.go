package proxyenv_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"runtime"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proxyenv"
)

func TestFindsProxiesAsPythonDoes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the expected values are for systems with case-sensitive variables")
	}
	data, err := os.ReadFile("testdata/oracle.json") // see oracle.py
	if err != nil {
		t.Fatal(err)
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(data, &rows); err != nil || len(rows) < 200 {
		t.Fatalf("%d rows, %v; want at least 200", len(rows), err)
	}
	for _, row := range rows {
		var environ []string
		var target, want string
		if err := json.Unmarshal(row, &[]any{&environ, &target, &want}); err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := proxyenv.Read(environ)
		u, err := p.For(req)
		got := ""
		if u != nil {
			got = u.String()
		}
		if err != nil || got != want || (got != "") != (p.Variable(req.URL) != "") {
			t.Errorf("%q %s: %q, want %q (%v, by %s)", environ, target, got, want, err, p.Variable(req.URL))
		}
	}
}

func TestInvalidProxyURL(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://sts.amazonaws.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"socks5://127.0.0.1:1080", "http://u:secret@a:port", "http://"} {
		_, err := proxyenv.Read([]string{"HTTPS_PROXY=" + value}).For(req)
		var bad *proxyenv.Error
		if !errors.As(err, &bad) || err.Error() != "the proxy in HTTPS_PROXY is not an http or https URL" {
			t.Errorf("%s: %v, want an Error about HTTPS_PROXY", value, err)
		}
	}
}
