package emulatortest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A Client is a program or library that signs users in to Identity Center and gets their role
// credentials. It keeps its state between calls, in its own files or in memory.
type Client interface {
	// Login signs a user in. The client calls open once with the URL for the user. The call can
	// be in another goroutine. open returns when the user is done. If the user denies the
	// request, Login must return an error.
	Login(ctx context.Context, open func(address string) error) error
	// Credentials returns credentials of a role for the signed-in user. It must not open
	// a browser. If it needs a new sign-in, it must return an error.
	Credentials(ctx context.Context, account, role string) (Credentials, error)
	// Logout ends the session on the client and on the server.
	Logout(ctx context.Context) error
}

// Credentials holds role credentials.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time
}

// TestClient runs the conformance suite. Each case is a subtest with its own server. newClient
// returns a client for this server. Clients must not share files with each other, or with the
// user who runs the tests.
//
// Some clients cannot pass a case by design. Use the -skip flag of go test to omit such cases.
func TestClient(t *testing.T, newClient func(t *testing.T, srv *Server) Client) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
			defer stop()
			srv := Start(t, c.config)
			c.run(&attempt{T: t, ctx: ctx, srv: srv, client: newClient(t, srv)})
		})
	}
}

type conformanceCase struct {
	name   string
	config emulator.Config
	run    func(*attempt)
}

// An attempt is a running case.
type attempt struct {
	*testing.T
	ctx    context.Context
	srv    *Server
	client Client
}

const (
	account, role, arnPart = "111122223333", "AdministratorAccess", ":111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_"
)

// login signs jane in.
func (a *attempt) login() {
	a.Helper()
	err := a.client.Login(a.ctx, func(address string) error { return a.srv.SignIn(a.ctx, address, "jane") })
	if err != nil {
		a.Fatalf("login: %v", err)
	}
}

// works checks that the client returns valid credentials of jane.
func (a *attempt) works() {
	a.Helper()
	c, err := a.client.Credentials(a.ctx, account, role)
	if err != nil {
		a.Fatalf("credentials: %v", err)
	}
	arn, err := a.srv.Identify(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
	if err != nil || !strings.Contains(arn, arnPart) || !strings.HasSuffix(arn, "/jane") {
		a.Errorf("the credentials belong to %q: %v", arn, err)
	}
	if left := c.Expires.Sub(a.srv.Now()); left < 58*time.Minute || left > time.Hour+time.Minute {
		a.Errorf("the credentials expire in %v according to the client, want an hour", left)
	}
}

// fails checks that the client returns no credentials for the role.
func (a *attempt) fails(account, role string) {
	a.Helper()
	if c, err := a.client.Credentials(a.ctx, account, role); err == nil {
		a.Errorf("the client returned credentials of %s in %s: %s", role, account, c.AccessKeyID)
	}
}

// atMost checks that the server got at most n requests for the operation.
func (a *attempt) atMost(n int, operation string) {
	a.Helper()
	if got := a.srv.Count(operation); got > n {
		a.Errorf("%d requests for %s, want at most %d", got, operation, n)
	}
}

var errNoUser = errors.New("no user opened the sign-in page")
