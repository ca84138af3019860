package emulator

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// A principal is who holds a set of temporary keys. It travels, sealed, in the
// session token, and the secret key follows from the key id: keys cost no memory,
// however many are issued.
type principal struct {
	KeyID   string `json:"k"`
	Account string `json:"a"`
	ARN     string `json:"r"` // of the role session
	UserID  string `json:"u"`
	Expires int64  `json:"e"` // seconds since 1970
	Set     string `json:"s"` // permission set; "" for a role taken by AssumeRole
	// SourceIdentity and Tags are handed on to the roles that are taken with these
	// keys. Tags holds the transitive ones only, by key.
	SourceIdentity string            `json:"i,omitempty"`
	Tags           map[string]string `json:"t,omitempty"`
}

// credentials are keys as a client gets them.
type credentials struct {
	principal
	secret, token string
}

// roleCredentials issues keys for the permission set in the account. It reports
// false if the user may not have them.
func (e *Emulator) roleCredentials(user, account, set string, now time.Time) (credentials, bool) {
	d := e.dir.Load()
	if !d.access(user).has(account, set) {
		return credentials{}, false
	}
	role := roleName(account, set)
	return e.issue(principal{
		Account: account, Set: set,
		ARN:     "arn:" + e.partition() + ":sts::" + account + ":assumed-role/" + role + "/" + user,
		UserID:  roleID(account, role) + ":" + user,
		Expires: now.Add(d.sets[d.setNames[set]].SessionDuration).Unix(),
	}), true
}

const base32Letters = letters + "234567"

// issue makes keys for p.
func (e *Emulator) issue(p principal) credentials {
	p.KeyID = "ASIA" + e.random.pick(16, base32Letters)
	b, err := json.Marshal(p)
	if err != nil { // a struct of strings and a number marshals
		panic(err)
	}
	return credentials{p, e.secretKey(p.KeyID), e.seal.sealAs(base64.StdEncoding, kindSession, string(b))}
}

// secretKey returns the secret that belongs to a key id, 40 letters as AWS's.
func (e *Emulator) secretKey(id string) string {
	return base64.StdEncoding.EncodeToString(e.seal.mac("secret-key", id))[:40]
}

// holder returns who holds the session token.
func (e *Emulator) holder(token string) (p principal, ok bool) {
	payload, ok := e.seal.openAs(base64.StdEncoding, kindSession, token)
	return p, ok && json.Unmarshal([]byte(payload), &p) == nil
}

// partition is the one in which the instance's region lies.
func (e *Emulator) partition() string {
	switch r := e.config().Region; {
	case strings.HasPrefix(r, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(r, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}
