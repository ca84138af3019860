package cli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// followConsole implements the command "follow-console FILE". The command waits until the program
// opens the browser with the one-time page of a console link. It checks that no process has the
// link in its arguments. Then it opens the page as the browser does, writes the link to FILE, and
// checks that strangers and a second visit do not get the link.
func followConsole(ts *testscript.TestScript, _ bool, args []string) {
	page := wait(ts, ts.Getenv("VISITED"), regexp.MustCompile(`http://127\.0\.0\.1:\d+/console/\S+`))
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	ts.Check(err)
	running := map[string]string{} // the arguments of all processes
	for _, f := range files {
		line, _ := os.ReadFile(f) // the process may have ended
		running[f] = string(line)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	get := func(method, url string, change func(*http.Request)) (int, string) {
		req, err := http.NewRequest(method, url, nil)
		ts.Check(err)
		change(req)
		resp, err := client.Do(req)
		ts.Check(err)
		defer resp.Body.Close()
		return resp.StatusCode, resp.Header.Get("Location")
	}
	for name, change := range map[string]func(*http.Request){
		"another host": func(r *http.Request) { r.Host = "evil.example" },
		"a web page":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a script":     func(r *http.Request) { r.Header.Set("Origin", "null") },
		"another path": func(r *http.Request) { r.URL.Path += "x" },
	} {
		if status, to := get("GET", page, change); status != http.StatusForbidden || to != "" {
			ts.Fatalf("%s: status %d, want 403", name, status)
		}
	}
	if status, _ := get("POST", page, func(*http.Request) {}); status != http.StatusForbidden {
		ts.Fatalf("POST: status %d, want 403", status)
	}
	status, to := get("GET", page, func(*http.Request) {})
	if status != http.StatusSeeOther || !strings.Contains(to, "SigninToken=") {
		ts.Fatalf("status %d, location %q", status, to)
	}
	_, token, _ := strings.Cut(to, "SigninToken=")
	token, _, _ = strings.Cut(token, "&")
	for f, line := range running {
		if strings.Contains(line, token) {
			ts.Fatalf("%s has the sign-in token: %s", f, line)
		}
	}
	if resp, err := client.Get(page); err == nil { // the program may have ended
		resp.Body.Close()
		if resp.StatusCode != http.StatusGone {
			ts.Fatalf("second visit: status %d, want 410", resp.StatusCode)
		}
	}
	ts.Check(os.Remove(ts.Getenv("VISITED")))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(to+"\n"), 0o600))
}

// openConsole implements the command "open-console FILE PATTERN". The command opens the link in
// FILE, and checks that the page of the emulator matches PATTERN.
func openConsole(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := http.Get(strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if text := string(body); resp.StatusCode != http.StatusOK || !regexp.MustCompile(args[1]).MatchString(text) {
		ts.Fatalf("status %d, no match of %s in:\n%s", resp.StatusCode, args[1], text)
	}
}
