package call

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A noRegistrations stores no client registration, so each sign-in registers a client.
type noRegistrations struct{}

func (noRegistrations) Load() (idcenter.Registration, bool) { return idcenter.Registration{}, false }
func (noRegistrations) Save(idcenter.Registration) error    { return nil }
func (noRegistrations) Drop(string) error                   { return nil }

// signedIn signs jane in to an emulator. It returns a client for the emulator, and jane's access
// token.
func signedIn(t *testing.T, srv *emulatortest.Server) (*Client, string) {
	t.Helper()
	c, err := idcenter.New(idcenter.Options{Region: "us-east-1", OIDCEndpoint: srv.URL, PortalEndpoint: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	result, err := c.SignIn(t.Context(), idcenter.SignIn{
		SessionName: "corp", StartURL: srv.StartURL(), Scopes: []string{"sso:account:access"}, Registrations: noRegistrations{},
		Open: func(ctx context.Context, url string) error { return srv.SignIn(ctx, url, "jane") },
		Show: func(string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Client{Endpoint: srv.URL, Region: "us-east-1", Now: srv.Now}, result.Grant.AccessToken.Reveal()
}

// asRole returns a client with the credentials of one of jane's roles.
func asRole(t *testing.T, c *Client, accessToken, account, role string) *Client {
	t.Helper()
	out := call(t, c, "sso", "get-role-credentials", object(t, `{"accessToken":"`+accessToken+`","accountId":"`+account+`","roleName":"`+role+`"}`))
	text := func(name string) string {
		s, _ := find(out, "roleCredentials."+name).(string)
		return s
	}
	return &Client{
		Endpoint: c.Endpoint, Region: c.Region, Now: c.Now,
		Credentials: Credentials{text("accessKeyId"), secret.New(text("secretAccessKey")), secret.New(text("sessionToken"))},
	}
}

func call(t *testing.T, c *Client, service, cliName string, input *document.Object) *document.Object {
	t.Helper()
	svc, op := operation(t, service, cliName)
	out, err := c.Call(t.Context(), svc, op, input)
	if err != nil {
		t.Fatalf("%s %s: %v", service, cliName, err)
	}
	return out
}

func TestAgainstTheEmulator(t *testing.T) {
	srv := emulatortest.Start(t, emulator.Config{})
	c, accessToken := signedIn(t, srv)

	svc, op := operation(t, "sso", "list-accounts")
	pager, err := c.Pages(svc, op, object(t, `{"accessToken":"`+accessToken+`"}`), Paging{PageSize: new(int64(2))})
	if err != nil {
		t.Fatal(err)
	}
	full, err := pager.Full(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list, _ := find(full, "accountList").([]any); len(list) != 6 || srv.Count("ListAccounts") != 3 {
		t.Errorf("%d accounts in %d pages, want 6 in 3: %s", len(list), srv.Count("ListAccounts"), compact(full))
	}

	admin := asRole(t, c, accessToken, "111122223333", "AdministratorAccess")
	identity := call(t, admin, "sts", "get-caller-identity", nil)
	if account, _ := identity.Get("Account"); account != "111122223333" {
		t.Errorf("identity = %s, want account 111122223333", compact(identity))
	}
	assumed := call(t, admin, "sts", "assume-role", object(t, `{"RoleArn":"arn:aws:iam::210987654321:role/Audit","RoleSessionName":"me","ExternalId":"audit-2026"}`))
	if arn := find(assumed, "AssumedRoleUser.Arn"); arn != "arn:aws:sts::210987654321:assumed-role/Audit/me" {
		t.Errorf("assumed role = %s, want Audit in 210987654321", compact(assumed))
	}

	instances := call(t, admin, "ec2", "describe-instances", object(t, `{"InstanceIds":["i-0123456789abcdef0"]}`))
	list, _ := find(instances, "Reservations").([]any)
	if len(list) != 1 {
		t.Fatalf("instances = %s, want one", compact(instances))
	}

	buckets := call(t, admin, "s3api", "list-buckets", nil)
	if list, _ := find(buckets, "Buckets").([]any); len(list) != 2 {
		t.Errorf("buckets = %s, want two", compact(buckets))
	}
	svc, op = operation(t, "s3api", "list-objects-v2")
	pager, err = admin.Pages(svc, op, object(t, `{"Bucket":"account1-website"}`), Paging{PageSize: new(int64(1))})
	if err != nil {
		t.Fatal(err)
	}
	objects, err := pager.Full(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var keys []any
	listed, _ := find(objects, "Contents").([]any)
	for _, o := range listed {
		keys = append(keys, find(o.(*document.Object), "Key"))
	}
	if diff := cmp.Diff([]any{"img/logo a+b.svg", "index.html"}, keys); diff != "" {
		t.Error(diff)
	}
}

func TestRefusalsOfTheEmulator(t *testing.T) {
	srv := emulatortest.Start(t, emulator.Config{})
	c, accessToken := signedIn(t, srv)
	admin := asRole(t, c, accessToken, "111122223333", "AdministratorAccess")

	svc, op := operation(t, "s3api", "list-objects-v2")
	_, err := admin.Call(t.Context(), svc, op, object(t, `{"Bucket":"no-such-bucket"}`))
	if e := new(ServiceError); !errors.As(err, &e) || e.Code != "NoSuchBucket" || e.Status != 404 {
		t.Errorf("missing bucket: %v", err)
	}

	admin.Credentials.SecretAccessKey = secret.New("wrong")
	svc, op = operation(t, "sts", "get-caller-identity")
	_, err = admin.Call(t.Context(), svc, op, nil)
	if e := new(ServiceError); !errors.As(err, &e) || e.Code != "SignatureDoesNotMatch" || e.Operation != "GetCallerIdentity" {
		t.Errorf("error %v, want SignatureDoesNotMatch of GetCallerIdentity", err)
	}

	srv.AddFault(emulator.Fault{Operation: "ListAccounts", Count: 2, Status: 503})
	c.Sleep = func(context.Context, time.Duration) error { return nil }
	call(t, c, "sso", "list-accounts", object(t, `{"accessToken":"`+accessToken+`"}`))
	if n := srv.Count("ListAccounts"); n != 3 {
		t.Errorf("%d attempts, want 3", n)
	}
}
