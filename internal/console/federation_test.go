package console

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// keys have the characters that a form must escape.
func keys() Keys {
	return Keys{"ASIA" + hard, secret.New("sec" + hard), secret.New(`tok"\` + hard)}
}

func TestTokenSendsTheKeysInTheBody(t *testing.T) {
	var got url.Values
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var err error
		if got, err = url.ParseQuery(string(body)); err != nil || r.Method != http.MethodPost || r.URL.String() != "/federation" {
			t.Errorf("%s %s, %v", r.Method, r.URL, err)
		}
		_, _ = io.WriteString(w, `{"SigninToken":"abc"}`)
	}))
	defer srv.Close()
	f := Federation{Base: srv.URL, HTTP: srv.Client()}
	for duration, want := range map[time.Duration]string{0: "", 90 * time.Minute: "5400"} {
		token, err := f.Token(t.Context(), keys(), duration)
		if err != nil || token.Reveal() != "abc" {
			t.Fatalf("token %q, %v", token.Reveal(), err)
		}
		var session map[string]string
		if err := json.Unmarshal([]byte(got.Get("Session")), &session); err != nil {
			t.Fatal(err)
		}
		if session["sessionId"] != keys().AccessKeyID || session["sessionKey"] != keys().SecretAccessKey.Reveal() || session["sessionToken"] != keys().SessionToken.Reveal() {
			t.Errorf("session %v", session)
		}
		if got.Get("Action") != "getSigninToken" || got.Get("SessionDuration") != want || got.Has("SessionDuration") != (want != "") {
			t.Errorf("form %v, want the duration %q", got, want)
		}
	}
}

// An error contains no secret. The client does not send the keys to another host.
func TestTokenErrors(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the keys went to another host") }))
	defer elsewhere.Close()
	tests := []struct {
		status            int
		contentType, body string
		want              string // "" for no explanation
	}{
		{400, "text/plain; charset=utf-8", "SessionDuration is not valid\nmore", ": SessionDuration is not valid"},
		{403, "text/html", "<html>no</html>", ""},
		{403, "text/plain", "bad key " + keys().SecretAccessKey.Reveal(), ""},
		{400, "text/plain", strings.Repeat("x", 1000), ""},
		{307, "text/plain", "", ""},
		{200, "application/json", "{}", ": the answer has no sign-in token"},
		{200, "text/html", "<html>", ": the answer has no sign-in token"},
	}
	for _, tt := range tests {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", tt.contentType)
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
		}))
		f := Federation{Base: srv.URL, HTTP: srv.Client()}
		_, err := f.Token(t.Context(), keys(), 0)
		var refused *RefusedError
		want := "console sign-in at " + strings.TrimPrefix(srv.URL, "http://") + ": the service answered "
		if !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), http.StatusText(tt.status)+tt.want) || refused.ExitStatus() != 254 {
			t.Errorf("%d %q: error %v", tt.status, tt.body, err)
		}
		srv.Close()
	}
	f := Federation{Base: "http://127.0.0.1:1", HTTP: http.DefaultClient}
	if _, err := f.Token(t.Context(), keys(), 0); err == nil || strings.Contains(err.Error(), "sec") {
		t.Errorf("error %v", err)
	}
}
