package runcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/fanout"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/listing"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/typo"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// targets are the targets of a command, with the session roles that their credentials begin with.
type targets struct {
	list    []fanout.Target
	portal  map[fanout.Target]broker.Request // without an element: no request of a portal is needed
	listErr error                            // why the list of accounts is not complete
}

// sessions returns the sessions of the targets.
func (t targets) sessions() (all []profile.Session) {
	seen := map[string]bool{}
	for _, target := range t.list {
		r, ok := t.portal[target]
		if ok && !seen[r.Session.Key()] {
			seen[r.Session.Key()] = true
			all = append(all, r.Session)
		}
	}
	return all
}

// limiters returns the function for [workspace.Workspace.Limiter].
func (t targets) limiters(w *workspace.Workspace) func(profile.Session) *ratelimit.Limiter {
	var mu sync.Mutex
	known := map[string]*ratelimit.Limiter{}
	return func(s profile.Session) *ratelimit.Limiter {
		mu.Lock()
		defer mu.Unlock()
		if known[s.Key()] == nil {
			known[s.Key()] = listing.LimiterOf(w, s)
		}
		return known[s.Key()]
	}
}

// signIn signs in to the sessions with auto_login before the first run, because later the terminal
// belongs to the outputs.
func (t targets) signIn(ctx context.Context, r *runner) error {
	for _, s := range t.sessions() {
		if !s.AutoLogin {
			continue
		}
		p, err := r.base.ResolveForLogin()
		if err != nil {
			return err
		}
		made := *p
		made.Session = s
		if _, err := signin.Get(ctx, r.base, &made, broker.Request{Session: s, Purpose: broker.AccessToken, Caller: "run"}); err != nil {
			return err
		}
	}
	r.base.NeverSignsIn = true
	return nil
}

// none returns the error for a command without targets.
func (t targets) none(r *runner) error {
	switch {
	case t.listErr != nil:
		return t.listErr
	case r.o.retryFailed:
		fmt.Fprintf(r.app.IO.Err, "%s: nothing to repeat: every run that the flags select has succeeded\n", r.app.Name)
		return nil
	case len(r.o.profiles) > 0:
		return command.WithHint(command.Failuref("no profile with credentials matches --profile %s", quoted(r.o.profiles)),
			"to list your profiles, run: %s configure list-profiles", r.app.Name)
	}
	return command.WithHint(command.Failuref("no account matches%s", r.selected()), "to list your accounts and roles, run: %s accounts", r.app.Name)
}

// selected returns the flags that select accounts and a role.
func (r *runner) selected() (text string) {
	if len(r.o.match) > 0 {
		text += " --match " + quoted(r.o.match)
	}
	if len(r.o.accounts) > 0 {
		text += " --account " + quoted(r.o.accounts)
	}
	if r.o.role != "" {
		text += " --role " + command.Quote(r.o.role)
	}
	return text
}

func quoted(words []string) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = command.Quote(w)
	}
	return strings.Join(all, ", ")
}

// targets finds the targets.
func (r *runner) targets(ctx context.Context) (targets, error) {
	switch {
	case r.o.retryFailed:
		return r.fromRecord()
	case len(r.o.profiles) > 0:
		return r.fromProfiles()
	}
	if t, ok, err := r.direct(); ok || err != nil {
		return t, err
	}
	return r.fromInventory(ctx)
}

// direct returns the targets if the flags name the ids of all accounts and the role, so that no list
// is needed. The names come from the last list.
func (r *runner) direct() (t targets, ok bool, err error) {
	if len(r.o.match) > 0 || r.o.role == "" || r.o.refresh {
		return t, false, nil
	}
	ids := make([]string, len(r.o.accounts))
	for i, a := range r.o.accounts {
		if ids[i] = strings.ReplaceAll(a, "-", ""); !profile.ValidAccountID(ids[i]) {
			return t, false, nil
		}
	}
	var s profile.Session
	if r.o.session != "" {
		if s, err = r.base.SessionNamed(r.o.session); err != nil {
			return t, false, err
		}
	} else {
		uses, err := r.base.QuietSessions()
		if err != nil {
			return t, false, err
		}
		all := workspace.Distinct(uses)
		if len(all) != 1 {
			return t, false, nil
		}
		s = all[0]
	}
	names := r.knownNames(s)
	t.portal = map[fanout.Target]broker.Request{}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		target := fanout.Target{Session: s.Key(), Account: id, AccountName: names[id], Role: r.o.role}
		if target.AccountName == "" && r.needsName() {
			return targets{}, false, nil
		}
		r.add(&t, fanout.InRegions([]fanout.Target{r.withRegion(target)}, r.o.regions), broker.Request{Session: s, AccountID: id, RoleName: r.o.role})
	}
	return t, true, nil
}

// needsName reports whether the command has the placeholder for the name of the account.
func (r *runner) needsName() bool {
	return slices.ContainsFunc(r.o.argv, func(w string) bool { return strings.Contains(w, "{account_name}") })
}

// knownNames returns the names of accounts in the last list of a session, by id.
func (r *runner) knownNames(s profile.Session) map[string]string {
	names := map[string]string{}
	for _, a := range listing.Known(r.base, s).Accounts {
		names[a.ID] = a.Name
	}
	return names
}

// add adds targets that begin with a request of a portal.
func (r *runner) add(t *targets, list []fanout.Target, request broker.Request) {
	request.Purpose, request.Caller = broker.RoleCredentials, "run"
	for _, target := range list {
		t.list = append(t.list, target)
		t.portal[target] = request
	}
}

// withRegion adds the region of the environment, which applies to roles without a profile.
func (r *runner) withRegion(t fanout.Target) fanout.Target {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if v := r.app.Env.Get(name); t.Region == "" && v != "" {
			t.Region = v
		}
	}
	return t
}

// fromInventory returns the targets of --match and --account.
func (r *runner) fromInventory(ctx context.Context) (t targets, err error) {
	l, err := listing.Open(ctx, r.app, listing.Options{Session: r.o.session, Caller: "run", Args: nil, Refresh: r.o.refresh})
	if err != nil {
		return t, err
	}
	need := inventory.Need{Match: r.o.selection.Wants}
	if slices.Contains(r.o.match, "*") {
		need.Match = nil // the complete list has an index, which rules and menus read
	}
	l.Update(ctx, func(*listing.Session) listing.Demand { return listing.Demand{Need: need} })
	if ctx.Err() != nil {
		return t, ctx.Err()
	}
	l.TellAge(r.app.Now())
	t.listErr = l.Err()
	sessions := map[string]profile.Session{}
	var sources []fanout.Source
	for _, s := range l.Sessions {
		sessions[s.Key()] = s.Session
		sources = append(sources, fanout.Source{Session: s.Key(), List: s.List})
	}
	chosen := r.o.selection.Choose(sources)
	if err := r.explain(chosen, sources); err != nil {
		return t, err
	}
	if t.listErr != nil && len(chosen.Targets) > 0 {
		r.app.WarnOf(t.listErr)
	}
	t.portal = map[fanout.Target]broker.Request{}
	for _, target := range chosen.Targets {
		r.add(&t, []fanout.Target{r.withRegion(target)}, broker.Request{Session: sessions[target.Session], AccountID: target.Account, RoleName: target.Role})
	}
	return t, nil
}

// explain prints which accounts are left out, or returns why the selection is not valid.
func (r *runner) explain(c fanout.Chosen, sources []fanout.Source) error {
	switch {
	case len(c.Unknown) > 0:
		var names []string
		for _, s := range sources {
			for _, a := range s.List.Accounts {
				names = append(names, a.Name)
			}
		}
		err := command.Usagef("--account %s: you have no account with this id or name", command.Quote(c.Unknown[0]))
		if near := typo.Nearest(c.Unknown[0], names); len(near) > 0 {
			return command.WithHint(err, "did you mean: %s", strings.Join(near, ", "))
		}
		return command.WithHint(err, "to list your accounts, run: %s accounts", r.app.Name)
	case len(c.Several) > 0:
		return command.WithHint(command.Usagef("you have several roles in %s", accounts(len(c.Several), "such as "+c.Several[0].String())),
			"add --role ROLE or --role-prefer ROLE,ROLE\nto list the roles, run: %s roles", r.app.Name)
	case len(c.Without) > 0:
		wanted := r.o.role
		if wanted == "" {
			wanted = strings.Join(r.o.selection.Roles, ", ")
		}
		what := "no role"
		if wanted != "" {
			what = "no role " + wanted
		}
		r.app.Warn(fmt.Sprintf("left out: you have %s in %s", what, accounts(len(c.Without), output.Summary(c.Without))), "")
	}
	return nil
}

func accounts(n int, names string) string {
	if n == 1 {
		return "1 account, " + names
	}
	return fmt.Sprintf("%d accounts, %s", n, names)
}

// fromProfiles returns the targets of --profile.
func (r *runner) fromProfiles() (t targets, err error) {
	names, err := workspace.ProfileNames(r.app)
	if err != nil {
		return t, err
	}
	t.portal = map[fanout.Target]broker.Request{}
	seen := map[string]bool{}
	for _, glob := range r.o.profiles {
		literal := !strings.ContainsAny(glob, "*?")
		if literal && !slices.Contains(names, glob) {
			err := command.Usagef("--profile %s: the config has no such profile", command.Quote(glob))
			if near := typo.Nearest(glob, names); len(near) > 0 {
				return t, command.WithHint(err, "did you mean: %s", strings.Join(near, ", "))
			}
			return t, command.WithHint(err, "to list your profiles, run: %s configure list-profiles", r.app.Name)
		}
		for _, name := range names {
			if seen[name] || literal && name != glob || !fanout.Match(glob, name) {
				continue
			}
			seen[name] = true
			if err := r.addProfile(&t, name, literal); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// addProfile adds the targets of a profile. It leaves out a profile without credentials, unless the
// user has written its name.
func (r *runner) addProfile(t *targets, name string, literal bool) error {
	target, request, uses, err := r.profileTarget(name)
	if err != nil {
		if literal {
			return err
		}
		r.app.Warn("left out: "+err.Error(), command.HintOf(err))
		return nil
	}
	list := fanout.InRegions([]fanout.Target{target}, r.o.regions)
	if uses {
		r.add(t, list, request)
		return nil
	}
	t.list = append(t.list, list...)
	return nil
}

// profileTarget returns the target of a profile. uses is false if the credentials of the profile
// need no portal.
func (r *runner) profileTarget(name string) (target fanout.Target, request broker.Request, uses bool, err error) {
	in := r.base.In
	in.Profile, in.LookupEnv = name, withoutRegion(in.LookupEnv)
	p, _, err := profile.Resolve(in)
	if err != nil {
		return target, request, false, err
	}
	if p.Kind == profile.None {
		return target, request, false, errors.New("profile " + name + " has no credentials")
	}
	target = fanout.Target{Profile: name, Account: p.AccountID, Role: p.RoleName, Region: p.Region}
	if s, ok := p.Get("sso_account_name"); ok {
		target.AccountName = s.Value
	}
	chain, _, err := p.Chain()
	if err != nil {
		return target, request, false, err
	}
	if n := len(chain.Roles); n > 0 {
		if account, role := profile.ARNParts(chain.Roles[n-1].ARN); role != "" {
			target.Account, target.AccountName, target.Role = account, "", role[strings.LastIndexByte(role, '/')+1:]
		}
	}
	start := chain.Start.Profile
	if chain.Start.Kind != profile.SSO {
		return target, request, false, nil
	}
	return target, broker.Request{Session: start.Session, AccountID: start.AccountID, RoleName: start.RoleName}, true, nil
}

// fromRecord returns the targets of --retry-failed.
func (r *runner) fromRecord() (t targets, err error) {
	path := fanout.RecordPath(r.app.Env.Lookup)
	list, _, err := fanout.Unfinished(path)
	if errors.Is(err, fanout.ErrNoRecord) {
		return t, command.Failuref("there is no run to repeat: %s does not exist", path)
	}
	if err != nil {
		return t, err
	}
	t.portal = map[fanout.Target]broker.Request{}
	sessions := map[string]profile.Session{}
	uses, err := r.base.QuietSessions()
	if err != nil {
		return t, err
	}
	for _, s := range workspace.Distinct(uses) {
		sessions[s.Key()] = s
	}
	for _, target := range r.o.selection.Keep(list, r.o.profiles) {
		if target.Profile == "" {
			s, ok := sessions[target.Session]
			if !ok {
				return t, command.Usagef("the session %s of the last run is no longer in %s", command.Quote(target.Session), r.base.In.Config.Path)
			}
			r.add(&t, []fanout.Target{target}, broker.Request{Session: s, AccountID: target.Account, RoleName: target.Role})
			continue
		}
		_, request, portal, err := r.profileTarget(target.Profile)
		if err != nil {
			return t, err
		}
		if portal {
			r.add(&t, []fanout.Target{target}, request)
		} else {
			t.list = append(t.list, target)
		}
	}
	return t, nil
}
