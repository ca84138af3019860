//go:build unix

package interop_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A delivery is a server that gives a client the credentials of the profile short.
type delivery struct {
	name string
	// start starts the server. It returns the environment of the client, and the beginning of its
	// command line. It is called once for each client.
	start func(t *testing.T, h *home) (env, prefix []string)
}

// A server is a running "lanyard serve".
type server struct{ *proctest.Process }

// serve starts a server in the home. line is its command line without the program.
func (h *home) serve(t *testing.T, line ...string) server {
	t.Helper()
	return h.serveIn(t, nil, line...)
}

// serveIn does the same as serve. The words of prefix run the program.
func (h *home) serveIn(t *testing.T, prefix []string, line ...string) server {
	t.Helper()
	args := append(append([]string{}, prefix...), lanyardPath)
	c := h.command(invocation{args: append(args, line...)})
	c.Server = true
	return server{c.Start(t)}
}

var exported = regexp.MustCompile(`(?m)^export (\w+)='?([^'"\n]*)'?$`)

// env waits until the server has printed the variable whose name ends in last. It returns all
// variables that the server has printed.
func (s server) env(t *testing.T, last string) (env []string) {
	t.Helper()
	proctest.Eventually(t, "the variables of the server", func() bool { return s.Over() || strings.Contains(s.Stdout.String(), last+"=") })
	for _, m := range exported.FindAllStringSubmatch(s.Stdout.String(), -1) {
		env = append(env, m[1]+"="+m[2])
		if m[1] == "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" { // the shell reads the file for old clients
			token, err := os.ReadFile(m[2])
			if err != nil {
				t.Fatal(err)
			}
			env = append(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN="+string(token))
		}
	}
	if env == nil {
		t.Fatalf("the server printed no variables: %s%s", s.Stdout.String(), s.Stderr.String())
	}
	return env
}

// asked is the command line of a client without a profile. If the client has the verb ambient, it
// runs until the file end exists, and prints its identity twice.
func asked(c client, end string) (inv invocation, stays bool) {
	if strings.HasPrefix(c.name, "AWS CLI") || c.name == "lanyard" {
		return c.with([]string{"sts", "get-caller-identity", "--output", "json"}), false
	}
	return c.with([]string{"ambient"}, end), true
}

// soon is the lifetime of the first credentials of the profile short. It begins when a program asks
// for them, so a busy machine does not matter.
const soon = 8 * time.Second

// newShortHome returns a home in which the credentials of the profile short expire soon. After a
// call of longer, new credentials of the profile are valid for an hour.
func newShortHome(t *testing.T) (h *home, longer func()) {
	t.Helper()
	h = newHome(t, setup{"server", serverConfig, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	write := func(name, text string) {
		if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("short", `cd "$HOME" && keys=$(`+lanyardPath+` sso get-credentials --profile other) || exit
end=$(($(date +%s) + $(cat life)))
end=$(date -u -d @$end +%FT%TZ 2>/dev/null || date -u -r $end +%FT%TZ)
echo "$keys" | sed 's/\("Expiration": \)"[^"]*"/\1"'$end'"/'`)
	write("life", strconv.Itoa(int(soon/time.Second)))
	return h, func() { write("life", "3600") }
}

// expireShort waits until the first credentials of the profile short have expired. It also makes the
// service refuse them.
func (h *home) expireShort(t *testing.T, longer func()) {
	t.Helper()
	h.srv.Advance(5 * time.Hour)
	h.forgetRoles(t)
	longer()
	time.Sleep(soon)
}

// The credentials of a client expire while it runs. The client asks the server again and continues
// with new credentials. A client that runs only once is run again.
func TestExpiryDuringServe(t *testing.T) {
	t.Parallel()
	ecs := delivery{"serve ecs", func(t *testing.T, h *home) (env, prefix []string) {
		t.Helper()
		return h.serve(t, "serve", "ecs", "short").env(t, "TOKEN_FILE"), nil
	}}
	each(t, oneOfEach(), func(t *testing.T, c client) {
		t.Parallel()
		throughExpiry(t, ecs, c)
	})
}

func throughExpiry(t *testing.T, d delivery, c client) {
	t.Helper()
	h, longer := newShortHome(t)
	env, prefix := d.start(t, h)
	env = append(env, "AWS_CONFIG_FILE=/dev/null") // in some clients, a default profile takes precedence
	inv, stays := asked(c, h.path("end"))
	inv.args = append(append([]string{}, prefix...), inv.args...)
	p := h.begin(t, inv, env...)
	proctest.Eventually(t, "the first identity", func() bool { return p.Over() || strings.Contains(p.Stdout.String(), "}\n") })
	if !stays {
		p.Wait(t)
	}
	h.expireShort(t, longer)
	if err := os.WriteFile(h.path("end"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	output := p.Stdout.String()
	if stays {
		p.Wait(t)
		output = p.Stdout.String()
	} else {
		r := h.run(t, inv, env...).must(t)
		output += r.stdout
	}
	var first, second ambientIdentity
	decoder := json.NewDecoder(strings.NewReader(output))
	if err := errors.Join(decoder.Decode(&first), decoder.Decode(&second)); err != nil {
		t.Fatalf("%v; stdout: %s\nstderr: %s", err, output, p.Stderr.String())
	}
	if first.identity != second.identity || !strings.HasPrefix(second.Arn, otherARN) || stays && first.Key == second.Key {
		t.Errorf("the identities are %+v and %+v, want the same role with two keys", first, second)
	}
}

// Every client gets credentials from "serve imds", and new credentials after the server has got
// SIGHUP.
func TestServeIMDS(t *testing.T) {
	t.Parallel()
	each(t, oneOfEach(), func(t *testing.T, c client) {
		t.Parallel()
		h := newHome(t, setup{"server", serverConfig, "corp"}, emulator.Config{})
		h.loginWith(t, clientNamed("lanyard"))
		s := h.serve(t, "serve", "imds", "other")
		env := append(s.env(t, "ENDPOINT"), "AWS_CONFIG_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=false", "AWS_REGION=us-east-1")
		end := h.path("end")
		if err := os.WriteFile(end, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		inv, _ := asked(c, end)
		check := func(when string) {
			t.Helper()
			r := h.run(t, inv, env...).must(t)
			var got identity
			if err := json.NewDecoder(strings.NewReader(r.stdout)).Decode(&got); err != nil || !strings.HasPrefix(got.Arn, otherARN) {
				t.Errorf("%s: the identity is %+v, want the role of the profile other; %v", when, got, err)
			}
		}
		check("at first")
		h.srv.Advance(5 * time.Hour) // the service refuses the first credentials
		h.forgetRoles(t)
		s.reload(t)
		check("after the expiry")
	})
}

// The module of Terraform's AWS provider gets credentials from each server and from the credentials
// file, also after an expiry.
func TestTerraformAndServe(t *testing.T) {
	t.Parallel()
	terraform().need(t)
	served := func(t *testing.T, s server, last string) (lookup, func(t *testing.T)) {
		t.Helper()
		task := lookup{Env: map[string]string{"AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "false"}}
		for _, entry := range s.env(t, last) {
			name, value, _ := strings.Cut(entry, "=")
			task.Env[name] = value
		}
		return task, s.reload
	}
	for name, start := range map[string]func(t *testing.T, h *home) (task lookup, renew func(t *testing.T)){
		"ecs": func(t *testing.T, h *home) (lookup, func(t *testing.T)) {
			t.Helper()
			return served(t, h.serve(t, "serve", "ecs", "other"), "TOKEN_FILE")
		},
		"imds": func(t *testing.T, h *home) (lookup, func(t *testing.T)) {
			t.Helper()
			return served(t, h.serve(t, "serve", "imds", "other"), "ENDPOINT")
		},
		"relay": func(t *testing.T, h *home) (lookup, func(t *testing.T)) {
			t.Helper()
			s := h.serve(t, "serve", "ecs", "other", "--socket", h.path("socket"), "--token-file", h.path("token"))
			s.env(t, "TOKEN_FILE")
			relay := h.serve(t, "serve", "relay", "--listen", "127.0.0.1:0", "--to", "unix:"+h.path("socket"), "--token-file", h.path("token"))
			task, _ := served(t, relay, "FULL_URI")
			return task, s.reload
		},
		"file": func(t *testing.T, h *home) (lookup, func(t *testing.T)) {
			t.Helper()
			write := func(t *testing.T) {
				t.Helper()
				h.run(t, clientNamed("lanyard").with([]string{"credentials", "write", "other"})).must(t)
			}
			write(t)
			return lookup{Profile: "lanyard-other"}, write
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, setup{"server", serverConfig, "corp"}, emulator.Config{})
			h.loginWith(t, clientNamed("lanyard"))
			task, renew := start(t, h)
			check := func(when string) {
				t.Helper()
				if found := terraform().find(t, h, []lookup{task}); !strings.HasPrefix(found[0].Arn, otherARN) {
					t.Errorf("%s: found %+v, want the role of the profile other", when, found[0])
				}
			}
			check("at first")
			h.srv.Advance(5 * time.Hour) // the service refuses the first credentials
			h.forgetRoles(t)
			renew(t)
			check("after the expiry")
		})
	}
}

// reload sends SIGHUP, and waits until the server has read the config again.
func (s server) reload(t *testing.T) {
	t.Helper()
	before := strings.Count(s.Stderr.String(), "\n")
	s.Signal(t, syscall.SIGHUP)
	proctest.Eventually(t, "the reload", func() bool { return strings.Count(s.Stderr.String(), "\n") > before })
}
