// The names, the counters and the log of requests.

package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/orgapi"
)

// A counters holds the numbers of requests by operation. It has only names that the emulator
// defines, so clients cannot fill the memory with other names.
type counters struct {
	mu sync.Mutex
	n  map[string]int
}

// Count returns the number of requests for the operation, including failed requests. Operations
// have the names of AWS's service models ("RegisterClient", "GetRoleCredentials"). A CreateToken
// request also counts by grant type ("CreateToken:refresh_token"), and so does
// CreateTokenWithIAM ("CreateTokenWithIAM:jwt-bearer"). The authorization endpoint is
// "Authorize", the pages are "Page", and requests for unknown operations are "Unknown".
func (e *Emulator) Count(operation string) int {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	return e.counts.n[operation]
}

// Counts returns all counts that are not 0, by operation.
func (e *Emulator) Counts() map[string]int {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	out := make(map[string]int, len(e.counts.n))
	maps.Copy(out, e.counts.n)
	return out
}

// ResetCounts sets all counts to 0.
func (e *Emulator) ResetCounts() {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	clear(e.counts.n)
}

func (c *counters) add(names ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	for _, name := range names {
		c.n[name]++
	}
}

// A RequestRecord describes a request. It contains no secrets: no query, no body, no code and
// no token.
type RequestRecord struct {
	Time      time.Time `json:"time"` // by the clock of the emulator
	ID        string    `json:"id"`   // the response's header x-amzn-RequestId
	Operation string    `json:"operation"`
	Method    string    `json:"method"`
	Host      string    `json:"host"` // the Host header; through the proxy, it is a host name of AWS
	Path      string    `json:"path"`
	Status    int       `json:"status"` // 0 means that the emulator sent no response
	UserAgent string    `json:"userAgent,omitempty"`
	// Caller is the ARN of the role session or of the IAM user that signed the request.
	// For AssumeRoleWithWebIdentity it is the subject of the token. It is "" if the
	// emulator did not verify the signature or the token.
	Caller string `json:"caller,omitempty"`
	// AssumeRole holds the parameters of AssumeRole and AssumeRoleWithWebIdentity. It is
	// nil for other operations.
	AssumeRole *AssumeRoleRecord `json:"assumeRole,omitempty"`
}

// An AssumeRoleRecord holds the parameters of a request to assume a role, except codes and tokens.
// The zero value of a field means that the client did not send the parameter.
type AssumeRoleRecord struct {
	RoleARN           string            `json:"roleArn"`
	SessionName       string            `json:"sessionName"`
	DurationSeconds   int               `json:"durationSeconds,omitempty"`
	ExternalID        string            `json:"externalId,omitempty"`
	SerialNumber      string            `json:"serialNumber,omitempty"`
	SourceIdentity    string            `json:"sourceIdentity,omitempty"`
	Tags              map[string]string `json:"tags,omitempty"`
	TransitiveTagKeys []string          `json:"transitiveTagKeys,omitempty"`
	Policy            string            `json:"policy,omitempty"`
	PolicyARNs        []string          `json:"policyArns,omitempty"`
}

// assumeRole returns the parameters of a request to assume a role. It returns nil for other
// requests.
func (c *call) assumeRole() *AssumeRoleRecord {
	if c.names[0] != "AssumeRole" && c.names[0] != "AssumeRoleWithWebIdentity" {
		return nil
	}
	in := c.form()
	r := &AssumeRoleRecord{
		RoleARN: in.Get("RoleArn"), SessionName: in.Get("RoleSessionName"), ExternalID: in.Get("ExternalId"),
		SerialNumber: in.Get("SerialNumber"), SourceIdentity: in.Get("SourceIdentity"),
		TransitiveTagKeys: numbered(in, "TransitiveTagKeys.member"), Policy: in.Get("Policy"), PolicyARNs: policyARNs(in),
	}
	r.DurationSeconds, _ = strconv.Atoi(in.Get("DurationSeconds")) // STS rejects other texts
	for n := 1; in.Has(fmt.Sprintf("Tags.member.%d.Key", n)); n++ {
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		r.Tags[in.Get(fmt.Sprintf("Tags.member.%d.Key", n))] = in.Get(fmt.Sprintf("Tags.member.%d.Value", n))
	}
	return r
}

// A requestLog holds the latest requests.
type requestLog struct {
	mu      sync.Mutex
	records []RequestRecord // works as a ring if it is full
	next    int
}

// Requests returns the latest requests, oldest first. It returns at most 1,000.
func (e *Emulator) Requests() []RequestRecord {
	l := &e.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(append([]RequestRecord{}, l.records[l.next:]...), l.records[:l.next]...)
}

const requestLogSize = 1000

func (l *requestLog) add(r RequestRecord) {
	// Clients choose the lengths of these texts, so limit them. The size of the body already
	// limits the texts of AssumeRole.
	for _, text := range []*string{&r.Host, &r.Path, &r.UserAgent} {
		*text = (*text)[:min(len(*text), 200)]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) < requestLogSize {
		l.records = append(l.records, r)
		return
	}
	l.records[l.next] = r
	l.next = (l.next + 1) % requestLogSize
}

// operationNames returns the sorted names that can be in the counts.
func (e *Emulator) operationNames() []string {
	names := map[string]bool{
		// These names depend on more than the path.
		"CreateToken:authorization_code": true, "CreateToken:device_code": true, "CreateToken:refresh_token": true, "CreateTokenWithIAM": true,
		"CreateTokenWithIAM:authorization_code": true, "CreateTokenWithIAM:refresh_token": true, "CreateTokenWithIAM:jwt-bearer": true, "CreateTokenWithIAM:token-exchange": true,
		"GetSigninToken": true, "ConsoleLogin": true,
		"ListBuckets": true, "ListObjectsV2": true, "HeadBucket": true, "GetObject": true, "HeadObject": true, "S3": true, "Query": true, "Unknown": true,
	}
	for _, rt := range e.routes {
		for _, op := range rt.methods {
			names[op.name] = !op.exempt
		}
	}
	for name := range e.queries {
		names[name] = true
	}
	for _, name := range orgapi.Actions() {
		names[name] = true
	}
	maps.DeleteFunc(names, func(_ string, counted bool) bool { return !counted })
	return slices.Sorted(maps.Keys(names))
}

// checkOperation returns an error if name is not an operation. Without this check, a fault with a
// typo would have no effect.
func (e *Emulator) checkOperation(name string) error {
	names := e.operationNames()
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	near := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !isNear(name, n) })
	if len(near) == 0 {
		return fmt.Errorf("fault: no operation %q; the operations are: %s", name, strings.Join(names, ", "))
	}
	return fmt.Errorf("fault: no operation %q; similar operations: %s", name, strings.Join(near, ", "))
}

// isNear reports whether text may be a typo of name.
func isNear(text, name string) bool {
	a, b := strings.ToLower(text), strings.ToLower(name)
	return distance(a, b) <= max(2, len(b)/5) || len(a) > 3 && strings.Contains(b, a)
}

// distance returns how many letters must be added, removed or changed to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
