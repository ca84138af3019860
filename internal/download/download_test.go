package download_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/download"
)

func TestGet(t *testing.T) {
	var referer string
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		referer = r.Referer()
		_, _ = w.Write([]byte("elsewhere"))
	}))
	defer other.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("12345678")) })
	mux.Handle("/other", http.RedirectHandler(other.URL, http.StatusFound))
	mux.Handle("/plain", http.RedirectHandler(plain.URL, http.StatusFound))
	mux.Handle("/again", http.RedirectHandler("/again", http.StatusFound))
	srv := httptest.NewTLSServer(mux)
	defer srv.Close()
	secret := strings.Replace(srv.URL, "https://", "https://bot:s3cr3t@", 1)
	for name, c := range map[string]struct {
		location, want, fails string
		limit                 int
	}{
		"a file":             {srv.URL + "/file", "12345678", "", 8},
		"a larger file":      {srv.URL + "/file", "", "more than 7 bytes", 7},
		"another server":     {secret + "/other?sig=s3cr3t", "elsewhere", "", 100},
		"without https":      {plain.URL, "", "only https", 100},
		"a path":             {"/etc/hostname", "", "only https", 100},
		"a file URL":         {"file:///etc/hostname", "", "only https", 100},
		"redirect to http":   {srv.URL + "/plain", "", "without https", 100},
		"redirects for ever": {srv.URL + "/again", "", "too often", 100},
		"missing":            {secret + "/missing", "", "HTTP 404", 100},
		"no server":          {"https://bot:s3cr3t@127.0.0.1:1/x?sig=s3cr3t", "", "refused", 100},
		"not a URL":          {"https://bot:s3cr3t@[::1/x", "", "missing ']'", 100},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := download.Get(t.Context(), srv.Client(), c.location, c.limit)
			if c.fails == "" && (err != nil || string(got) != c.want) {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
			if c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "s3cr3t")) {
				t.Errorf("error %v, want %q and no secret", err, c.fails)
			}
		})
	}
	if referer != "" {
		t.Errorf("the other server got the Referer %q", referer)
	}
}

func TestName(t *testing.T) {
	for location, want := range map[string]string{
		"https://bot:s3cr3t@x.example/a%2Fb?sig=1#f": "https://x.example/a%2Fb",
		"/home/jane/accounts.jsonl":                  "/home/jane/accounts.jsonl",
		`C:\team\accounts.jsonl`:                     `C:\team\accounts.jsonl`,
	} {
		if got := download.Name(location); got != want {
			t.Errorf("Name(%s) = %s, want %s", location, got, want)
		}
	}
}
