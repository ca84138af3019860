package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The load on "serve ecs": its clients, the requests of each client, and its roles. The
// credentials of both roles expire after shortLife.
const (
	serveClients  = 100
	serveRequests = 1000
	shortLife     = time.Second
)

const otherProfile = `
[profile other]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-east-1
`

// serveLoad prints how many requests "serve ecs" answers in a second while the credentials expire
// every second. It compares this number with an HTTP server that does nothing.
func serveLoad(w *report, dir string, p programs, idc *service) error {
	home, err := newHome(dir, "serve", session+profile+otherProfile)
	if err != nil {
		return err
	}
	front, err := shortLived(idc)
	if err != nil {
		return err
	}
	defer front.Close()
	short := &service{Emulator: idc.Emulator, url: front.URL}
	if err := short.signIn(p, home, "corp"); err != nil {
		return err
	}
	answer := strings.Repeat("x", 1<<10)
	nothing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	defer nothing.Close()
	base := flood([]string{nothing.URL + "/"}, "")
	cmd := exec.Command(p.static, "serve", "ecs", "dev", "other")
	cmd.Env = short.env(home)
	cmd.Stderr = os.Stderr
	urls, token, end, err := begin(cmd)
	if err != nil {
		return err
	}
	defer end()
	before := idc.Count("GetRoleCredentials")
	got := flood(urls, token)
	calls := idc.Count("GetRoleCredentials") - before
	text := fmt.Sprintf("serve ecs, %d clients x %d requests\trequests/s\tx empty\tfailed\tcalls of the service\texpiries seen\n", serveClients, serveRequests)
	text += fmt.Sprintf("empty HTTP server\t%.0f\t1.00\t%d\t\t\n", base.rate, base.failed)
	text += fmt.Sprintf("2 roles, credentials for %v\t%.0f\t%.2f\t%d\t%d\t%d\n", shortLife, got.rate, got.rate/base.rate, got.failed, calls, got.keys)
	w.add("serve ecs, credentials expire every second", fmt.Sprintf("%.2f x an empty server, %d failed, %d calls for %d expiries", got.rate/base.rate, got.failed, calls, got.keys),
		"0 failed, a call for each expiry", got.failed == 0 && int64(calls) == got.keys)
	return printTable(w, "\n"+text)
}

// shortLived starts a server in front of the service. Role credentials from this server expire after
// shortLife.
func shortLived(idc *service) (*httptest.Server, error) {
	target, err := url.Parse(idc.url)
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			if !strings.HasPrefix(r.Request.URL.Path, "/federation/credentials") || r.StatusCode != http.StatusOK {
				return nil
			}
			var v struct {
				RoleCredentials map[string]any `json:"roleCredentials"`
			}
			if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
				return err
			}
			v.RoleCredentials["expiration"] = time.Now().Add(shortLife).UnixMilli()
			data, err := json.Marshal(v)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
			r.Header.Set("Content-Length", fmt.Sprint(len(data)))
			return err
		},
	}), nil
}

// begin starts the endpoint. It returns the URL of each profile and the token.
func begin(cmd *exec.Cmd) (urls []string, token string, end func(), err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", nil, err
	}
	end = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		_, value, _ := strings.Cut(lines.Text(), "FULL_URI=")
		if value != "" {
			urls = append(urls, value)
		}
		if _, file, ok := strings.Cut(lines.Text(), "TOKEN_FILE="); ok {
			data, err := os.ReadFile(file) //nolint:gosec // the endpoint has printed it
			if err == nil && len(urls) == 2 {
				return urls, string(data), end, nil
			}
			end()
			return nil, "", nil, fmt.Errorf("serve ecs printed %q: %w", lines.Text(), err)
		}
	}
	return nil, "", nil, fmt.Errorf("serve ecs has ended: %w", cmd.Wait())
}

// A floodResult is the result of a flood.
type floodResult struct {
	rate         float64 // answers in a second
	failed, keys int64   // failed requests; different access keys in the answers
}

// flood sends the requests of all clients. The clients ask for the URLs in turn. Each request has
// its own connection, because the endpoint closes every connection after the answer.
func flood(urls []string, token string) (r floodResult) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	var failed atomic.Int64
	var keys sync.Map
	var all sync.WaitGroup
	start := time.Now()
	for i := range serveClients {
		all.Go(func() {
			for range serveRequests {
				key, err := askKey(client, urls[i%len(urls)], token)
				if err != nil {
					failed.Add(1)
				}
				keys.Store(key, true)
			}
		})
	}
	all.Wait()
	keys.Range(func(_, _ any) bool { r.keys++; return true })
	r.rate, r.failed = serveClients*serveRequests/time.Since(start).Seconds(), failed.Load()
	return r
}

// askKey sends a request and returns the access key in the answer, or "".
func askKey(client *http.Client, address, token string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, address, http.NoBody) //nolint:noctx // this is a benchmark on loopback
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", token)
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %s", address, resp.Status, body)
	}
	var doc struct {
		AccessKeyID string `json:"AccessKeyId"`
	}
	_ = json.Unmarshal(body, &doc) // the empty server sends no JSON
	return doc.AccessKeyID, err
}
