package credentials

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/typo"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// roleARN matches the ARN of an IAM role.
var roleARN = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^arn:[a-z0-9-]+:iam::[0-9]{12}:role/\S+$`) })

// Resolve returns the profile in use. With --account and --role, it returns an unnamed profile
// for this role. With --assume-role, the chain of the returned profile ends with the assumed
// role. If --account is the name of an account, Resolve lists the accounts of the session.
func Resolve(ctx context.Context, w *workspace.Workspace, caller string) (*profile.Profile, error) {
	flags := w.App.Flags.Role
	if err := flags.Check(w.App.Flags.Profile); err != nil {
		return nil, err
	}
	if flags.Assume != "" && !roleARN().MatchString(flags.Assume) {
		return nil, command.WithHint(command.Usagef("--assume-role %s is not the ARN of a role", command.Quote(flags.Assume)),
			"for example: --assume-role arn:aws:iam::111122223333:role/deploy")
	}
	resolve := w.Resolve
	if flags.Name != "" {
		resolve = func() (*profile.Profile, error) { return named(ctx, w, flags, caller) }
	}
	p, err := resolve()
	if err != nil || flags.Assume == "" {
		return p, err
	}
	return p.Assuming(flags.Assume), nil
}

// named returns the profile for --account and --role.
func named(ctx context.Context, w *workspace.Workspace, flags command.RoleFlags, caller string) (*profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err != nil { // AWS_PROFILE may name a missing profile, but --role needs no profile
		w.In.LookupEnv = withoutProfile(w.In.LookupEnv)
		if p, err = w.ResolveForLogin(); err != nil {
			return nil, err
		}
	}
	s, err := sessionFor(w, flags.Session)
	if err != nil {
		return nil, err
	}
	w.Use(p)
	made := p.ForRole(s, flags.Account, flags.Name)
	if !profile.ValidAccountID(flags.Account) {
		made.AccountID, err = findAccount(ctx, w, made, flags.Account, caller)
	}
	return made, err
}

// withoutProfile returns an environment without the variables that name a profile.
func withoutProfile(lookup func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if name == "AWS_PROFILE" || name == "AWS_DEFAULT_PROFILE" {
			return "", false
		}
		return lookup(name)
	}
}

// sessionFor returns the session that --sso-session names, or the only session of the config. The
// start URL of legacy profiles is also a name.
func sessionFor(w *workspace.Workspace, name string) (profile.Session, error) {
	if strings.Contains(name, "://") {
		uses, err := w.QuietSessions()
		if err != nil {
			return profile.Session{}, err
		}
		for _, s := range workspace.Distinct(uses) {
			if s.Name == "" && s.Key() == name {
				return s, nil
			}
		}
	}
	if name != "" {
		return w.SessionNamed(name)
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return profile.Session{}, err
	}
	targets := workspace.Distinct(uses)
	switch len(targets) {
	case 0:
		return profile.Session{}, command.WithHint(command.Usagef("--account and --role need a session, and %s has none", w.In.Config.Path), "%s", w.App.SetUpHint())
	case 1:
		return targets[0], nil
	}
	var names []string
	for _, t := range targets {
		if t.Name != "" {
			names = append(names, t.Name)
		}
	}
	return profile.Session{}, command.WithHint(command.Usagef("%s has %d sessions; name the session of --account and --role", w.In.Config.Path, len(targets)),
		"add --sso-session NAME; the sessions are: %s", strings.Join(names, ", "))
}

// findAccount returns the id of the account with a name. The case of the name does not matter.
func findAccount(ctx context.Context, w *workspace.Workspace, p *profile.Profile, name, caller string) (string, error) {
	if bare := strings.ReplaceAll(name, "-", ""); strings.Trim(bare, "0123456789") == "" {
		if profile.ValidAccountID(bare) {
			return bare, nil
		}
		return "", command.Usagef("--account %s: an account id has 12 digits", command.Quote(name))
	}
	accounts, err := listAccounts(ctx, w, p, caller)
	if err != nil {
		return "", err
	}
	var ids, names []string
	for _, a := range accounts {
		if strings.EqualFold(a.Name, name) {
			ids = append(ids, a.ID)
		}
		names = append(names, a.Name)
	}
	switch len(ids) {
	case 1:
		return ids[0], nil
	case 0:
		err := command.Usagef("--account %s: none of your %d accounts has this name", command.Quote(name), len(accounts))
		if near := typo.Nearest(name, names); len(near) > 0 {
			return "", command.WithHint(err, "did you mean: %s", strings.Join(near, ", "))
		}
		return "", command.WithHint(err, "run: %s sso list-accounts%s", w.App.Name, signin.SessionFlag(w.App, p))
	}
	return "", command.WithHint(command.Usagef("--account %s: %d accounts have this name", command.Quote(name), len(ids)),
		"use the id of one of them: %s", strings.Join(ids, ", "))
}

// listAccounts returns the accounts of the profile's session. If the portal rejects the token,
// it tries once more with a new token.
func listAccounts(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) ([]idcenter.Account, error) {
	client, err := w.Client(p, p.Session.StartURL, p.Session.Region)
	if err != nil {
		return nil, err
	}
	var rejected secret.String
	for try := 0; ; try++ {
		answer, err := signin.Get(ctx, w, p, broker.Request{Session: p.Session, Purpose: broker.AccessToken, Caller: caller, Rejected: rejected})
		if err != nil {
			return nil, err
		}
		var accounts []idcenter.Account
		for a, listErr := range client.Accounts(ctx, answer.Token.AccessToken) {
			if err = listErr; err != nil {
				break
			}
			accounts = append(accounts, a)
		}
		if err == nil {
			return accounts, nil
		}
		if try > 0 || !errors.Is(err, idcenter.ErrUnauthorized) {
			return nil, w.AdviseConnection(fmt.Errorf("the accounts of %s could not be listed: %w", p.Session.StartURL, err))
		}
		rejected = answer.Token.AccessToken
	}
}
