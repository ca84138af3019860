package idcenter

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

func TestCovered(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	code := []string{"authorization_code", "refresh_token"}
	access := []string{"sso:account:access"}
	good := Registration{ClientID: "c", ClientSecret: secret.New("s"), ExpiresAt: now.Add(15 * time.Minute)}
	tests := []struct {
		name   string
		scopes []string // configured
		device bool
		change func(*Registration)
		want   bool
	}{
		{"browser", access, false, func(r *Registration) { r.Scopes, r.GrantTypes = access, code }, true},
		{"browser, scopes by default", nil, false, func(r *Registration) { r.Scopes, r.GrantTypes = access, code }, true},
		{"browser, more scopes than needed", access, false, func(r *Registration) { r.Scopes, r.GrantTypes = []string{"x", access[0]}, code }, true},
		{"browser, a scope missing", []string{"x", access[0]}, false, func(r *Registration) { r.Scopes, r.GrantTypes = access, code }, false},
		{"browser, no scopes", nil, false, func(r *Registration) { r.GrantTypes = code }, false},
		{"browser, registered for device codes", access, false, func(r *Registration) { r.Scopes = access }, false},
		{"device", nil, true, func(*Registration) {}, true},
		{"device, with scopes", access, true, func(r *Registration) { r.Scopes = access }, true},
		{"device, a scope missing", access, true, func(*Registration) {}, false},
		{"device, registered for the browser", nil, true, func(r *Registration) { r.Scopes, r.GrantTypes = access, code }, false},
		{"device, registered for both", nil, true, func(r *Registration) { r.Scopes, r.GrantTypes = access, append(code, grantDevice) }, true},
		{"about to expire", nil, true, func(r *Registration) { r.ExpiresAt = now.Add(15*time.Minute - time.Second) }, false},
		{"no expiration", nil, true, func(r *Registration) { r.ExpiresAt = time.Time{} }, false},
		{"no ID", nil, true, func(r *Registration) { r.ClientID = "" }, false},
		{"no secret", nil, true, func(r *Registration) { r.ClientSecret = secret.String{} }, false},
	}
	for _, tt := range tests {
		reg := good
		tt.change(&reg)
		s := SignIn{Scopes: tt.scopes, Device: tt.device, Now: func() time.Time { return now }}
		if got := s.covered(reg); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestClientName(t *testing.T) {
	now := time.Unix(1795374732, 0)
	for session, want := range map[string]string{
		"":                       "lanyard-1795374732",
		"corp":                   "lanyard-corp",
		"My_Corp.2-x":            "lanyard-My_Corp.2-x",
		"a b/c\"\n":              "lanyard-a-b-c--",
		"Zürich":                 "lanyard-Z-rich",
		strings.Repeat("a", 100): "lanyard-" + strings.Repeat("a", 64),
	} {
		if got := clientName(session, now); got != want {
			t.Errorf("clientName(%q) = %q, want %q", session, got, want)
		}
	}
}

// If the service refuses the grant type for device codes, the client repeats the registration
// with the AWS CLI's grant types.
func TestRegistrationWithoutDeviceCode(t *testing.T) {
	for _, code := range []string{"UnsupportedGrantTypeException", "InvalidClientMetadataException", "InvalidRequestException"} {
		c := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
			if b, _ := io.ReadAll(r.Body); strings.Contains(string(b), "device_code") {
				w.Header().Set("X-Amzn-Errortype", code)
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			oidc(grants)(w, r)
		})
		reg, err := c.register(t.Context(), SignIn{StartURL: startURL, Now: time.Now})
		if err != nil || reg.ClientID != "client-1" || strings.Join(reg.GrantTypes, " ") != "authorization_code refresh_token" {
			t.Errorf("%s: %+v, %v; want client-1 with the AWS CLI's grant types", code, reg, err)
		}
	}
}

// A registration with control characters is not kept.
func TestHostileRegistration(t *testing.T) {
	for _, body := range []string{
		`{"clientId":"c\r\nX-Evil: 1","clientSecret":"s","clientSecretExpiresAt":4070908800}`,
		`{"clientId":"c","clientSecret":"s\u0000","clientSecretExpiresAt":4070908800}`,
	} {
		_, err := clientAt(t, always(200, "", body)).register(t.Context(), SignIn{StartURL: startURL, Now: time.Now})
		if !errors.As(err, new(*ReplyError)) {
			t.Errorf("%s: %v, want a ReplyError", body, err)
		}
	}
}

// The client sends the same requests as the AWS CLI, except for the client name and the grant
// type for device codes.
func TestRequests(t *testing.T) {
	bodies := map[string]string{}
	c := clientAt(t, oidc(grants))
	target, err := url.Parse(c.OIDCURL())
	if err != nil {
		t.Fatal(err)
	}
	spy := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies[r.URL.Path] = string(b)
		r.Body, r.URL.Host, r.URL.Scheme, r.RequestURI = io.NopCloser(strings.NewReader(string(b))), target.Host, target.Scheme, ""
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(w, resp.Body)
	})
	var redirect, address string
	_, err = signIn(t, spy, SignIn{
		SessionName: "corp", StartURL: "https://sso.example.com", IssuerURL: startURL, Scopes: []string{"sso:account:access", "x"},
		Show: func(text string) { address = strings.Fields(text)[len(strings.Fields(text))-1] },
	}, func(to, state string) {
		redirect = to
		get(t, "GET", redirect+"?code=the+code&state="+state, nil)
		get(t, "GET", strings.Replace(redirect, "callback", "done", 1), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	challenge := shown.Query().Get("code_challenge")
	if !strings.Contains(address, "&scopes=sso%3Aaccount%3Aaccess%20x&") {
		t.Errorf("address %s, want an address with both scopes", address)
	}
	want := `{"clientName":"lanyard-corp","clientType":"public","grantTypes":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],` +
		`"issuerUrl":"` + startURL + `","redirectUris":["http://127.0.0.1/oauth/callback"],"scopes":["sso:account:access","x"]}`
	if bodies["/client/register"] != want {
		t.Errorf("register %s\nwant %s", bodies["/client/register"], want)
	}
	var token map[string]string
	if err := json.Unmarshal([]byte(bodies["/token"]), &token); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(token["codeVerifier"]))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != challenge || len(token["codeVerifier"]) != 64 {
		t.Errorf("verifier %q does not match the challenge %q", token["codeVerifier"], challenge)
	}
	delete(token, "codeVerifier")
	exchange := map[string]string{"grantType": "authorization_code", "clientId": "client-1", "clientSecret": "secret-2", "code": "the code", "redirectUri": redirect}
	if len(token) != len(exchange) {
		t.Errorf("token %v, want %d members", token, len(exchange))
	}
	for k, v := range exchange {
		if token[k] != v {
			t.Errorf("token: %s is %q, want %q", k, token[k], v)
		}
	}
}

// A registration that cannot be kept does not stop the sign-in.
func TestRegistrationNotKept(t *testing.T) {
	c := clientAt(t, deviceService(grants))
	if _, err := c.SignIn(t.Context(), SignIn{StartURL: startURL, Device: true, Registrations: readOnlyRegistration{}}); err != nil {
		t.Error(err)
	}
	stale := deviceService(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "stale") {
			always(401, "X-Amzn-ErrorType: InvalidClientException", `{"error":"invalid_client"}`)(w, r)
			return
		}
		grants(w, r)
	})
	res, err := clientAt(t, stale).SignIn(t.Context(), SignIn{StartURL: startURL, Device: true, Registrations: readOnlyRegistration{full: true}})
	if err != nil || res.Registration.ClientID != "client-1" {
		t.Errorf("%+v, %v; want client-1", res.Registration, err)
	}
	lost := clientAt(t, deviceService(always(401, "X-Amzn-ErrorType: InvalidClientException", `{"error":"invalid_client"}`)))
	if _, err := lost.SignIn(t.Context(), SignIn{StartURL: startURL, Device: true, Registrations: readOnlyRegistration{full: true}}); !errors.Is(err, ErrInvalidClient) {
		t.Errorf("client that stays unknown: %v, want ErrInvalidClient", err)
	}
}

// A readOnlyRegistration keeps a registration that cannot be replaced.
type readOnlyRegistration struct{ full bool }

func (r readOnlyRegistration) Load() (Registration, bool) {
	return Registration{ClientID: "stale", ClientSecret: secret.New("secret-2"), ExpiresAt: time.Now().Add(time.Hour)}, r.full
}
func (readOnlyRegistration) Save(Registration) error { return errors.New("read-only") }
func (readOnlyRegistration) Drop(string) error       { return errors.New("read-only") }

// The client drops a registration if no callback arrives, or if the callback has an error
// that may concern the client. It keeps the registration if the user refuses.
func TestCallbackThatDropsRegistration(t *testing.T) {
	for code, want := range map[string]int{"": 1, "access_denied": 0, "invalid_request": 1, "invalid_scope": 1} {
		kept := &shelf{}
		_, err := signIn(t, clientAt(t, oidc(grants)), SignIn{Registrations: kept, Timeout: 300 * time.Millisecond}, func(redirect, state string) {
			if code != "" {
				get(t, "GET", redirect+"?error="+code+"&state="+state, nil)
			}
		})
		if err == nil || kept.drops != want {
			t.Errorf("error %q: %d registrations dropped, want %d; %v", code, kept.drops, want, err)
		}
	}
}

// If the service does not know the kept registration, the sign-in continues with a new
// registration.
func TestCallbackForUnknownClient(t *testing.T) {
	for _, code := range []string{"invalid_client", "unauthorized_client"} {
		kept := &shelf{full: true, reg: Registration{
			ClientID: "old", ClientSecret: secret.New("s"), ExpiresAt: time.Now().Add(time.Hour),
			Scopes: []string{"sso:account:access"}, GrantTypes: []string{grantCode, grantRefresh},
		}}
		c := clientAt(t, oidc(grants))
		tabs := 0
		res, err := c.SignIn(t.Context(), SignIn{StartURL: startURL, Registrations: kept, Open: func(_ context.Context, address string) error {
			u, err := url.Parse(address)
			if err != nil {
				return err
			}
			query := "?code=c&state="
			if tabs++; u.Query().Get("client_id") == "old" {
				query = "?error=" + code + "&state="
			}
			get(t, "GET", u.Query().Get("redirect_uri")+query+u.Query().Get("state"), nil)
			return nil
		}})
		if err != nil || res.Registration.ClientID != "client-1" || !kept.full || kept.reg.ClientID != "client-1" || tabs != 2 {
			t.Errorf("%s: %v, kept %q, %d tabs; want client-1 and 2 tabs", code, err, kept.reg.ClientID, tabs)
		}
	}
}
