package workspace

import (
	"context"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/rulefile"
	"github.com/lanyard-cli/lanyard/internal/settings"
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
