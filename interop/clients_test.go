package interop_test

import (
	"slices"
	"strings"
	"testing"
)

// A client is a program that reads the AWS config and the caches.
type client struct {
	name    string
	version string
	base    []string // the start of each of its command lines; nil if the client is not installed
	install string   // the command that installs the client
	python  bool

	variable string // KEY=VALUE for its environment, or ""

	identity []string // the arguments for GetCallerIdentity; the name of a profile follows
	process  []string // the same for a profile without SSO settings; nil means identity
	accounts []string // the arguments that list accounts in pages; the path of a token file follows
}

// An identity holds the reply to GetCallerIdentity, as every client prints it.
type identity struct{ Account, Arn, UserId string } //nolint:revive,staticcheck // the service's names

// An ambientIdentity is the identity of a client that names no profile, and its access key.
type ambientIdentity struct {
	identity
	Key string
}

// A listing holds the numbers of pages and accounts that a client received.
type listing struct{ Pages, Accounts int }

// each runs the test once for every client. It skips clients that are not installed.
func each(t *testing.T, clients []client, f func(t *testing.T, c client)) {
	t.Helper()
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			c.need(t)
			f(t, c)
		})
	}
}

// others returns the clients except lanyard.
func others(clients []client) []client {
	return slices.DeleteFunc(slices.Clone(clients), func(c client) bool { return c.name == "lanyard" })
}

// oneOfEach returns only one version of each client.
func oneOfEach() []client {
	boto3 := ""
	return which(func(c client) bool {
		if boto3 == "" && strings.HasPrefix(c.name, "boto3") {
			boto3 = c.name
		}
		return c.name != "AWS CLI v1" && (!strings.HasPrefix(c.name, "boto3") || c.name == boto3)
	})
}

// which returns the clients for which keep returns true.
func which(keep func(client) bool) (some []client) {
	for _, c := range everyClient() {
		if keep(c) {
			some = append(some, c)
		}
	}
	return some
}

func clientNamed(name string) client { return which(func(c client) bool { return c.name == name })[0] }

// need skips the test if the client is not installed.
func (c client) need(t *testing.T) {
	t.Helper()
	if c.base == nil {
		t.Skipf("%s is not installed; to install it: %s", c.name, c.install)
	}
}

func (c client) with(verb []string, argument ...string) invocation {
	args := append(append([]string{}, c.base...), verb...)
	return invocation{append(args, argument...), c.python, c.variable}
}

// whoami returns the command line that prints the identity of a profile. The client needs
// role credentials for it.
func (c client) whoami(profile string) invocation { return c.with(c.identity, profile) }

// checkAdmin runs the client and checks that it has jane's administrator role.
func (h *home) checkAdmin(t *testing.T, c client) {
	t.Helper()
	checkAdmin(t, h.run(t, c.whoami("dev")))
}

func checkAdmin(t *testing.T, r result) {
	t.Helper()
	var got identity
	r.decode(t, &got)
	if got.Account != "111122223333" || !strings.HasPrefix(got.Arn, adminARN) || !strings.HasSuffix(got.Arn, "/jane") {
		t.Errorf("the identity is %+v, want jane as administrator of 111122223333", got)
	}
}

// The log of this test shows with which clients the other tests ran.
func TestInstalledClients(t *testing.T) {
	each(t, everyClient(), func(t *testing.T, c client) { t.Logf("%s, version %s: %s", c.name, c.version, c.base[0]) })
}
