package provider_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/provider"
)

// signedIn returns a home in which jane has signed in.
func signedIn(t *testing.T) *home {
	t.Helper()
	h := empty(t)
	if err := h.signIn(); err != nil {
		t.Fatal(err)
	}
	return h
}

// empty returns a home without a session.
func empty(t *testing.T) *home {
	t.Helper()
	h, err := newHome()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	return h
}

func TestRetrieve(t *testing.T) {
	h := signedIn(t)
	env := func(variables ...string) []string { return append(append([]string{}, h.env...), variables...) }
	for name, tt := range map[string]struct {
		options provider.Options
		prefix  string // of the access key
		ends    bool
	}{
		"profile":                 {provider.Options{Profile: "dev-admin", Environ: h.env}, "ASIA", true},
		"profile of the variable": {provider.Options{Environ: env("AWS_PROFILE=dev-admin")}, "ASIA", true},
		"assumed role":            {provider.Options{Profile: "chain", Environ: h.env}, "ASIA", true},
		"keys":                    {provider.Options{Profile: "keys", Environ: h.env}, "AKIAEXAMPLE", false},
		"role without a profile":  {provider.Options{AccountID: "111122223333", Role: "AdministratorAccess", Session: "corp", Environ: h.env}, "ASIA", true},
		"profile, not variables":  {provider.Options{Profile: "dev-admin", Environ: env("AWS_ACCESS_KEY_ID=AKIAOTHER", "AWS_SECRET_ACCESS_KEY=s")}, "ASIA", true},
		"keys of the variables":   {provider.Options{Environ: env("AWS_PROFILE=dev-admin", "AWS_ACCESS_KEY_ID=AKIAOTHER", "AWS_SECRET_ACCESS_KEY=s")}, "AKIAOTHER", false},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := provider.New(tt.options).Retrieve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(c.AccessKeyID, tt.prefix) || c.SecretAccessKey == "" || c.Source != provider.Source || c.CanExpire != tt.ends {
				t.Errorf("key %s, source %s, expires %v; want a key %s…, expires %v", c.AccessKeyID, c.Source, c.CanExpire, tt.prefix, tt.ends)
			}
			if left := time.Until(c.Expires); tt.ends && (left < 45*time.Minute || left > 56*time.Minute || c.SessionToken == "" || c.AccountID == "") {
				t.Errorf("%v left, account %q; want about 55 minutes and an account", left, c.AccountID)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	h := signedIn(t)
	for name, tt := range map[string]struct {
		options provider.Options
		want    []string
	}{
		"unknown profile": {provider.Options{Profile: "missing"}, []string{"missing", "could not be found"}},
		"no role":         {provider.Options{AccountID: "111122223333"}, []string{"AccountID 111122223333", "Role"}},
		"no account":      {provider.Options{Role: "R"}, []string{"AccountID"}},
		"account name":    {provider.Options{AccountID: "Production", Role: "R"}, []string{"AccountID \"Production\"", "12 digits"}},
		"session alone":   {provider.Options{Session: "corp"}, []string{"Session corp", "AccountID and Role"}},
		"both":            {provider.Options{Profile: "dev-admin", AccountID: "111122223333", Role: "R"}, []string{"Profile dev-admin", "AccountID"}},
		"several":         {provider.Options{AccountID: "111122223333", Role: "R"}, []string{"2 sessions", "corp, automatic"}},
		"refused role":    {provider.Options{AccountID: "111122223333", Role: "Missing", Session: "corp"}, []string{"ForbiddenException", "no access to role Missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.options.Environ = h.env
			_, err := provider.New(tt.options).Retrieve(t.Context())
			var e *provider.Error
			if !errors.As(err, &e) || errors.Is(err, provider.ErrSignedOut) {
				t.Fatalf("%v, want an Error that is not ErrSignedOut", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q, want %q in it", err, want)
				}
			}
		})
	}
}

// The provider never signs in by itself. The error names the command that signs in.
func TestSignedOut(t *testing.T) {
	h := empty(t)
	for _, profile := range []string{"dev-admin", "automatic", "chain"} {
		_, err := provider.New(provider.Options{Profile: profile, Environ: h.env}).Retrieve(t.Context())
		if !errors.Is(err, provider.ErrSignedOut) || !strings.Contains(err.Error(), "run: lanyard sso login --profile") {
			t.Errorf("%s: %v, want ErrSignedOut with the command", profile, err)
		}
	}
	if n := h.Count("RegisterClient"); n != 0 {
		t.Errorf("%d registrations, want none", n)
	}
}

// Providers that start at the same time make one request.
func TestOneRequest(t *testing.T) {
	h := signedIn(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := provider.New(provider.Options{Profile: "dev-admin", Environ: h.env}).Retrieve(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := h.Count("GetRoleCredentials"); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// If a renewal fails, the SDK's cache continues with the credentials until their real end.
func TestFailedRenewal(t *testing.T) {
	h := signedIn(t)
	p := provider.New(provider.Options{Profile: "dev-admin", Environ: h.env})
	cache := aws.NewCredentialsCache(p, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = 58 * time.Minute // the cache asks again at each call
	})
	first, err := cache.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(h.dir, ".aws", "cli")); err != nil { // the cached roles
		t.Fatal(err)
	}
	h.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Count: 100, Status: http.StatusForbidden})
	second, err := cache.Retrieve(t.Context())
	if err != nil || second.AccessKeyID != first.AccessKeyID {
		t.Errorf("key %s, %v; want the first credentials", second.AccessKeyID, err)
	}
	if left := time.Until(second.Expires); left > time.Minute {
		t.Errorf("%v left, want at most a minute until the cache asks again", left)
	}
	if _, err := provider.New(provider.Options{Profile: "dev-admin", Environ: h.env}).Retrieve(t.Context()); err == nil {
		t.Error("a new provider returned credentials, want the error of the service")
	}
}
