package emulator

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// chainedLimit is the longest session that a role can take on by another. All
// keys of the emulator are a role's.
const chainedLimit = time.Hour

func validation(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "ValidationError", message: message}
}

// assumeRole is the operation AssumeRole. Trust comes from the organization: a
// role that does not exist is refused in the same words as one that does not
// trust the caller.
func (e *Emulator) assumeRole(c *call, in url.Values, s signer) (any, *apiError) {
	q, err := newRoleRequest(in)
	if err != nil {
		return nil, err
	}
	if in.Has("ExternalId") && !isExternalID(in.Get("ExternalId")) {
		return nil, validation("1 validation error detected: Value at 'externalId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]{2,1224}")
	}
	if q.life > chainedLimit {
		return nil, validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	mfa, err := e.checkMFA(in)
	if err != nil {
		return nil, err
	}
	r, ok := e.iamRole(q)
	switch {
	case !ok, !r.trusts(s.principal), r.ExternalID != "" && r.ExternalID != in.Get("ExternalId"), r.MFA && !mfa:
		return nil, s.mayNot("sts:AssumeRole", q.arn)
	case q.sourceIdentity != "" && s.SourceIdentity != "" && q.sourceIdentity != s.SourceIdentity:
		return nil, s.mayNot("sts:SetSourceIdentity", q.arn) // it stays what the first role session was given
	case q.life > r.MaxSession:
		return nil, validation(overMaxSession)
	}
	tags, err := q.inherit(s.Tags)
	if err != nil {
		return nil, err
	}
	p := q.principal(e.partition(), c.now)
	p.SourceIdentity, p.Tags = cmp.Or(q.sourceIdentity, s.SourceIdentity), tags
	return struct {
		XMLName  xml.Name         `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
		Result   assumedRole      `xml:"AssumeRoleResult"`
		Metadata responseMetadata `xml:"ResponseMetadata"`
	}{Result: q.assumed(e.issue(p)), Metadata: responseMetadata{c.id}}, nil
}

const overMaxSession = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."

// iamRole returns the role that the request names.
func (e *Emulator) iamRole(q roleRequest) (Role, bool) {
	r, ok := e.dir.Load().iamRoles[place(q.account, q.role)]
	return r, ok && q.partition == e.partition()
}

func (s signer) mayNot(action, resource string) *apiError {
	return accessDenied(fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", s.ARN, action, resource))
}

func accessDenied(message string) *apiError {
	return &apiError{status: http.StatusForbidden, code: "AccessDenied", message: message}
}

// trusts reports whether p may take on the role.
func (r Role) trusts(p principal) bool {
	session := strings.Split(p.ARN, ":") // arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
	parts := strings.Split(session[len(session)-1], "/")
	iam := "arn:" + session[1] + ":iam::" + p.Account + ":role/" + parts[1]
	for _, t := range r.Trusts {
		if t == p.Account || matches(t, p.ARN) || matches(t, iam) {
			return true
		}
	}
	return false
}

// matches reports whether text is of the pattern, in which * stands for anything.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(text, p)
		if !ok {
			return false
		}
		text = after
	}
	return true
}
