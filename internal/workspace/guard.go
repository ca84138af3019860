package workspace

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/grant"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/rulefile"
	"github.com/lanyard-cli/lanyard/internal/settings"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Guard applies the rules of the user and of the team to the requests of one workspace.
type Guard struct {
	w *Workspace
	p *profile.Profile // with the settings of the connection

	names map[string][]string // the profiles of each role; nil before the first look
}

// GuardFor returns the Guard that uses the connection of a profile.
func (w *Workspace) GuardFor(p *profile.Profile) *Guard { return &Guard{w: w, p: p} }

// Rules reads the rules: first the rules of the team, then those of the user. If a variable moves the
// settings, all rules of the usual settings come before those of the moved settings, which any
// program can write. It reads the files each time, because another program may have changed them. An
// invalid file that can have rules is an error, and the caller must then refuse every role.
func (g *Guard) Rules(ctx context.Context) (guard.Rules, error) {
	var all guard.Rules
	env := g.w.App.Env.Lookup
	for _, path := range rulefile.Paths(env) {
		set, err := settings.ReadFile(path, env)
		if !set.MayRule {
			continue
		}
		var t, o guard.Rules
		if err == nil {
			o, err = guard.Parse(path, set.Guard, false)
		}
		if err == nil {
			t, err = g.teamRules(ctx, set)
		}
		if err != nil {
			return guard.Rules{}, command.WithHint(err, "correct the rules; until then, lanyard hands out no credentials")
		}
		all = all.Before(t).Before(o)
	}
	return all, nil
}

// teamRules reads the rules in the team's file. Unlike the rules of profiles sync, an older copy of
// the file does not count, because the team may have forbidden a role since.
func (g *Guard) teamRules(ctx context.Context, set settings.Settings) (guard.Rules, error) {
	_, source, err := profilesync.ParseRules(set.Path, set.Profiles)
	if err != nil || source.Location == "" {
		return guard.Rules{}, err
	}
	t := NewTeam(g.w, g.p, set.Path, source)
	content, err := t.Read(ctx)
	if err != nil {
		return guard.Rules{}, &settings.Error{Path: set.Path, Line: source.Line, Msg: "the team's rules could not be read: " + t.Name() + ": " + err.Error()}
	}
	rules, err := guard.ParseTeam(t.Name(), content)
	if err == nil && source.Remote() {
		t.Keep(content)
	}
	return rules, err
}

// Subject returns what the rules decide about: a role of a profile. through lists the roles that lead
// to the role.
func Subject(p *profile.Profile, role broker.Role, through []broker.Role, command string) broker.Subject {
	s := broker.Subject{Role: role, Through: through, Command: command}
	if role.Profile != p.Name { // the credential_process of p names the other profile
		s.InUse = p.Name
	}
	return s
}

// FirstRole returns the role at the start of a chain. It has no name if the credentials do not come
// from Identity Center.
func FirstRole(start profile.Start) broker.Role {
	p := start.Profile
	return broker.Role{Profile: p.Name, AccountID: p.AccountID, RoleName: p.RoleName}
}

// SubjectOf returns what the rules decide about if a command uses a profile.
func SubjectOf(p *profile.Profile, command string) (broker.Subject, error) {
	chain, _, err := p.Chain()
	if err != nil {
		return broker.Subject{}, err
	}
	var roles []broker.Role
	if chain.Start.Kind != profile.WebIdentity {
		roles = append(roles, FirstRole(chain.Start))
	}
	for _, r := range chain.Roles {
		role := broker.RoleOf(r.ARN)
		role.Profile = r.Profile
		roles = append(roles, role)
	}
	last := len(roles) - 1
	s := Subject(p, roles[last], roles[:last], command)
	if chain.Start.Kind == profile.SSO {
		s.Session = chain.Start.Profile.Session
	}
	return s, nil
}

// Guarded reports whether a rule may refuse the role of a profile to some caller. It returns an
// error if the rules cannot be read.
func (w *Workspace) Guarded(ctx context.Context, p *profile.Profile, command string) (bool, error) {
	s, err := SubjectOf(p, command)
	if err != nil {
		return false, err
	}
	c, ok, err := w.GuardFor(p).Case(ctx, s)
	if !ok || err != nil {
		return false, err
	}
	v, err := c.Verdict()
	return v.Guarded, err
}

// A Case holds the rules, and the facts about one request that the rules need.
type Case struct {
	Rules  guard.Rules
	Caller caller.Caller
	g      *Guard
	s      broker.Subject
	facts  guard.Request // the facts that all roles of the request share
}

// Case reads the rules and the facts about a request. ok is false if there are no rules.
func (g *Guard) Case(ctx context.Context, s broker.Subject) (c Case, ok bool, err error) {
	if !rulefile.MayRule(g.w.App.Env.Lookup) {
		return Case{}, false, nil
	}
	c = Case{g: g, s: s}
	if c.Rules, err = g.Rules(ctx); err != nil || c.Rules.Len() == 0 {
		return c, false, err
	}
	c.Caller = detect(g.w.App)
	c.facts = guard.Request{
		Command: s.Command, Agent: c.Caller.Agent, CI: c.Caller.CI, Terminal: c.Caller.Terminal, Now: g.w.App.Now(),
	}
	return c, true, nil
}

// detect describes the caller. It also looks at the environment with which each ancestor started,
// so that a command cannot hide an AI agent by removing a variable.
func detect(app *command.App) caller.Caller {
	c := caller.Detect(app.Env.Lookup)
	for _, p := range c.Ancestors {
		if c.Agent != "" && c.CI != "" {
			break
		}
		of := caller.Of(p.PID)
		if c.Agent == "" && of.Agent != "" {
			c.Agent, c.AgentBy = of.Agent, of.AgentBy+" of the process "+p.Name
		}
		if c.CI == "" {
			c.CI = of.CI
		}
	}
	return c
}

// Roles returns the roles that the request reaches. The role of the request is last.
func (c Case) Roles() []broker.Role { return append(slices.Clone(c.s.Through), c.s.Role) }

// Request returns the facts about one role of the request.
func (c Case) Request(r broker.Role) (guard.Request, error) {
	q := c.facts
	q.Profile, q.Account, q.Role = r.Profile, r.AccountID, r.RoleName
	aliases, accountNames, _ := c.Rules.Uses()
	if aliases {
		names, err := c.g.aliases(r)
		if err != nil {
			return q, err
		}
		q.Aliases = slices.Clone(names)
	}
	if sameRole(r, c.s.Role) && c.s.InUse != "" {
		q.Profile, q.Aliases = c.s.InUse, append(q.Aliases, r.Profile)
	}
	slices.Sort(q.Aliases)
	q.Aliases = slices.DeleteFunc(slices.Compact(q.Aliases), func(name string) bool { return name == q.Profile || name == "" })
	if accountNames && r.AccountID != "" {
		q.AccountName = c.g.accountName(r.AccountID)
	}
	return q, nil
}

// sameRole reports whether two values are about the same role of the same profile.
func sameRole(a, b broker.Role) bool { return a.Profile == b.Profile && key(a) == key(b) }

// key returns a text that identifies a role.
func key(r broker.Role) string {
	if r.ARN != "" {
		return strings.ToLower(r.ARN)
	}
	return strings.ToLower(r.AccountID + "\x00" + r.RoleName)
}

// aliases returns the names of all profiles of the config with the same role. So a rule about a
// profile also applies to a copy of the profile under another name.
func (g *Guard) aliases(r broker.Role) ([]string, error) {
	if r.AccountID == "" || r.RoleName == "" {
		return nil, nil
	}
	if g.names != nil {
		return g.names[key(r)], nil
	}
	names := map[string][]string{}
	add := func(name string, r broker.Role) {
		names[key(r)] = append(names[key(r)], name)
	}
	for _, in := range g.configs() {
		if err := rolesOf(in, add); err != nil {
			return nil, err
		}
	}
	g.names = names
	return names[key(r)], nil
}

// configs returns the config in use. If a variable names another file, it also returns the usual
// config, so that a copy of a profile in another file has the rules of the profile.
func (g *Guard) configs() []profile.Inputs {
	configs := []profile.Inputs{g.w.In}
	usual := g.w.In
	usual.LookupEnv = func(name string) (string, bool) {
		if name == "AWS_CONFIG_FILE" || name == "AWS_SHARED_CREDENTIALS_FILE" {
			return "", false
		}
		return g.w.In.LookupEnv(name)
	}
	config, credentials := profile.Paths(usual.LookupEnv)
	if config != g.w.In.Config.Path || credentials != g.w.In.Credentials.Path {
		usual.Config, usual.Credentials = readConfig(config, false, ""), readConfig(credentials, true, "")
		configs = append(configs, usual)
	}
	return configs
}

// rolesOf calls add with the role of each profile.
func rolesOf(in profile.Inputs, add func(name string, r broker.Role)) error {
	all, err := profileSettings(in)
	if err != nil {
		return err
	}
	for name, own := range all {
		if own["include_profile"] == "" && own["credential_process"] == "" {
			if own["role_arn"] != "" {
				add(name, broker.Role{ARN: own["role_arn"]})
			}
			add(name, broker.Role{AccountID: own["sso_account_id"], RoleName: own["sso_role_name"]})
			continue
		}
		in.Profile = name
		p, _, err := profile.Resolve(in)
		if p == nil || err != nil {
			continue // no program gets credentials for the profile
		}
		chain, _, err := p.Chain()
		if err != nil {
			continue
		}
		if n := len(chain.Roles); n > 0 {
			add(name, broker.Role{ARN: chain.Roles[n-1].ARN})
		} else if start := chain.Start.Profile; start != nil {
			add(name, broker.Role{AccountID: start.AccountID, RoleName: start.RoleName})
		}
	}
	return nil
}

// indexes opens the lists of accounts of the portal in use. The caller closes them.
func (g *Guard) indexes() []*accountindex.Index {
	set, err := g.w.Settings(g.p.ForSession())
	if err != nil {
		return nil
	}
	return accountindex.All(filepath.Join(g.w.Home, ".aws", "lanyard", "inventory"), ssocache.EndpointAt(set.Portal.URL, set.Portal.Env).Origin)
}

// accountName returns the name of an account in the stored lists, or "".
func (g *Guard) accountName(id string) (name string) {
	for _, x := range g.indexes() {
		x.Entries(func(e accountindex.Entry) bool {
			if e.AccountID == id {
				name = e.AccountName
			}
			return name == ""
		})
		x.Close()
		if name != "" {
			break
		}
	}
	return name
}

// permissionSets returns the permission sets of an account in the stored list of a session.
func (g *Guard) permissionSets(s profile.Session, account string) (roles []string) {
	keys := append([]string{s.Key()}, g.w.Siblings(s)...)
	for _, x := range g.indexes() {
		if slices.Contains(keys, x.Source.Session) {
			x.Entries(func(e accountindex.Entry) bool {
				if e.AccountID == account && e.Role != "" {
					roles = append(roles, e.Role)
				}
				return true
			})
		}
		x.Close()
	}
	return roles
}

// A Verdict is the decision of the rules about one request, before the user is asked.
type Verdict struct {
	guard.Decision             // of the role that decides
	Role           broker.Role // the role that decides: of the request, or on the way to it
	Instead        string      // the permission set of a downgrade; "" if the account has none
	Guarded        bool        // see [broker.Ruling]
}

// Verdict applies the rules to all roles of the request. The strictest decision counts.
func (c Case) Verdict() (Verdict, error) {
	v := Verdict{Decision: guard.Decision{Action: guard.Allow}}
	for _, r := range c.Roles() {
		q, err := c.Request(r)
		if err != nil {
			return v, err
		}
		v.Guarded = v.Guarded || c.Rules.Guards(q)
		if d := c.Rules.Decide(q); strictness(d.Action) > strictness(v.Action) || v.Rule == nil {
			v.Decision, v.Role = d, r
		}
	}
	if v.Action == guard.Downgrade && c.mayDowngrade() {
		v.Instead = c.instead(v.Rule)
	}
	return v, nil
}

// strictness orders the actions. If a chain of roles needs a downgrade and a confirmation, the
// downgrade counts, because it refuses the chain.
func strictness(a guard.Action) int {
	return slices.Index([]guard.Action{guard.Allow, guard.Confirm, guard.TypeName, guard.Downgrade, guard.Deny}, a)
}

// mayDowngrade reports whether the role is a permission set. An assumed role has no other
// permission sets.
func (c Case) mayDowngrade() bool {
	return len(c.s.Through) == 0 && c.s.ARN == "" && c.s.Session.StartURL != "" && c.s.RoleName != ""
}

func (c Case) instead(rule *guard.Rule) string {
	has := c.g.permissionSets(c.s.Session, c.s.AccountID)
	return c.Rules.Instead(rule, func(role string) (guard.Request, bool) {
		other := c.s.Role
		other.RoleName = role
		q, err := c.Request(other)
		return q, err == nil && slices.Contains(has, role)
	})
}

// rule is the Guard of the broker: see [broker.Broker].
func (g *Guard) rule(ctx context.Context, s broker.Subject) (broker.Ruling, error) {
	c, ok, err := g.Case(ctx, s)
	if !ok || err != nil {
		return broker.Ruling{}, err
	}
	v, err := c.Verdict()
	if err != nil {
		return broker.Ruling{}, err
	}
	ruling := broker.Ruling{Guarded: v.Guarded}
	if v.Rule == nil {
		return ruling, nil
	}
	ruling.Rule, ruling.Decision = v.Rule.String(), string(v.Rule.Action)
	switch v.Action {
	case guard.Downgrade:
		if ruling.RoleName = v.Instead; v.Instead == "" {
			return ruling, c.refusal(v, "", "")
		}
		g.w.App.Warn("using "+guard.RoleText(s.AccountID, v.Instead)+" instead of "+s.RoleName+", because of the rule in "+ruling.Rule, "")
	case guard.Deny:
		return ruling, c.refusal(v, "", "")
	case guard.Confirm, guard.TypeName:
		ruling.Consent, err = c.consent(ctx, v)
	}
	return ruling, err
}

// A RoleCase holds one role of a request, with its facts and the rules up to the one that decides.
type RoleCase struct {
	guard.Request
	Steps []guard.Step
}

// Explain returns the roles of the request with the rules. The role of the request is last.
func (c Case) Explain() ([]RoleCase, error) {
	var all []RoleCase
	for _, r := range c.Roles() {
		q, err := c.Request(r)
		if err != nil {
			return nil, err
		}
		if q.AccountName == "" && r.AccountID != "" {
			q.AccountName = c.g.accountName(r.AccountID)
		}
		all = append(all, RoleCase{q, c.Rules.Explain(q)})
	}
	return all, nil
}

// Asks returns the verdict about the request if a grant can allow it. asks is false if the request
// needs no grant. An error means that the rules refuse the request with any grant.
//
// The command of a grant is not the command that will use it. So a rule for some other command,
// caller or time also asks, if no rule denies this request.
func (c Case) Asks() (v Verdict, asks bool, err error) {
	if c.g == nil { // there are no rules
		return Verdict{}, false, nil
	}
	if v, err = c.Verdict(); err != nil {
		return v, false, err
	}
	switch {
	case v.Action == guard.Deny, v.Action == guard.Downgrade && v.Instead == "":
		return v, false, c.refusal(v, "", "")
	case v.Action.Asks():
		return v, true, nil
	}
	for _, r := range c.Roles() {
		q, err := c.Request(r)
		if err != nil {
			return v, false, err
		}
		for _, rule := range c.Rules.Asking(q) {
			if v.Rule == nil || !v.Action.Asks() || strictness(rule.Action) > strictness(v.Action) {
				v.Decision, v.Role = guard.Decision{Rule: rule, Action: rule.Action}, r
			}
		}
	}
	return v, v.Action.Asks(), nil
}

// Answer returns what happens to the request now. If the rules refuse it, or the user cannot be
// asked, Answer returns the error that a command would return. It asks nothing.
func (c Case) Answer(v Verdict) (string, error) {
	switch {
	case v.Action == guard.Allow:
		return "allowed", nil
	case v.Action == guard.Downgrade && v.Instead != "":
		return "allowed with " + v.Instead, nil
	case !v.Action.Asks():
		return "refused", c.refusal(v, "", "")
	}
	if until, ok := c.granted(grant.Open(c.g.w.Home)); ok {
		return "allowed by a grant until " + until.Local().Format("15:04:05"), nil
	}
	switch {
	case c.problem() != "":
		return "refused", c.refusal(v, c.problem(), c.grantHint())
	case v.Action == guard.TypeName:
		return "asks you to type the name of the profile", nil
	}
	return "asks you to confirm", nil
}

// refusal returns the error for a request that the rules refuse. problem says why the user
// did not confirm the request.
func (c Case) refusal(v Verdict, problem, hint string) error {
	e := &guard.Refusal{Profile: c.profile(), Rule: v.Rule.String(), Hint: hint}
	role := guard.RoleText(v.Role.AccountID, v.Role.RoleName)
	if !sameRole(v.Role, c.s.Role) {
		role += " (a source of the profile)"
	}
	switch {
	case v.Action == guard.Deny:
		e.Why = "denies " + role
		if v.Note != "" {
			e.Why += ", because " + v.Note
			e.Hint = "to list the accounts with their names, run: lanyard accounts"
		}
	case v.Action == guard.Downgrade && !sameRole(v.Role, c.s.Role):
		e.Why = "replaces " + role + ", and lanyard assumes no role with the credentials of a replaced role"
	case v.Action == guard.Downgrade && !c.mayDowngrade():
		e.Why = "replaces " + role + " by another permission set, and only a role of Identity Center has others"
	case v.Action == guard.Downgrade:
		e.Why = "allows only " + strings.Join(v.Rule.Downgrade, " or ") + " instead of " + role + ", and the stored list of accounts has no such role"
		e.Hint = "to list the roles, run: lanyard accounts"
	default:
		e.Why = "asks the user before " + role + ", and " + problem
	}
	if e.Hint == "" {
		e.Hint = "to see the rules, run: lanyard guard check"
		if e.Profile != "" {
			e.Hint += " " + e.Profile
		}
	}
	return e
}

// profile returns the name of the profile in use.
func (c Case) profile() string {
	if c.s.InUse != "" {
		return c.s.InUse
	}
	return c.s.Profile
}

// GrantRole returns the role that a grant for the request is about.
func (c Case) GrantRole() grant.Role {
	return grant.Role{Profile: c.profile(), AccountID: c.s.AccountID, RoleName: c.s.RoleName}
}

// granted reports whether the user has granted the request, and until when. If flags name the role,
// the grant of any profile with this role counts.
func (c Case) granted(store grant.Store) (until time.Time, ok bool) {
	role := c.GrantRole()
	names := []string{role.Profile}
	if role.Profile == "" {
		names, _ = c.g.aliases(c.s.Role) // after an error, no grant counts
	}
	for _, role.Profile = range names {
		if g, ok := store.Find(role, c.g.w.App.Now()); ok {
			return g.Until, true
		}
	}
	return time.Time{}, false
}

// RuleInAgent returns the Guard of the brokers of the background agent. It reads the config and the
// rules for each request. If the agent has no rules, it reads only the settings.
func RuleInAgent(app *command.App) func(context.Context, broker.Subject) (broker.Ruling, error) {
	return func(ctx context.Context, s broker.Subject) (broker.Ruling, error) {
		if !rulefile.MayRule(app.Env.Lookup) {
			return broker.Ruling{}, nil
		}
		w, err := OpenInAgent(app, nil)
		if err != nil {
			return broker.Ruling{}, err
		}
		p, err := w.ResolveForLogin()
		if err != nil {
			return broker.Ruling{}, err
		}
		return w.GuardFor(p).ruleInAgent(ctx, s)
	}
}

// ruleInAgent is the Guard of the broker of the background agent. The process that asks the agent
// has applied the rules, and says so in its request. The agent cannot see the caller's terminal. So
// the agent only decides which credentials it keeps in memory, and refuses processes that have not
// applied the rules.
func (g *Guard) ruleInAgent(ctx context.Context, s broker.Subject) (broker.Ruling, error) {
	c, ok, err := g.Case(ctx, s)
	if !ok || err != nil {
		return broker.Ruling{}, err
	}
	q, err := c.Request(s.Role)
	if err != nil {
		return broker.Ruling{}, err
	}
	ruling := broker.Ruling{Guarded: c.Rules.Guards(q)}
	if ruling.Guarded && !s.Ruled {
		err = &guard.Refusal{Rule: "the settings", Why: "applies to " + guard.RoleText(s.AccountID, s.RoleName) + ", and the program that asked the agent has not applied it", Hint: "use the same version of lanyard everywhere"}
	}
	return ruling, err
}
