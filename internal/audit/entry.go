package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/caller"
)

// An Entry is one line of the record. It has no secret, and no arguments of commands, because
// these can have secrets. Unknown fields are empty.
type Entry struct {
	Seq      int64     `json:"seq"`  // 1 for the first entry; the next entry has the next number
	Time     time.Time `json:"time"` // UTC, to the millisecond, by this machine's clock
	Event    string    `json:"event"`
	Decision string    `json:"decision,omitempty"` // Allowed, Refused or Failed
	Rule     string    `json:"rule,omitempty"`     // the rule of the guard that decided
	Consent  string    `json:"consent,omitempty"`  // how the user agreed: "asked", "granted" or "recent"
	Profile  string    `json:"profile,omitempty"`
	Account  string    `json:"account,omitempty"` // 12 digits
	Role     string    `json:"role,omitempty"`
	KeyID    string    `json:"keyId,omitempty"`   // the access key id, which CloudTrail also has
	Expires  time.Time `json:"expires,omitzero"`  // of the credentials
	Source   string    `json:"source,omitempty"`  // Cache, Fetch or Profile
	Call     string    `json:"call,omitempty"`    // of a signed call, such as "s3:GetObject"
	Region   string    `json:"region,omitempty"`  // of a signed call
	Error    string    `json:"error,omitempty"`   // why the decision is Refused or Failed
	Command  string    `json:"command,omitempty"` // the words of the command, such as "sso get-credentials"
	Caller
	// Prev is the SHA-256 of the line before, without its line break, in hexadecimal digits. In
	// the first entry, it has 64 zeros.
	Prev string `json:"prev"`
}

// The events of entries.
const (
	Credentials = "credentials" // credentials were requested
	SignedCall  = "call"        // a call went through the signing proxy
	Grant       = "grant"       // the user allowed a guarded role for some time
	// Restart marks a gap: the file of the chain's anchor was missing or did not fit the record.
	Restart = "restart"
)

// The decisions of entries.
const (
	Allowed = "allowed" // the caller got what it asked for
	Refused = "refused" // a rule of the guard refused
	Failed  = "failed"  // the rules allowed it, but an error occurred
)

// The sources of credentials.
const (
	Cache   = "cache"
	Fetch   = "fetch"   // from Identity Center or STS
	Profile = "profile" // what the profile names: its keys, a program or the service of a container
)

// A Caller describes the process that asked for credentials.
type Caller struct {
	PID      int       `json:"pid,omitempty"`
	UID      int       `json:"uid"` // -1 on Windows
	Program  string    `json:"program,omitempty"`
	Parents  []Process `json:"parents,omitempty"` // at most 4, nearest first
	Terminal bool      `json:"terminal"`
	Agent    string    `json:"agent,omitempty"` // the AI agent; see package caller
	AgentBy  string    `json:"agentBy,omitempty"`
	CI       string    `json:"ci,omitempty"`
	Dir      string    `json:"cwd,omitempty"`
}

// A Process is a parent of the caller.
type Process struct {
	PID  int    `json:"pid"`
	Name string `json:"name"`
}

const maxParents = 4

// Self describes this process and its callers.
func Self(c caller.Caller) Caller {
	own := describe(c)
	own.PID, own.UID = os.Getpid(), os.Getuid()
	if len(os.Args) > 0 {
		own.Program = base(os.Args[0])
	}
	own.Dir, _ = os.Getwd()
	return own
}

// base returns the last part of a path. This package does not use path/filepath: see package warm.
func base(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

func describe(c caller.Caller) Caller {
	own := Caller{Terminal: c.Terminal, Agent: c.Agent, AgentBy: c.AgentBy, CI: c.CI}
	for _, p := range c.Ancestors[:min(len(c.Ancestors), maxParents)] {
		own.Parents = append(own.Parents, Process{p.PID, p.Name})
	}
	return own
}

// parse reads a line.
func parse(line []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(line, &e); err != nil {
		return Entry{}, err
	}
	if e.Seq < 1 || len(e.Prev) != 2*sha256.Size {
		return Entry{}, fmt.Errorf("seq %d or prev is invalid", e.Seq)
	}
	return e, nil
}

// hashOf returns the hash of a line that the next line has.
func hashOf(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
