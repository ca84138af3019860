// Package warm answers the most frequent commands before the rest of the program starts. It
// answers "prompt", and requests to complete the name of a profile. It answers "sso
// get-credentials" if the credentials of the SSO role or of the assumed role are in the cache,
// and the session's token is not due for a refresh.
//
// A tool that uses credential_process starts lanyard once for each of its own processes. Most
// of the time of a start is the initialisation of packages that this answer does not need:
// HTTP, TLS, the SDK. Go initialises a package as soon as its imports are ready, in the order
// of import paths. This package imports little, so its init runs before the init of net/http.
// The program has no other init.
//
// The normal command prints the same answer, because both use the same code for config,
// profile and cache. If the cache does not have the answer, or an error or a warning occurs,
// init does nothing and the normal command runs.
package warm

import (
	"os"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/completion"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/prompt"
	"github.com/lanyard-cli/lanyard/internal/rolecache"
	"github.com/lanyard-cli/lanyard/internal/rulefile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

func init() {
	if len(os.Args) > 1 && os.Args[1] == shell.CompletionRequest && isLanyard(os.Args[0]) && completion.AnswerProfiles(os.Args[2:], os.LookupEnv, os.Stdout) {
		os.Exit(0)
	}
	answer, ok := Answer(os.Args, os.LookupEnv, time.Now())
	if !ok {
		return
	}
	switch n, err := os.Stdout.Write(answer); {
	case err == nil:
		os.Exit(0)
	case n > 0: // part of the answer is written, so the normal command must not write the answer again
		os.Exit(255)
	}
}

// Answer returns the output of the command line args, which include the program's name. ok is
// false if args is not a simple "sso get-credentials" or "prompt", or if the cache does not
// have the answer.
func Answer(args []string, lookupEnv func(string) (string, bool), now time.Time) ([]byte, bool) {
	if name, format, ok := parsePrompt(args); ok {
		seg, err := prompt.Find(name, lookupEnv, now)
		if err != nil {
			return nil, true // a prompt shows no errors
		}
		return []byte(seg.Text(format)), true
	}
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
	if !rulefile.AllowQuick(lookupEnv) {
		return nil, false // only the normal command applies rules and forwards the audit record
	}
	cache := ssocache.Dir{Home: home}
	account, role := p.AccountID, p.RoleName
	var creds ssocache.Credentials
	switch p.Kind {
	case profile.SSO:
		creds, ok = ssoRole(cache, p, now)
	case profile.AssumeRole:
		var arn string
		creds, arn, ok = assumedRole(cache, p, lookupEnv, now)
		account, role = profile.ARNParts(arn)
	default:
		return nil, false
	}
	if !ok {
		return nil, false
	}
	if !record(lookupEnv, audit.Entry{Time: now, Profile: p.Name, Account: account, Role: role, KeyID: creds.AccessKeyID, Expires: creds.Expiration}) {
		return nil, false
	}
	return creds.ProcessJSON(), true
}

// record adds the answer to the audit record. If that fails, the normal command tries again, and
// knows whether the settings require the record.
func record(lookupEnv func(string) (string, bool), e audit.Entry) bool {
	log, ok := audit.In(lookupEnv)
	if !ok {
		return false
	}
	e.Event, e.Decision, e.Source, e.Command = audit.Credentials, audit.Allowed, audit.Cache, "sso get-credentials"
	e.Caller = audit.Self(caller.Detect(lookupEnv))
	_, err := log.Append(e)
	return err == nil
}

// ssoRole returns the cached credentials of the profile's SSO role.
func ssoRole(cache ssocache.Dir, p *profile.Profile, now time.Time) (ssocache.Credentials, bool) {
	var none ssocache.Credentials
	s := p.Session
	if !validToken(cache, p, now) {
		return none, false
	}
	creds, err := cache.LoadCredentials(ssocache.RoleName(p.AccountID, p.RoleName, s.Name, s.StartURL))
	if err != nil || !creds.Belongs(s.StartURL) || !creds.Reusable(now) {
		return none, false
	}
	portal, err := p.ForSession().Endpoint("SSO")
	if err != nil || !ssocache.EndpointAt(portal.URL, portal.Env).Takes(creds.Origin) {
		return none, false
	}
	return creds, true
}

// validToken reports whether the profile's session has a token that is valid and not due. A due
// token is refreshed on every use, even if the cached credentials are valid.
func validToken(cache ssocache.Dir, p *profile.Profile, now time.Time) bool {
	s := p.Session
	if cache.HasMarker(s.Key()) {
		return false
	}
	tok, err := cache.LoadToken(s.Key())
	if err != nil || !tok.Belongs(s.StartURL, s.Region) || tok.Left(now) <= 0 {
		return false
	}
	return !tok.Due(now, s.Window()) || s.AutoRefresh == profile.Off
}

// assumedRole returns the cached credentials of the role that the profile assumes, and the ARN of
// the role. Lanyard must have written them, because the files of other programs need more checks.
func assumedRole(cache ssocache.Dir, p *profile.Profile, lookupEnv func(string) (string, bool), now time.Time) (c ssocache.Credentials, arn string, ok bool) {
	var none ssocache.Credentials
	chain, warnings, err := p.Chain()
	if err != nil || len(warnings) > 0 {
		return none, "", false
	}
	if chain.Start.Kind == profile.SSO && !validToken(cache, chain.Start.Profile, now) {
		return none, "", false
	}
	entries, err := rolecache.Entries(p, chain, lookupEnv)
	if err != nil || len(entries) == 0 {
		return none, "", false
	}
	entry := entries[len(entries)-1]
	for _, name := range []string{entry.File, ssocache.PrivateName(entry.File, entry.Source)} {
		if a, err := cache.LoadAssumed(name); err == nil && a.Source == entry.Source && a.Reusable(now) {
			return a.Credentials, chain.Roles[len(chain.Roles)-1].ARN, true
		}
	}
	return none, "", false
}

// parse returns the profile in the arguments of "sso get-credentials". ok is false if they
// have a flag other than --profile.
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

// parsePrompt returns the profile and the format in the arguments of "prompt". ok is false if
// they have a flag other than --profile and --format.
func parsePrompt(args []string) (name, format string, ok bool) {
	if len(args) < 2 || args[1] != "prompt" || !isLanyard(args[0]) {
		return "", "", false
	}
	for rest := args[2:]; len(rest) > 0; rest = rest[1:] {
		flag, value, given := strings.Cut(rest[0], "=")
		if !given {
			if len(rest) == 1 {
				return "", "", false
			}
			rest, value = rest[1:], rest[1]
		}
		switch flag {
		case "--profile":
			name = value
		case "--format":
			format = value
		default:
			return "", "", false
		}
	}
	return name, format, true
}

// isLanyard reports whether the program's name is not aws. The AWS CLI has no command prompt.
func isLanyard(program string) bool {
	program = strings.TrimSuffix(program, ".exe")
	return program[strings.LastIndexAny(program, `/\`)+1:] != "aws"
}

// resolve returns the profile. ok is false after an error or a warning.
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
	return p, err == nil && len(warnings) == 0
}
