package ssocache

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

func TestCanonical(t *testing.T) {
	for url, want := range map[string]string{
		"":                                    "",
		"aws":                                 "aws",
		"https://Other.Example":               "https://other.example",
		"HTTPS://other.example:443/":          "https://other.example",
		"https://other.example:8443//":        "https://other.example:8443",
		"https://other.example:80":            "https://other.example:80",
		"http://127.0.0.1:80/":                "http://127.0.0.1",
		"http://127.0.0.1:/":                  "http://127.0.0.1",
		"https://jane:pw@other.example/Path/": "https://other.example/Path",
		"https://real.example@other.example":  "https://other.example",
		"https://other.example?x=y@real":      "https://other.example?x=y@real",
	} {
		if got := Canonical(url); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
}

func TestEndpointTakes(t *testing.T) {
	const local, remote = "http://127.0.0.1:8080", "https://other.example"
	tests := []struct {
		name, url     string
		byEnvironment bool
		takes         []string
	}{
		{"AWS's own", "", false, []string{"", AWS}},
		{"loopback from the environment", local + "/", true, []string{"", local}},
		{"loopback from a file", local, false, []string{local}},
		{"another machine from the environment", remote, true, []string{remote}},
		{"another machine from a file", remote, false, []string{remote}},
		{"a name that looks like loopback", "https://127.0.0.1.other.example", true, nil},
		{"a host that begins with 127", "https://127.other.example.net", true, nil},
		{"loopback with the largest numbers", "http://127.255.255.255:1", true, []string{""}},
		{"a number above 255", "https://127.0.0.999", true, nil},
		{"a number with a leading zero", "https://127.0.0.01", true, nil},
		{"a number with a sign", "https://127.0.0.+1", true, nil},
		{"a missing number", "https://127.0.0.", true, nil},
		{"localhost", "http://LOCALHOST:1", true, []string{"", "http://localhost:1"}},
		{"IPv6 loopback", "http://[::1]:1", true, []string{"", "http://[::1]:1"}},
		{"a user name that looks like loopback", "https://127.0.0.1@other.example", true, []string{remote}},
	}
	for _, tt := range tests {
		e := EndpointAt(tt.url, tt.byEnvironment)
		for _, origin := range []string{"", AWS, local, remote, "http://localhost:1", "http://[::1]:1"} {
			want := false
			for _, o := range tt.takes {
				want = want || o == origin
			}
			if got := e.Takes(origin); got != want {
				t.Errorf("%s takes %q: %v, want %v", tt.name, origin, got, want)
			}
		}
	}
}

func TestOriginIsKept(t *testing.T) {
	end := time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, o := range []Origin{{}, {AWS, AWS}, {"http://127.0.0.1:1", "http://127.0.0.1:1"}, {"https://a.example", "https://b.example"}} {
		tok := Token{AccessToken: secret.New("a"), ExpiresAt: end, Origin: o}
		for what, tok := range map[string]Token{"token": tok, "copy": tok.Copy(), "refreshed": tok.Refreshed(secret.New("b"), secret.String{}, time.Hour, end)} {
			if got, err := ParseToken(tok.Encode()); err != nil || got.Origin != o {
				t.Errorf("%s of %+v: %+v, %v; want the same", what, o, got.Origin, err)
			}
		}
		c := Credentials{AccessKeyID: "A", SecretAccessKey: secret.New("b"), SessionToken: secret.New("c"), Expiration: end, Origin: o.Portal}
		if got, err := ParseCredentials(c.Encode()); err != nil || got.Origin != o.Portal {
			t.Errorf("credentials of %q: %q, %v; want the same", o.Portal, got.Origin, err)
		}
		r := Registration{ClientID: "A", ClientSecret: secret.New("b"), ExpiresAt: end, Origin: o.SignIn}
		if got, err := ParseRegistration(r.Encode()); err != nil || got.Origin != o.SignIn {
			t.Errorf("registration of %q: %q, %v; want the same", o.SignIn, got.Origin, err)
		}
	}
}
