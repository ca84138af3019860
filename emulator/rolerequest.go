// The common parameters and results of AssumeRole and AssumeRoleWithWebIdentity.

package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/constraint"
)

// The limits of STS.
const (
	maxTags       = 50
	maxPolicyARNs = 10
	// maxPacked replaces AWS's limit for policies and tags together. AWS does not publish
	// how it packs policies and tags.
	maxPacked = 4096
)

// A roleRequest holds the common parameters of AssumeRole and AssumeRoleWithWebIdentity.
type roleRequest struct {
	arn, session             string
	partition, account, role string
	life                     time.Duration
	sourceIdentity           string
	tags                     map[string]string
	transitive               []string
	packed                   int // percent of the limit for policies and tags
}

// newRoleRequest reads the parameters. If self is set, the request itself has the source identity
// and the tags. AssumeRoleWithWebIdentity ignores these parameters.
func newRoleRequest(v *constraint.Parameters, self bool) (q roleRequest, no *apiError) {
	q = roleRequest{
		arn: v.Required("RoleArn", constraint.ARN()), session: v.Required("RoleSessionName", constraint.Name()),
		life: v.Seconds(time.Hour, 12*time.Hour),
	}
	policy := v.Text("Policy", constraint.Policy())
	if self {
		q.sourceIdentity = v.Text("SourceIdentity", constraint.Name())
		no = q.readTags(v)
	}
	if err := violations(v); err != nil {
		return q, err
	}
	if no != nil {
		return q, no
	}
	var ok bool
	if q.partition, q.account, q.role, ok = roleOf(q.arn); !ok {
		return q, validation(q.arn + " is invalid")
	}
	return q, q.pack(v.Values, policy)
}

// roleOf returns the parts of the ARN of an IAM role.
func roleOf(arn string) (partition, account, name string, ok bool) {
	part := strings.SplitN(arn, ":", 6)
	if len(part) != 6 || part[0] != "arn" || part[2] != "iam" || part[3] != "" || !isAccountID(part[4]) {
		return "", "", "", false
	}
	path, ok := strings.CutPrefix(part[5], "role/")
	name = path[strings.LastIndex(path, "/")+1:]
	return part[1], part[4], name, ok && isRoleName(name)
}

// readTags reads the session tags. Keys are equal if they differ only in case.
func (q *roleRequest) readTags(v *constraint.Parameters) *apiError {
	q.tags = map[string]string{}
	seen := map[string]bool{}
	duplicate := false
	for n := 1; ; n++ {
		prefix := fmt.Sprintf("Tags.member.%d.", n)
		if !v.Has(prefix+"Key") && !v.Has(prefix+"Value") {
			break
		}
		if n > maxTags {
			v.Violate("Tags", "[tags]", fmt.Sprintf("Member must have length less than or equal to %d", maxTags))
			break
		}
		key := v.Required(prefix+"Key", constraint.TagKey())
		q.tags[key] = v.Required(prefix+"Value", constraint.TagValue())
		duplicate = duplicate || seen[strings.ToLower(key)]
		seen[strings.ToLower(key)] = true
	}
	missing := false
	for n, key := range numbered(v.Values, "TransitiveTagKeys.member") {
		if n == maxTags {
			v.Violate("TransitiveTagKeys", "[transitiveTagKeys]", fmt.Sprintf("Member must have length less than or equal to %d", maxTags))
			break
		}
		v.Text(fmt.Sprintf("TransitiveTagKeys.member.%d", n+1), constraint.TagKey())
		missing = missing || !seen[strings.ToLower(key)]
		q.transitive = append(q.transitive, strings.ToLower(key))
	}
	switch {
	case duplicate:
		return badParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	case missing:
		return badParameter("The specified transitive tag key must be included in the requested tags.")
	}
	return nil
}

// pack checks the session policies, and measures their size together with the tags. The
// policies have no effect, because the emulator checks no permissions.
func (q *roleRequest) pack(in url.Values, policy string) *apiError {
	arns := policyARNs(in)
	var compact bytes.Buffer
	switch {
	case len(arns) > maxPolicyARNs:
		return validation("1 validation error detected: Value '[policyArns]' at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10")
	case slices.ContainsFunc(arns, func(a string) bool { return len(a) < 20 || len(a) > 2048 || !strings.HasPrefix(a, "arn:") }):
		return validation("ARN " + strings.Join(arns, ", ") + " is not valid.")
	case policy != "" && (json.Compact(&compact, []byte(policy)) != nil || compact.Bytes()[0] != '{'):
		return &apiError{status: http.StatusBadRequest, code: "MalformedPolicyDocument", message: "This policy contains invalid Json"}
	}
	size := compact.Len() + len(strings.Join(arns, ""))
	for key, value := range q.tags {
		size += len(key) + len(value)
	}
	if q.packed = (size*100 + maxPacked - 1) / maxPacked; q.packed > 100 {
		return &apiError{
			status: http.StatusBadRequest, code: "PackedPolicyTooLarge",
			message: fmt.Sprintf("Packed policy consumes %d%% of allotted space, please use smaller policy.", q.packed),
		}
	}
	return nil
}

// policyARNs returns the ARNs of the managed session policies.
func policyARNs(in url.Values) (arns []string) {
	for n := 1; in.Has(fmt.Sprintf("PolicyArns.member.%d.arn", n)); n++ {
		arns = append(arns, in.Get(fmt.Sprintf("PolicyArns.member.%d.arn", n)))
	}
	return arns
}

// inherit returns the transitive tags of the new session. These are the tags of the caller's
// session and the transitive tags of the request. The request cannot change the caller's tags.
func (q *roleRequest) inherit(callers map[string]string) (map[string]string, *apiError) {
	tags := maps.Clone(callers)
	for key, value := range q.tags {
		for have := range callers {
			if strings.EqualFold(have, key) {
				return nil, badParameter("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
			}
		}
		if slices.Contains(q.transitive, strings.ToLower(key)) {
			if tags == nil {
				tags = map[string]string{}
			}
			tags[key] = value
		}
	}
	return tags, nil
}

// principal returns the principal of the new role session.
func (q *roleRequest) principal(partition string, now time.Time) principal {
	return principal{
		Account: q.account, ARN: "arn:" + partition + ":sts::" + q.account + ":assumed-role/" + q.role + "/" + q.session,
		UserID: roleID(q.account, q.role) + ":" + q.session, Expires: now.Add(q.life).Unix(),
	}
}

// An assumedRole is the common result of both operations.
type assumedRole struct {
	SourceIdentity string `xml:"SourceIdentity,omitempty"`
	ID             string `xml:"AssumedRoleUser>AssumedRoleId"`
	Arn            string `xml:"AssumedRoleUser>Arn"`
	Credentials    xmlCredentials
	Packed         int `xml:"PackedPolicySize,omitempty"`
}

func (q *roleRequest) assumed(creds credentials) assumedRole {
	return assumedRole{creds.SourceIdentity, creds.UserID, creds.ARN, creds.xml(), q.packed}
}

// An xmlCredentials is credentials in a response of STS.
type xmlCredentials struct {
	KeyID   string `xml:"AccessKeyId"`
	Secret  string `xml:"SecretAccessKey"`
	Token   string `xml:"SessionToken"`
	Expires string `xml:"Expiration"`
}

func (c credentials) xml() xmlCredentials {
	return xmlCredentials{c.KeyID, c.secret, c.token, time.Unix(c.Expires, 0).UTC().Format(time.RFC3339)}
}
