package emulator

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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
	arn, name := in.Get("RoleArn"), in.Get("RoleSessionName")
	partition, account, role, ok := roleOf(arn)
	life, err := assumedLife(in.Get("DurationSeconds"))
	switch {
	case !ok || len(arn) < 20 || len(arn) > 2048:
		return nil, validation(arn + " is invalid")
	case !isUserName(name):
		return nil, validation("1 validation error detected: Value '" + name + "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}")
	case in.Has("ExternalId") && !isExternalID(in.Get("ExternalId")):
		return nil, validation("1 validation error detected: Value at 'externalId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]{2,1224}")
	case err != nil:
		return nil, err
	}
	r, ok := e.dir.Load().iamRoles[place(account, role)]
	switch {
	case !ok, partition != e.partition(), !r.trusts(s.principal), r.ExternalID != "" && r.ExternalID != in.Get("ExternalId"):
		return nil, &apiError{status: http.StatusForbidden, code: "AccessDenied", message: fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", s.ARN, arn)}
	case life > r.MaxSession:
		return nil, validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	creds := e.issue(principal{
		Account: account, ARN: "arn:" + e.partition() + ":sts::" + account + ":assumed-role/" + role + "/" + name,
		UserID: roleID(account, role) + ":" + name, Expires: c.now.Add(life).Unix(),
	})
	return assumed(creds, c.id), nil
}

// assumedLife reads DurationSeconds.
func assumedLife(text string) (time.Duration, *apiError) {
	if text == "" {
		return time.Hour, nil
	}
	n, err := strconv.Atoi(text)
	life := time.Duration(n) * time.Second
	switch {
	case err != nil || n < 900 || n > 43200:
		return 0, validation("1 validation error detected: Value '" + text + "' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200")
	case life > chainedLimit:
		return 0, validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	return life, nil
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

// assumed is the answer of AssumeRole.
func assumed(creds credentials, requestID string) any {
	type user struct {
		ID  string `xml:"AssumedRoleId"`
		Arn string
	}
	type keys struct {
		ID      string `xml:"AccessKeyId"`
		Secret  string `xml:"SecretAccessKey"`
		Token   string `xml:"SessionToken"`
		Expires string `xml:"Expiration"`
	}
	type result struct {
		User   user `xml:"AssumedRoleUser"`
		Keys   keys `xml:"Credentials"`
		Packed int  `xml:"PackedPolicySize"`
	}
	return struct {
		XMLName  xml.Name         `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
		Result   result           `xml:"AssumeRoleResult"`
		Metadata responseMetadata `xml:"ResponseMetadata"`
	}{
		Result: result{
			user{creds.UserID, creds.ARN},
			keys{creds.KeyID, creds.secret, creds.token, time.Unix(creds.Expires, 0).UTC().Format(time.RFC3339)},
			1,
		},
		Metadata: responseMetadata{requestID},
	}
}
