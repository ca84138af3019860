package emulatortest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A Client is what [TestClient] tests: a program or library that signs people in
// at Identity Center and gets them role credentials. It keeps what it learns
// between calls, in files of its own or in memory.
type Client interface {
	// Login signs a person in. The client hands open the address that the person
	// is to visit, once, and may do so in a goroutine of its own; open returns when
	// the person is done. Login fails if the person refuses.
	Login(ctx context.Context, open func(address string) error) error
	// Credentials returns credentials of a role for the person who is signed in.
	// It opens no browser: where only a new sign-in would help, it fails.
	Credentials(ctx context.Context, account, role string) (Credentials, error)
	// Logout ends the sign-in, at the server too.
	Logout(ctx context.Context) error
}

// Credentials are keys of a role.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time
}

// TestClient runs the conformance suite, every case as a subtest, against clients
// that newClient makes for the server of the case. A client must not share its
// files with another one, nor with the person who runs the tests. Cases that a
// client cannot pass by design are left out with the -skip flag of go test.
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

// An attempt is one case under way.
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

// works wants credentials that are jane's.
func (a *attempt) works() {
	a.Helper()
	c, err := a.client.Credentials(a.ctx, account, role)
	if err != nil {
		a.Fatalf("credentials: %v", err)
	}
	arn, err := a.srv.Identify(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
	if err != nil || !strings.Contains(arn, arnPart) || !strings.HasSuffix(arn, "/jane") {
		a.Errorf("the credentials are those of %q: %v", arn, err)
	}
	if left := c.Expires.Sub(a.srv.Now()); left < 58*time.Minute || left > time.Hour+time.Minute {
		a.Errorf("the client says that the credentials live %v, the server gave them an hour", left)
	}
}

// fails wants no credentials of the role.
func (a *attempt) fails(account, role string) {
	a.Helper()
	if c, err := a.client.Credentials(a.ctx, account, role); err == nil {
		a.Errorf("the client has credentials of %s in %s: %s", role, account, c.AccessKeyID)
	}
}

// atMost wants no more than n requests for the operation.
func (a *attempt) atMost(n int, operation string) {
	a.Helper()
	if got := a.srv.Count(operation); got > n {
		a.Errorf("%d requests for %s, want no more than %d", got, operation, n)
	}
}

var errNobody = errors.New("the person has gone away")
