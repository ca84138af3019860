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
	base    []string // what each of its command lines begins with; nil if it is not installed
	install string   // how to get it
	python  bool

	variable string // KEY=VALUE, "" for none

	identity []string // asks STS who a profile is; the profile's name follows
	process  []string // the same for a profile that is not SSO itself, where it differs
	accounts []string // lists accounts in pages; the path of a token file follows
}

// An identity is what STS says, and every client prints.
type identity struct{ Account, Arn, UserId string } //nolint:revive,staticcheck // the service's names

// A listing is how many accounts came, in how many pages.
type listing struct{ Pages, Accounts int }

// each runs the test once for every client. One that is not installed is skipped.
func each(t *testing.T, clients []client, f func(t *testing.T, c client)) {
	t.Helper()
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			c.need(t)
			f(t, c)
		})
	}
}

// others are those of the clients that are not lanyard.
func others(clients []client) []client {
	return slices.DeleteFunc(slices.Clone(clients), func(c client) bool { return c.name == "lanyard" })
}

// oneOfEach leaves out second versions of the same client. It is for tests that
// need not be repeated with those.
func oneOfEach() []client {
	boto3 := ""
	return which(func(c client) bool {
		if boto3 == "" && strings.HasPrefix(c.name, "boto3") {
			boto3 = c.name
		}
		return c.name != "AWS CLI v1" && (!strings.HasPrefix(c.name, "boto3") || c.name == boto3)
	})
}

// which returns the clients that keep wants.
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
		t.Skipf("%s is not installed; get it with: %s", c.name, c.install)
	}
}

func (c client) with(verb []string, argument ...string) invocation {
	args := append(append([]string{}, c.base...), verb...)
	return invocation{append(args, argument...), c.python, c.variable}
}

// whoami is the command line by which the client says who the profile is. It
// needs role credentials for that.
func (c client) whoami(profile string) invocation { return c.with(c.identity, profile) }

// checkAdmin runs the client and expects jane's administrator role.
func (h *home) checkAdmin(t *testing.T, c client) {
	t.Helper()
	checkAdmin(t, h.run(t, c.whoami("dev")))
}

func checkAdmin(t *testing.T, r result) {
	t.Helper()
	var got identity
	r.decode(t, &got)
	if got.Account != "111122223333" || !strings.HasPrefix(got.Arn, adminARN) || !strings.HasSuffix(got.Arn, "/jane") {
		t.Errorf("it is %+v, want jane as administrator of 111122223333", got)
	}
}

// The other tests mean little without knowing what they ran.
func TestInstalledClients(t *testing.T) {
	each(t, everyClient(), func(t *testing.T, c client) { t.Logf("%s, version %s: %s", c.name, c.version, c.base[0]) })
}
