package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// replies implements the command "replies FILE". The command starts a server for services that the
// emulator does not have, and puts its URL into $REPLIES. FILE has a line for each reply: a status, a
// space and a body. The last line repeats. The server writes a line for each request to the file
// requests: method, path, query and body.
func replies(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: replies FILE")
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	log := ts.MkAbs("requests")
	ts.Check(os.WriteFile(log, nil, 0o600))
	var mu sync.Mutex
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		query, _ := url.QueryUnescape(r.URL.RawQuery)
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			fmt.Fprintf(f, "%s %s %s %s\n", r.Method, r.URL.Path, query, body)
			_ = f.Close()
		}
		status, text, _ := strings.Cut(lines[0], " ")
		if len(lines) > 1 {
			lines = lines[1:]
		}
		code, _ := strconv.Atoi(status)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}))
	ts.Defer(srv.Close)
	ts.Setenv("REPLIES", srv.URL)
}
