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

// atOther returns endpoints that settings name; env says that an environment variable
// does.
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

// led is a process whose settings lead elsewhere.
func (f *fixture) led(e broker.Endpoints) *broker.Broker {
	b := f.Process()
	b.Endpoints = func() (broker.Endpoints, error) { return e, nil }
	return b
}

// watchOther answers all requests to the other service: it takes no access token, and
// gives a token of its own for any refresh token. It returns the requests.
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
		t.Errorf("%v, want an OriginError", err)
	}
}

// Settings that lead to another service than the one that issued a session cause no
// request there, whatever state the session is in.
func TestASecretIsSentToItsOriginOnly(t *testing.T) {
	states := map[string]func(*fixture){
		"live":    func(*fixture) {},
		"due":     func(*fixture) { sleep(50 * time.Minute) },
		"expired": func(*fixture) { sleep(2 * time.Hour) },
	}
	for name, prepare := range states {
		for way, e := range map[string]broker.Endpoints{
			"both": atOther(true, true, false), "both by the environment": atOther(true, true, true),
			"portal": atOther(false, true, false), "portal by the environment": atOther(false, true, true),
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
						_, err := f.led(e).Get(f.T.Context(), r)
						if way == "sign-in" && name == "live" {
							if err != nil {
								t.Errorf("nothing has to be sent to the sign-in service: %v", err)
							}
							continue
						}
						mustBeRefused(t, err)
					}
					if way == "sign-in" && name == "live" { // the service has ended the access token
						f.Emu.ExpireAccessTokens()
						r := f.Request()
						r.RoleName = "DeveloperAccess"
						_, err := f.led(e).Get(f.T.Context(), r)
						mustBeRefused(t, err)
					}
					if len(*got) > 0 || string(f.Stored("corp").Encode()) != before {
						t.Errorf("the other service got %q", *got)
					}
				})
			})
		}
	}
}

// Role credentials are served at the portal that gave them, and are not replaced by
// those of another one.
func TestRoleCredentialsStayWithTheirPortal(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		want := f.MustGet()
		got := f.watchOther()
		_, err := f.led(atOther(true, true, false)).Get(f.T.Context(), f.Request())
		mustBeRefused(t, err)
		// A session of the other service that took its place.
		tok := f.Stored("corp")
		tok.Origin = ssocache.Origin{SignIn: other, Portal: other}
		if err := f.Files.SaveToken("corp", tok); err != nil {
			t.Fatal(err)
		}
		f.Before = nil
		a, err := f.led(atOther(true, true, false)).Get(f.T.Context(), f.Request())
		if err != nil || a.Credentials.AccessKeyID == want.AccessKeyID {
			t.Errorf("%s, %v; want other keys than %s", a.Credentials.AccessKeyID, err, want.AccessKeyID)
		}
		if again := f.MustGet(); again.AccessKeyID != want.AccessKeyID {
			t.Errorf("the keys in the cache are %s now, want %s", again.AccessKeyID, want.AccessKeyID)
		}
		if len(*got) > 0 {
			t.Errorf("the other service got %q", *got)
		}
	})
}

// A token that another program wrote is AWS's, or that of the endpoint on this machine
// that the environment names.
func TestATokenWithoutAnOrigin(t *testing.T) {
	foreign := func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		tok := f.Stored("corp")
		tok.Origin = ssocache.Origin{}
		if err := f.Files.SaveToken("corp", tok); err != nil {
			f.T.Fatal(err)
		}
	}
	t.Run("by a config file", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			got := f.watchOther()
			_, err := f.led(atOther(true, true, false)).Get(f.T.Context(), f.Request())
			mustBeRefused(t, err)
			if len(*got) > 0 {
				t.Errorf("the other service got %q", *got)
			}
		})
	})
	t.Run("by the environment", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			if _, err := f.led(atOther(true, true, true)).Get(f.T.Context(), f.Request()); err != nil {
				t.Fatal(err)
			}
			if o := f.Stored("corp").Origin; o != (ssocache.Origin{SignIn: other, Portal: other}) {
				t.Errorf("the successor is of %+v", o)
			}
		})
	})
	t.Run("nothing named", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			f.MustGet()
			if o := f.Stored("corp").Origin; o != (ssocache.Origin{SignIn: ssocache.AWS, Portal: ssocache.AWS}) {
				t.Errorf("the successor is of %+v", o)
			}
		})
	})
	t.Run("one of two named", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			_, err := f.led(atOther(true, false, true)).Get(f.T.Context(), f.Request())
			mustBeRefused(t, err) // issued by the one, it must not be sent to the other
			if o := f.Stored("corp").Origin; o != (ssocache.Origin{SignIn: other, Portal: other}) {
				t.Errorf("the successor is of %+v", o)
			}
		})
	})
	t.Run("a no of the local service is none of AWS", func(t *testing.T) {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			foreign(f)
			f.Before = func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: http.StatusBadRequest, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
					Body: io.NopCloser(strings.NewReader(`{"error":"invalid_grant","error_description":"Unknown"}`)),
				}, nil
			}
			_, err := f.led(atOther(true, true, true)).Get(f.T.Context(), f.Request())
			mustBeEnded(t, err)
			f.Before = nil
			f.MustGet()
			f.Count(refresh, 1)
		})
	})
}

// AWS's own endpoint in a setting is AWS.
func TestAWSsOwnEndpointIsAWS(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		b := f.led(broker.Endpoints{
			SignIn: profile.Endpoint{URL: "https://OIDC-fips.us-east-1.amazonaws.com:443/"},
			Portal: profile.Endpoint{URL: "https://portal.sso.us-east-1.api.aws"},
		})
		if err := b.MaySignIn(f.Session, false); err != nil {
			t.Error(err)
		}
		b = f.led(broker.Endpoints{Portal: profile.Endpoint{URL: "https://portal.sso.eu-west-1.amazonaws.com"}})
		if err := b.MaySignIn(f.Session, false); err == nil {
			t.Error("AWS's endpoint of another region passes")
		}
	})
}

// A sign-out goes to the service that issued the token, with its revokedToken.
func TestASignOutGoesToTheOrigin(t *testing.T) {
	for name, age := range map[string]time.Duration{"live": 0, "expired": 2 * time.Hour} {
		for _, all := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				withFixture(t, emulator.Config{}, func(f *fixture) {
					f.Login()
					sleep(age)
					got := f.watchOther()
					b := f.led(atOther(true, true, true))
					out, err := b.Logout(f.T.Context(), f.Session, nil)
					if all {
						out, err = b.LogoutAll(f.T.Context())
					}
					if err != nil || len(out.Unrevoked) > 0 {
						t.Fatalf("%+v, %v", out, err)
					}
					for _, r := range out.Revoked {
						if err := b.Verify(f.T.Context(), r); err != nil {
							t.Error(err)
						}
					}
					f.Count("Logout", 1)
					if len(*got) > 0 {
						t.Errorf("the other service got %q", *got)
					}
				})
			})
		}
	}
}

// A sign-in at another service leaves a live session alone, unless it is forced, and is
// refused where only one of the two services is named.
func TestASignInElsewhere(t *testing.T) {
	signIn := func(f *fixture, e broker.Endpoints, force bool) (bool, error) {
		done := false
		in := f.ByCode("sso login", f.Approve)
		do := in.Do
		in.Force = force
		in.Do = func(ctx context.Context, keep broker.Keep) error { done = true; return do(ctx, keep) }
		_, err := f.led(e).Login(f.T.Context(), f.Session, in)
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
					t.Errorf("%v, want an EndpointsError", err)
				}
			}
		}
		if done || string(f.Stored("corp").Encode()) != before {
			t.Error("somebody was sent to the other service, or the session has changed")
		}
		if _, err := signIn(f, atOther(true, true, true), true); err != nil || f.Stored("corp").Origin.Portal != other {
			t.Errorf("%+v, %v", f.Stored("corp").Origin, err)
		}
		sleep(100 * 24 * time.Hour) // that session is over
		if _, err := signIn(f, broker.Endpoints{}, false); err != nil || f.Stored("corp").Origin.Portal != ssocache.AWS {
			t.Errorf("%+v, %v", f.Stored("corp").Origin, err)
		}
	})
}

// A renewal does not replace the session's copy under another name that came from
// another service.
func TestARenewalLeavesACopyOfAnotherOrigin(t *testing.T) {
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
			t.Errorf("the copy is of %s now", got)
		}
	})
}

// A config file cannot lead a token of AWS to another portal by naming AWS's sign-in
// endpoint, in whatever form, and a region that is not the session's.
func TestASignInAtAWSForAnotherPortal(t *testing.T) {
	refused := []string{
		"https://oidc.eu-west-1.amazonaws.com", "https://oidc.us-east-1.amazonaws.com.", "https://oidc.us-east-1.amazonaws.com:0443",
		"https://OIDC.us-east-1.amazonaws.com/x", "https://oidc.eu-west-1.api.aws", "https://oidc.cn-north-1.amazonaws.com.cn",
		"https://oidc.us-east-1.amazonaws.com",
	}
	withFixture(t, emulator.Config{}, func(f *fixture) {
		for _, signIn := range refused {
			e := broker.Endpoints{SignIn: profile.Endpoint{URL: signIn, From: "a setting"}, Portal: profile.Endpoint{URL: other, From: "a setting"}}
			var mixed *broker.EndpointsError
			if err := f.led(e).MaySignIn(f.Session, true); !errors.As(err, &mixed) {
				t.Errorf("%s: %v, want an EndpointsError", signIn, err)
			}
		}
		for _, e := range []broker.Endpoints{
			{SignIn: profile.Endpoint{URL: "https://oidc.eu-west-1.amazonaws.com"}, Portal: profile.Endpoint{URL: "https://portal.sso.eu-west-1.amazonaws.com"}},
			{SignIn: profile.Endpoint{URL: "http://127.0.0.1:3"}, Portal: profile.Endpoint{URL: other}},
		} {
			if err := f.led(e).MaySignIn(f.Session, true); err != nil {
				t.Errorf("%s: %v", e.SignIn.URL, err)
			}
		}
	})
}
