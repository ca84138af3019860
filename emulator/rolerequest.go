// The parameters and the results that AssumeRole and AssumeRoleWithWebIdentity share.

package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of STS.
const (
	maxTags       = 50
	maxPolicyARNs = 10
	maxPolicy     = 2048
	// maxPacked replaces AWS's limit of policies and tags together. AWS does not publish
	// how it packs them.
	maxPacked = 4096
)

// A roleRequest holds the parameters that AssumeRole and AssumeRoleWithWebIdentity share.
type roleRequest struct {
	arn, session             string
	partition, account, role string
	life                     time.Duration
	sourceIdentity           string
	tags                     map[string]string
	transitive               []string
	packed                   int // percent of the limit of policies and tags
}

func newRoleRequest(in url.Values) (q roleRequest, no *apiError) {
	q = roleRequest{arn: in.Get("RoleArn"), session: in.Get("RoleSessionName"), sourceIdentity: in.Get("SourceIdentity")}
	var ok bool
	if q.partition, q.account, q.role, ok = roleOf(q.arn); !ok || len(q.arn) < 20 || len(q.arn) > 2048 {
		return q, validation(q.arn + " is invalid")
	}
	const name = "Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}"
	switch {
	case !isUserName(q.session):
		return q, constraint(q.session, "roleSessionName", name)
	case in.Has("SourceIdentity") && !isUserName(q.sourceIdentity):
		return q, constraint(q.sourceIdentity, "sourceIdentity", name)
	}
	if q.life, no = assumedLife(in.Get("DurationSeconds")); no != nil {
		return q, no
	}
	if no = q.readTags(in); no != nil {
		return q, no
	}
	return q, q.pack(in)
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

// assumedLife returns the value of DurationSeconds.
func assumedLife(text string) (time.Duration, *apiError) {
	if text == "" {
		return time.Hour, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 900 || n > 43200 {
		return 0, constraint(text, "durationSeconds", "Member must have value between 900 and 43200")
	}
	return time.Duration(n) * time.Second, nil
}

// readTags reads the session tags. Keys are equal if they differ only in case.
func (q *roleRequest) readTags(in url.Values) *apiError {
	q.tags = map[string]string{}
	seen := map[string]bool{}
	for n := 1; ; n++ {
		prefix := fmt.Sprintf("Tags.member.%d.", n)
		if !in.Has(prefix + "Key") {
			break
		}
		key, value := in.Get(prefix+"Key"), in.Get(prefix+"Value")
		switch {
		case n > maxTags:
			return constraint("[tags]", "tags", "Member must have length less than or equal to 50")
		case key == "" || len(key) > 128:
			return constraint(key, fmt.Sprintf("tags.%d.member.key", n), "Member must have length between 1 and 128")
		case len(value) > 256:
			return constraint(value, fmt.Sprintf("tags.%d.member.value", n), "Member must have length less than or equal to 256")
		case seen[strings.ToLower(key)]:
			return badParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[strings.ToLower(key)] = true
		q.tags[key] = value
	}
	for _, key := range numbered(in, "TransitiveTagKeys.member") {
		if !seen[strings.ToLower(key)] {
			return badParameter("The specified transitive tag key must be included in the requested tags.")
		}
		q.transitive = append(q.transitive, strings.ToLower(key))
	}
	return nil
}

// pack checks the session policies, and measures them with the tags. The policies have no
// effect, because the emulator checks no permissions.
func (q *roleRequest) pack(in url.Values) *apiError {
	var arns []string
	for n := 1; in.Has(fmt.Sprintf("PolicyArns.member.%d.arn", n)); n++ {
		arns = append(arns, in.Get(fmt.Sprintf("PolicyArns.member.%d.arn", n)))
	}
	policy := in.Get("Policy")
	var compact bytes.Buffer
	switch {
	case len(arns) > maxPolicyARNs:
		return constraint("[policyArns]", "policyArns", "Member must have length less than or equal to 10")
	case slices.ContainsFunc(arns, func(a string) bool { return len(a) < 20 || len(a) > 2048 || !strings.HasPrefix(a, "arn:") }):
		return validation("ARN " + strings.Join(arns, ", ") + " is not valid.")
	case in.Has("Policy") && (policy == "" || len(policy) > maxPolicy):
		return constraint(policy, "policy", "Member must have length between 1 and 2048")
	case in.Has("Policy") && (json.Compact(&compact, []byte(policy)) != nil || compact.Bytes()[0] != '{'):
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

// inherit returns the transitive tags of the new session: those of the caller's session,
// which the request cannot change, and those of the request.
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

// An assumedRole is the result that both operations share.
type assumedRole struct {
	SourceIdentity string `xml:"SourceIdentity,omitempty"`
	ID             string `xml:"AssumedRoleUser>AssumedRoleId"`
	Arn            string `xml:"AssumedRoleUser>Arn"`
	KeyID          string `xml:"Credentials>AccessKeyId"`
	Secret         string `xml:"Credentials>SecretAccessKey"`
	Token          string `xml:"Credentials>SessionToken"`
	Expires        string `xml:"Credentials>Expiration"`
	Packed         int    `xml:"PackedPolicySize,omitempty"`
}

func (q *roleRequest) assumed(creds credentials) assumedRole {
	return assumedRole{
		creds.SourceIdentity, creds.UserID, creds.ARN, creds.KeyID, creds.secret, creds.token,
		time.Unix(creds.Expires, 0).UTC().Format(time.RFC3339), q.packed,
	}
}

func validation(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "ValidationError", message: message}
}

func constraint(value, member, rule string) *apiError {
	return validation("1 validation error detected: Value '" + value + "' at '" + member + "' failed to satisfy constraint: " + rule)
}
