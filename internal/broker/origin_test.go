package broker_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const other = "http://127.0.0.1:2"

// atOther returns endpoints at the other service. If env is set, environment variables name
// the endpoints; otherwise another setting does.
func atOther(signIn, portal, env bool) broker.Endpoints {
	var e broker.Endpoints
	if signIn {
		e.SignIn = profile.Endpoint{URL: other, From: "a setting", Env: env}
	}
	if portal {
		e.Portal = profile.Endpoint{URL: other, From: "a setting", Env: env}
	}
	return e
}

// withEndpoints returns the broker of a process whose settings name the endpoints.
func (f *fixture) withEndpoints(e broker.Endpoints) *broker.Broker {
	b := f.Process()
	b.Endpoints = func() (broker.Endpoints, error) { return e, nil }
	return b
}

// watchOther answers the requests to the other service, and records them in the slice that it
// returns. The service refuses access tokens, and issues a token for any refresh token.
func (f *fixture) watchOther() *[]string {
	var got []string
	f.Before = func(r *http.Request) (*http.Response, error) {
		if "http://"+r.URL.Host != other {
			return nil, nil
		}
		body := ""
		if r.Body != nil {
			data, _ := io.ReadAll(r.Body)
			body = string(data)
		}
		got = append(got, r.URL.Path+" "+r.Header.Get("X-Amz-Sso_bearer_token")+" "+body)
		status, reply := http.StatusUnauthorized, `{"message":"Session token not found or invalid"}`
		if r.URL.Path == "/token" {
			status, reply = http.StatusOK, `{"accessToken":"from other","refreshToken":"from other","expiresIn":3600,"tokenType":"Bearer"}`
		}
		return &http.Response{
			StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/json"}, "X-Amzn-Errortype": {"UnauthorizedException"}},
			Body: io.NopCloser(strings.NewReader(reply)),
		}, nil
	}
	return &got
}

func mustBeRefused(t *testing.T, err error) {
	t.Helper()
	var origin *broker.OriginError
	if !errors.As(err, &origin) {
		t.Errorf("error %v, want an OriginError", err)
	}
}

// If the settings name a service that did not issue the token, the broker sends that service
// no request, in any state of the session.
func TestSecretIsSentOnlyToItsOrigin(t *testing.T) {
	states := map[string]func(*fixture){
		"valid":   func(*fixture) {},
		"due":     func(*fixture) { sleep(50 * time.Minute) },
		"expired": func(*fixture) { sleep(2 * time.Hour) },
	}
	for name, prepare := range states {
		for way, e := range map[string]broker.Endpoints{
			"both": atOther(true, true, false), "both in the environment": atOther(true, true, true),
			"portal": atOther(false, true, false), "portal in the environment": atOther(false, true, true),
			"sign-in": atOther(true, false, false),
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				withFixture(t, emulator.Config{}, func(f *fixture) {
					f.Login()
					prepare(f)
					got := f.watchOther()
					before := string(f.Stored("corp").Encode())
					for _, purpose := range []broker.Purpose{broker.AccessToken, broker.RoleCredentials} {
						r := f.Request()
						r.Purpose = purpose
						_, err := f.withEndpoints(e).Get(f.T.Context(), r)
						if way == "sign-in" && name == "valid" {
							if err != nil {
								t.Errorf("a valid token needs no request to the sign-in service: %v", err)
							}
							continue
						}
						mustBeRefused(t, err)
					}
					if way == "sign-in" && name == "valid" { // the service has ended the access token
						f.Emu.ExpireAccessTokens()
						r := f.Request()
						r.RoleName = "DeveloperAccess"
						_, err := f.withEndpoints(e).Get(f.T.Context(), r)
						mustBeRefused(t, err)
					}
					if len(*got) > 0 || string(f.Stored("corp").Encode()) != before {
						t.Errorf("the other service got %q, want nothing, and no change of the token", *got)
					}
				})
			})
		}
	}
}

// Cached role credentials are used only for the portal that issued them. Credentials of
// another portal do not replace them.
func TestRoleCredentialsOfAnotherPortal(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		want := f.MustGet()
		got := f.watchOther()
		_, err := f.withEndpoints(atOther(true, true, false)).Get(f.T.Context(), f.Request())
		mustBeRefused(t, err)
		// Replace the session by a session of the other service.
		tok := f.Stored("corp")
		tok.Origin = ssocache.Origin{SignIn: other, Portal: other}
		if err := f.Files.SaveToken("corp", tok); err != nil {
			t.Fatal(err)
		}
		f.Before = nil
		a, err := f.withEndpoints(atOther(true, true, false)).Get(f.T.Context(), f.Request())
		if err != nil || a.Credentials.AccessKeyID == want.AccessKeyID {
			t.Errorf("credentials %s, %v; want others than %s", a.Credentials.AccessKeyID, err, want.AccessKeyID)
		}
		if again := f.MustGet(); again.AccessKeyID != want.AccessKeyID {
			t.Errorf("cached credentials %s, want %s", again.AccessKeyID, want.AccessKeyID)
		}
		if len(*got) > 0 {
			t.Errorf("the other service got %q, want nothing", *got)
		}
	})
}

// A token of another program counts as issued by AWS. It also counts as issued by the
// endpoint on this machine that the environment names.
func TestTokenWithoutOrigin(t *testing.T) {
	foreign := func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		tok := f.Stored("corp")
		tok.Origin = ssocache.Origin{}
		if err := f.Files.SaveToken("corp", tok); err != nil {
			f.T.Fatal(err)
		}
	}
	t.Run("endpoint in a config file", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			got := f.watchOther()
			_, err := f.withEndpoints(atOther(true, true, false)).Get(f.T.Context(), f.Request())
			mustBeRefused(t, err)
			if len(*got) > 0 {
				t.Errorf("the other service got %q, want nothing", *got)
			}
		})
	})
	t.Run("endpoint in the environment", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			if _, err := f.withEndpoints(atOther(true, true, true)).Get(f.T.Context(), f.Request()); err != nil {
				t.Fatal(err)
			}
			if o := f.Stored("corp").Origin; o != (ssocache.Origin{SignIn: other, Portal: other}) {
				t.Errorf("origin of the new token: %+v", o)
			}
		})
	})
	t.Run("no endpoint", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			f.MustGet()
			if o := f.Stored("corp").Origin; o != (ssocache.Origin{SignIn: ssocache.AWS, Portal: ssocache.AWS}) {
				t.Errorf("origin of the new token: %+v", o)
			}
		})
	})
	t.Run("one endpoint of two", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			_, err := f.withEndpoints(atOther(true, false, true)).Get(f.T.Context(), f.Request())
			mustBeRefused(t, err) // the new token must not be sent to the other portal
			if o := f.Stored("corp").Origin; o != (ssocache.Origin{SignIn: other, Portal: other}) {
				t.Errorf("origin of the new token: %+v", o)
			}
		})
	})
	t.Run("refusal of the local service does not count for AWS", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			f.Before = func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: http.StatusBadRequest, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
					Body: io.NopCloser(strings.NewReader(`{"error":"invalid_grant","error_description":"Unknown"}`)),
				}, nil
			}
			_, err := f.withEndpoints(atOther(true, true, true)).Get(f.T.Context(), f.Request())
			mustBeEnded(t, err)
			f.Before = nil
			f.MustGet()
			f.Count(refresh, 1)
		})
	})
}

// A setting that names AWS's own endpoint changes nothing.
func TestSettingWithOwnEndpointOfAWS(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		b := f.withEndpoints(broker.Endpoints{
			SignIn: profile.Endpoint{URL: "https://OIDC-fips.us-east-1.amazonaws.com:443/"},
			Portal: profile.Endpoint{URL: "https://portal.sso.us-east-1.api.aws"},
		})
		if err := b.MaySignIn(f.Session, false); err != nil {
			t.Error(err)
		}
		b = f.withEndpoints(broker.Endpoints{Portal: profile.Endpoint{URL: "https://portal.sso.eu-west-1.amazonaws.com"}})
		if err := b.MaySignIn(f.Session, false); err == nil {
			t.Error("AWS's endpoint of another region is allowed")
		}
	})
}

// A sign-out and its verification go to the service that issued the token.
func TestSignOutAtOrigin(t *testing.T) {
	for name, age := range map[string]time.Duration{"valid": 0, "expired": 2 * time.Hour} {
		for _, all := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				withFixture(t, emulator.Config{}, func(f *fixture) {
					f.Login()
					sleep(age)
					got := f.watchOther()
					b := f.withEndpoints(atOther(true, true, true))
					out, err := b.Logout(f.T.Context(), f.Session, nil)
					if all {
						out, err = b.LogoutAll(f.T.Context())
					}
					if err != nil || len(out.Unrevoked) > 0 {
						t.Fatalf("logout %+v, %v; want no unrevoked session", out, err)
					}
					for _, r := range out.Revoked {
						if err := b.Verify(f.T.Context(), r); err != nil {
							t.Error(err)
						}
					}
					f.Count("Logout", 1)
					if len(*got) > 0 {
						t.Errorf("the other service got %q, want nothing", *got)
					}
				})
			})
		}
	}
}

// A sign-in at another service fails if it would replace a valid session. The user can force
// the sign-in. It also fails if the settings name only one of the two services.
func TestSignInAtAnotherService(t *testing.T) {
	signIn := func(f *fixture, e broker.Endpoints, force bool) (bool, error) {
		done := false
		in := f.ByCode("sso login", f.Approve)
		do := in.Do
		in.Force = force
		in.Do = func(ctx context.Context, keep broker.Keep) error { done = true; return do(ctx, keep) }
		_, err := f.withEndpoints(e).Login(f.T.Context(), f.Session, in)
		return done, err
	}
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		before := string(f.Stored("corp").Encode())
		done, err := signIn(f, atOther(true, true, true), false)
		mustBeRefused(t, err)
		for _, e := range []broker.Endpoints{atOther(true, false, true), atOther(false, true, true)} {
			for _, force := range []bool{false, true} {
				half, err := signIn(f, e, force)
				var mixed *broker.EndpointsError
				if done = done || half; !errors.As(err, &mixed) {
					t.Errorf("error %v, want an EndpointsError", err)
				}
			}
		}
		if done || string(f.Stored("corp").Encode()) != before {
			t.Error("the user was sent to the other service, or the session has changed")
		}
		if _, err := signIn(f, atOther(true, true, true), true); err != nil || f.Stored("corp").Origin.Portal != other {
			t.Errorf("origin %+v, error %v; want the other portal", f.Stored("corp").Origin, err)
		}
		sleep(100 * 24 * time.Hour) // the session has ended
		if _, err := signIn(f, broker.Endpoints{}, false); err != nil || f.Stored("corp").Origin.Portal != ssocache.AWS {
			t.Errorf("origin %+v, error %v; want the portal of AWS", f.Stored("corp").Origin, err)
		}
	})
}

// A refresh does not replace a token of another service under another name of the session.
func TestRefreshKeepsTokenOfAnotherOrigin(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Names = []string{f.Session.StartURL}
		theirs := f.Stored("corp").Copy()
		theirs.Origin = ssocache.Origin{SignIn: other, Portal: other}
		sleep(50 * time.Minute)
		theirs.ExpiresAt = time.Now().Add(time.Hour)
		if err := f.Files.SaveToken(f.Session.StartURL, theirs); err != nil {
			t.Fatal(err)
		}
		f.MustGet()
		f.Count(refresh, 1)
		if got := f.Stored(f.Session.StartURL).Origin.Portal; !slices.Contains([]string{other}, got) {
			t.Errorf("origin of the copy: %s, want %s", got, other)
		}
	})
}

// A config file could name AWS's sign-in endpoint, in any form or region, together with
// another portal. The sign-in must fail, because that portal would get AWS's tokens.
func TestSignInAtAWSForAnotherPortal(t *testing.T) {
	refused := []string{
		"https://oidc.eu-west-1.amazonaws.com", "https://oidc.us-east-1.amazonaws.com.", "https://oidc.us-east-1.amazonaws.com:0443",
		"https://OIDC.us-east-1.amazonaws.com/x", "https://oidc.eu-west-1.api.aws", "https://oidc.cn-north-1.amazonaws.com.cn",
		"https://oidc.us-east-1.amazonaws.com",
	}
	withFixture(t, emulator.Config{}, func(f *fixture) {
		for _, signIn := range refused {
			e := broker.Endpoints{SignIn: profile.Endpoint{URL: signIn, From: "a setting"}, Portal: profile.Endpoint{URL: other, From: "a setting"}}
			var mixed *broker.EndpointsError
			if err := f.withEndpoints(e).MaySignIn(f.Session, true); !errors.As(err, &mixed) {
				t.Errorf("%s: %v, want an EndpointsError", signIn, err)
			}
		}
		for _, e := range []broker.Endpoints{
			{SignIn: profile.Endpoint{URL: "https://oidc.eu-west-1.amazonaws.com"}, Portal: profile.Endpoint{URL: "https://portal.sso.eu-west-1.amazonaws.com"}},
			{SignIn: profile.Endpoint{URL: "http://127.0.0.1:3"}, Portal: profile.Endpoint{URL: other}},
		} {
			if err := f.withEndpoints(e).MaySignIn(f.Session, true); err != nil {
				t.Errorf("%s: %v", e.SignIn.URL, err)
			}
		}
	})
}
