// Package guard decides which roles a user's commands may get. The rules are in the list guard of
// the user's settings and of the team's file. The first rule that matches decides. The package reads
// no file and does not talk to the user. Its callers describe the request.
package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Action is what a rule does with a request.
type Action string

// The actions. Each of them is also the text in the file.
const (
	Allow     Action = "allow"
	Confirm   Action = "confirm"   // ask the user for a yes
	TypeName  Action = "type-name" // ask the user to type the name of the profile
	Deny      Action = "deny"
	Downgrade Action = "downgrade" // use another permission set of the account
)

// actions are all actions, in the order of the documentation.
var actions = []Action{Allow, Confirm, TypeName, Deny, Downgrade}

// Asks reports whether the action asks the user.
func (a Action) Asks() bool { return a == Confirm || a == TypeName }

// A Rule is one item of the list. A field without globs or conditions matches every request.
type Rule struct {
	Path string // the file
	Line int    // of the item
	Team bool   // from the team's file

	Profile, Account, AccountName, Role, Command Globs

	When      When
	Action    Action
	Downgrade []string // the permission sets of a downgrade, the preferred one first
}

// String returns the place of the rule: "FILE, line N".
func (r *Rule) String() string { return fmt.Sprintf("%s, line %d", r.Path, r.Line) }

// Rules is a list of rules. The first rule that matches decides. The zero value has no rules.
type Rules struct{ list []Rule }

// Len returns the number of rules.
func (r Rules) Len() int { return len(r.list) }

// Before returns the rules of r, and then the rules of other.
func (r Rules) Before(other Rules) Rules { return Rules{slices.Concat(r.list, other.list)} }

// Uses reports which facts the rules need: aliases of profiles, the names of accounts, and the
// caller or the time.
func (r Rules) Uses() (aliases, accountNames, conditions bool) {
	for _, rule := range r.list {
		aliases = aliases || len(rule.Profile) > 0
		accountNames = accountNames || len(rule.AccountName) > 0
		conditions = conditions || !rule.When.empty()
	}
	return aliases, accountNames, conditions
}

// A Request describes a request for the credentials of one role.
type Request struct {
	Profile string   // the profile in use; "" if flags name the role
	Aliases []string // the other profiles with the same role

	Account     string // the account id; "" if it is not known
	AccountName string // "" if it is not known
	Role        string // the permission set, or the name of an IAM role with its path; "" if it is not known
	Command     string // such as "exec" or "ec2 describe-instances"

	Agent, CI string // the AI agent and the CI system; "" means none
	Terminal  bool
	Now       time.Time
}

// A match is the result of comparing a rule with a request. mismatch names the first field that
// differs. unknown is true if a fact is missing that the rule needs, and no field differs.
type match struct {
	mismatch string
	unknown  string
}

// compare compares a rule with a request.
//
// A rule about a profile is about the role of that profile. So the rule also matches a request
// that reaches the role by another profile, or by flags. Only allow needs the name itself, because a
// user can give any name to a profile.
func (r *Rule) compare(q Request) match {
	m := r.compareRole(q)
	switch {
	case m.mismatch != "":
	case !r.Command.matchWords(q.Command):
		m.mismatch = fmt.Sprintf("the command is %q", q.Command)
	default:
		m.mismatch = r.When.mismatch(q)
	}
	return m
}

// compareRole compares the fields about the role.
func (r *Rule) compareRole(q Request) match {
	switch {
	case !r.matchesProfile(q):
		return match{mismatch: fmt.Sprintf("the profile is %q", q.Profile)}
	case !r.Account.match(q.Account):
		return match{mismatch: fmt.Sprintf("the account is %q", q.Account)}
	case !r.Role.match(q.Role) && !r.Role.match(q.Role[strings.LastIndexByte(q.Role, '/')+1:]):
		return match{mismatch: fmt.Sprintf("the role is %q", q.Role)}
	case len(r.AccountName) > 0 && q.AccountName == "" && q.Account != "":
		return match{unknown: "the name of account " + q.Account + " is not known"}
	case !r.AccountName.match(q.AccountName):
		return match{mismatch: fmt.Sprintf("the name of the account is %q", q.AccountName)}
	}
	return match{}
}

// matchesProfile compares the name of the profile. If flags name the role, allow needs all profiles
// with the role.
func (r *Rule) matchesProfile(q Request) bool {
	switch {
	case r.Action != Allow:
		return r.Profile.match(q.Profile) || slices.ContainsFunc(q.Aliases, r.Profile.match)
	case q.Profile != "" || len(q.Aliases) == 0:
		return r.Profile.match(q.Profile)
	}
	return !slices.ContainsFunc(q.Aliases, func(name string) bool { return !r.Profile.match(name) })
}

// matches reports whether the rule decides a request. If a fact is missing, a rule that allows does
// not match, and any other rule matches.
func (r *Rule) matches(m match) bool {
	return m.mismatch == "" && (m.unknown == "" || r.Action != Allow)
}

// A Decision is the result of the rules. Rule is nil if no rule matches; Action is then Allow.
type Decision struct {
	Rule   *Rule
	Action Action
	Note   string // a missing fact that made the rule match; usually ""
}

// Decide returns the decision about a request. A downgrade of a permission set that is itself in the
// list of the rule is Allow.
func (r Rules) Decide(q Request) Decision {
	for i := range r.list {
		rule := &r.list[i]
		if m := rule.compare(q); rule.matches(m) {
			d := Decision{rule, rule.Action, m.unknown}
			if d.Action == Downgrade && rule.lists(q.Role) {
				d.Action = Allow
			}
			return d
		}
	}
	return Decision{Action: Allow}
}

// lists reports whether a permission set is in the list of a downgrade.
func (r *Rule) lists(role string) bool {
	return slices.ContainsFunc(r.Downgrade, func(d string) bool { return strings.EqualFold(d, role) })
}

// Instead returns the permission set that replaces the role of a request: the first one in the list
// of the rule that the account has, and that the rules allow. request returns the request for
// another permission set of the account, and false if the account does not have the permission set.
// Instead returns "" if there is no such permission set.
func (r Rules) Instead(rule *Rule, request func(role string) (Request, bool)) string {
	for _, role := range rule.Downgrade {
		if q, ok := request(role); ok && r.Decide(q).Action == Allow {
			return role
		}
	}
	return ""
}

// Guards reports whether a rule may refuse or change some request for the role of q. It ignores the
// command, the caller and the time.
func (r Rules) Guards(q Request) bool {
	for i := range r.list {
		rule := &r.list[i]
		if !rule.matches(rule.compareRole(q)) {
			continue
		}
		if rule.Action != Allow && !(rule.Action == Downgrade && rule.lists(q.Role)) {
			return true
		}
		if len(rule.Profile) == 0 && len(rule.Command) == 0 && rule.When.empty() {
			return false // the later rules never decide about the role
		}
	}
	return false
}

// Asking returns the rules that may ask before some request for the role of q. Like [Rules.Guards],
// it ignores the command, the caller and the time.
func (r Rules) Asking(q Request) (asking []*Rule) {
	for i := range r.list {
		rule := &r.list[i]
		if rule.Action.Asks() && rule.matches(rule.compareRole(q)) {
			asking = append(asking, rule)
		}
	}
	return asking
}

// A Step says what one rule has to do with a request.
type Step struct {
	Rule    *Rule
	Decides bool
	Why     string // why the rule does not match, or which fact is missing
}

// Explain returns the rules up to the one that decides, in order.
func (r Rules) Explain(q Request) []Step {
	var steps []Step
	for i := range r.list {
		rule := &r.list[i]
		m := rule.compare(q)
		s := Step{rule, rule.matches(m), m.mismatch}
		if m.mismatch == "" {
			s.Why = m.unknown
		}
		if steps = append(steps, s); s.Decides {
			break
		}
	}
	return steps
}

// Globs is a list of patterns. In a pattern, * stands for any text and ? for one character. The
// case of letters does not matter. An empty list matches everything.
type Globs []string

func (g Globs) match(text string) bool {
	return len(g) == 0 || slices.ContainsFunc(g, func(glob string) bool { return globMatch(strings.ToLower(glob), strings.ToLower(text)) })
}

// matchWords does the same as match for the whole command or its first words. So exec also matches
// "exec terraform".
func (g Globs) matchWords(command string) bool {
	if g.match(command) {
		return true
	}
	for i, c := range command {
		if c == ' ' && g.match(command[:i]) {
			return true
		}
	}
	return false
}

// globMatch compares a text with one glob. It goes back only to the last *, so it takes at most
// len(glob) × len(text) steps.
func globMatch(glob, text string) bool {
	g, t := []rune(glob), []rune(text)
	star, resume := -1, 0 // of the last *: its index, and where the rest of the text begins
	i := 0
	for j := 0; j < len(t); {
		switch {
		case i < len(g) && g[i] == '*':
			star, resume = i, j
			i++
		case i < len(g) && (g[i] == '?' || g[i] == t[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	for i < len(g) && g[i] == '*' {
		i++
	}
	return i == len(g)
}
