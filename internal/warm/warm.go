// Package warm answers the most frequent question of all before the rest of the
// program has started: "sso get-credentials" for a role whose credentials lie in
// the cache and for a session whose token needs no renewal.
//
// A tool that uses credential_process starts us for every one of its own
// processes, and nearly all of that time goes into initialising packages that
// this answer does not need: HTTP, TLS, the SDK. Go initialises packages in the
// order of their import paths as soon as their own imports are ready, so the
// init below runs before net/http's, because it needs little. It is the one
// init of the program.
//
// It only ever gives the answer that the ordinary way would give, by the same
// code for config, profile and cache. On anything else, an error or a warning
// included, it does nothing, and the ordinary way follows.
package warm

import (
	"os"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

func init() {
	answer, ok := Answer(os.Args, os.LookupEnv, time.Now())
	if !ok {
		return
	}
	switch n, err := os.Stdout.Write(answer); {
	case err == nil:
		os.Exit(0)
	case n > 0: // the ordinary way would write a whole answer behind half of one
		os.Exit(255)
	}
}

// Answer returns what "sso get-credentials" prints for the command line args
// (with the program's name), or false if it takes more than the cache.
func Answer(args []string, lookupEnv func(string) (string, bool), now time.Time) ([]byte, bool) {
	name, ok := parse(args)
	if !ok {
		return nil, false
	}
	if chain, _ := lookupEnv("_AWS_CLI_PROFILE_CHAIN"); chain != "" {
		return nil, false
	}
	home, ok := userpath.Home(lookupEnv)
	if !ok {
		return nil, false
	}
	p, ok := resolve(name, lookupEnv)
	if !ok {
		return nil, false
	}
	cache, s := ssocache.Dir{Home: home}, p.Session
	if cache.Elsewhere(s.Key()) {
		return nil, false
	}
	creds, err := cache.LoadCredentials(ssocache.RoleName(p.AccountID, p.RoleName, s.Name, s.StartURL))
	if err != nil || !creds.Belongs(s.StartURL) || !creds.Reusable(now) {
		return nil, false
	}
	portal, err := p.ForSession().Endpoint("SSO")
	if err != nil || !ssocache.EndpointAt(portal.URL, portal.Env).Takes(creds.Origin) {
		return nil, false
	}
	// Every use renews a token that is due, also one that does not need it.
	tok, err := cache.LoadToken(s.Key())
	if err != nil || !tok.Belongs(s.StartURL, s.Region) || tok.Left(now) <= 0 {
		return nil, false
	}
	if tok.Due(now, s.Window()) && s.AutoRefresh != profile.Off {
		return nil, false
	}
	return creds.ProcessJSON(), true
}

// parse understands "sso get-credentials" with at most --profile.
func parse(args []string) (name string, ok bool) {
	if len(args) < 3 || args[1] != "sso" || args[2] != "get-credentials" {
		return "", false
	}
	switch rest := args[3:]; len(rest) {
	case 0:
		return "", true
	case 1:
		return strings.CutPrefix(rest[0], "--profile=")
	case 2:
		return rest[1], rest[0] == "--profile"
	}
	return "", false
}

// resolve finds the profile, unless there is something to say about it.
func resolve(name string, lookupEnv func(string) (string, bool)) (*profile.Profile, bool) {
	config, credentials := profile.Paths(lookupEnv)
	in := profile.Inputs{Profile: name, LookupEnv: lookupEnv}
	wanted := profile.Name(name, lookupEnv)
	var err error
	if in.Config, err = awsconfig.ReadFor(config, false, wanted); err != nil {
		return nil, false
	}
	if in.Credentials, err = awsconfig.ReadFor(credentials, true, wanted); err != nil {
		return nil, false
	}
	p, warnings, err := profile.Resolve(in)
	if err != nil || len(warnings) > 0 || p.Kind != profile.SSO {
		return nil, false
	}
	return p, true
}
