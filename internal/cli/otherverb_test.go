package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// other implements the command "other". The command starts a service that issues its own tokens and
// rejects the emulator's. It sets $OTHER to the URL of the service. "other N" checks that the
// service got N requests.
func other(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 {
		if got := strconv.FormatInt(ts.Value("other").(*atomic.Int64).Load(), 10); got != args[0] {
			ts.Fatalf("the other service got %s requests, want %s", got, args[0])
		}
		return
	}
	got := ts.Value("other").(*atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			_, _ = io.WriteString(w, `{"accessToken":"of other","refreshToken":"of other","expiresIn":3600,"tokenType":"Bearer"}`)
			return
		}
		w.Header().Set("X-Amzn-Errortype", "UnauthorizedException")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	ts.Defer(srv.Close)
	ts.Setenv("OTHER", srv.URL)
}
