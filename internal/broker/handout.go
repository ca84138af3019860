package broker

import (
	"cmp"
	"context"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
)

// This file applies the user's rules to requests for role credentials, and reports each answer.
// The broker applies the rules before it looks at a cache, so every command obeys the rules.

// A Role is one role that a request reaches.
type Role struct {
	Profile             string // the profile with the role; "" if no profile has it
	AccountID, RoleName string // "" if they are not known
	ARN                 string // of an assumed role; "" for a role of Identity Center
}

// RoleOf returns the role that an ARN names: see [profile.ARNParts].
func RoleOf(arn string) Role {
	account, name := profile.ARNParts(arn)
	return Role{ARN: arn, AccountID: account, RoleName: name}
}

// A Subject says which role credentials a request asks for. The rules decide about a Subject.
type Subject struct {
	Role
	InUse   string          // the profile in use, if it gets the Role from another profile; else ""
	Through []Role          // of an assumed role: the roles that lead to it, the first role first
	Command string          // the name of the command, such as "exec" or "ec2 describe-instances"
	Session profile.Session // zero if the credentials do not come from a session
	Ruled   bool            // see [Request]
}

// A Ruling is the decision of the rules about a Subject. The zero value means that no rule is
// about the Subject.
type Ruling struct {
	Rule     string // the rule that decided: its file and line. "" if no rule matches
	Decision string // the action of the rule, such as "deny". "" if no rule matches
	Consent  string // how the user agreed, if the rule asks: "asked", "granted" or "recent"; else ""
	RoleName string // the permission set to hand out instead; "" means the role of the Subject

	// Guarded means that a rule may refuse the role to some caller. The broker does not write the
	// credentials of a guarded role to the AWS CLI's cache, and removes them from there.
	Guarded bool
}

// A Handout reports the answer to one request for role credentials. It contains no secret.
type Handout struct {
	Subject Subject
	Ruling  Ruling

	// AccessKeyID and Expiration describe the credentials. They are zero after an error.
	// Expiration is also zero if the credentials do not expire.
	AccessKeyID string
	Expiration  time.Time

	Fetched bool  // a service was called for this request; false means a cache or another process
	ByAgent bool  // the background agent answered
	Refused bool  // the rules refused, or could not be read
	Err     error // nil if credentials were handed out
}

// Permit returns the ruling about a Subject. It returns an error if the rules refuse the Subject or
// cannot be read. The caller must use RoleName of the ruling, if it is set.
func (b *Broker) Permit(ctx context.Context, s Subject) (Ruling, error) {
	if b.Guard == nil {
		return Ruling{}, nil
	}
	ruling, err := b.Guard(ctx, s)
	if ruling.Guarded {
		b.removeShared(s)
	}
	return ruling, err
}

// Check applies the rules before another program gets the role by a request of its own. It reports
// only a refusal.
func (b *Broker) Check(ctx context.Context, s Subject) (Ruling, error) {
	ruling, refusal := b.Permit(ctx, s)
	if refusal != nil {
		_, refusal = b.report(s, ruling, Answer{}, refusal, true)
	}
	return ruling, refusal
}

// Provide applies the rules to access that does not come from the broker, such as keys of the config
// or a link to the console. It calls get with the role to hand out, but only if the rules permit. It
// reports the answer.
func (b *Broker) Provide(ctx context.Context, s Subject, get func(ctx context.Context, roleName string) (Answer, error)) (Answer, error) {
	ruling, refusal := b.Permit(ctx, s)
	if refusal != nil {
		return b.report(s, ruling, Answer{}, refusal, true)
	}
	a, err := get(ctx, cmp.Or(ruling.RoleName, s.RoleName))
	return b.report(s, ruling, a, err, false)
}

// handOut applies the rules to a request, answers it with get, and reports the answer. The rules
// do not apply to an access token.
func (b *Broker) handOut(ctx context.Context, r Request, get func(context.Context, Request) (Answer, error)) (Answer, error) {
	if r.Purpose != RoleCredentials {
		return get(ctx, r)
	}
	s := r.subject()
	ruling, refusal := b.Permit(ctx, s)
	r.Guarded = ruling.Guarded
	if refusal != nil {
		return b.report(s, ruling, Answer{}, refusal, true)
	}
	if ruling.RoleName != "" && ruling.RoleName != r.RoleName {
		b.debug("another permission set, because of a rule", "rule", ruling.Rule, "role", ruling.RoleName, "instead", r.RoleName)
		r.RoleName = ruling.RoleName
	}
	r.Ruled = true
	a, err := get(ctx, r)
	if ruling.Guarded && a.ByAgent {
		b.removeShared(s) // an agent of an earlier version knows no rules
	}
	return b.report(s, ruling, a, err, false)
}

func (r Request) subject() Subject {
	return Subject{
		Role:    Role{Profile: r.Profile, AccountID: r.AccountID, RoleName: r.RoleName},
		Command: r.Caller, Session: r.Session, Ruled: r.Ruled,
	}
}

// report reports the answer to a request, and returns the answer. If the answer cannot be recorded,
// it returns the error of Record instead.
func (b *Broker) report(s Subject, ruling Ruling, a Answer, err error, refused bool) (Answer, error) {
	if b.Record == nil {
		return a, err
	}
	h := Handout{Subject: s, Ruling: ruling, Fetched: a.Fetched, ByAgent: a.ByAgent, Refused: refused, Err: err}
	if err == nil {
		h.AccessKeyID, h.Expiration = a.Credentials.AccessKeyID, a.Credentials.Expiration
	}
	if unrecorded := b.Record(h); unrecorded != nil && err == nil {
		return Answer{}, unrecorded
	}
	return a, err
}
