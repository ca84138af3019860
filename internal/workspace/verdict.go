package workspace

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/grant"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/rulefile"
)

// This file decides about requests: it applies the rules of a [Case], and explains refusals.

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
