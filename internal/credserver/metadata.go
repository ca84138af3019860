package credserver

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Metadata describes the instance of an instance metadata service.
type Metadata struct {
	Role   string // the name of the role in the paths; any other characters become "-"
	Region func() string
	V1     bool // also answer requests without a token, as version 1 of the protocol
}

const (
	ttlHeader   = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
	tokenHeader = "X-Aws-Ec2-Metadata-Token"
	maxTTL      = 21600
	maxTokens   = 1024

	// InstanceID is the instance id in the answers of every metadata service.
	InstanceID = "i-00000000000000000"

	// nearlyExpired is the minimum validity of credentials. botocore extends the lifetime of an
	// instance's credentials, and uses them for up to ten minutes after they expire.
	nearlyExpired = 10 * time.Minute
)

// A metadata is the state of an instance metadata service.
type metadata struct {
	Metadata
	server *Server

	mu     sync.Mutex
	tokens map[string]time.Time // the end of each token
}

// StartMetadata starts an instance metadata service with one source, whose path is "". It serves
// until Close. Its protocol has no secret between client and server. So on Linux, the service
// accepts a connection only if its process belongs to this user.
func StartMetadata(ctx context.Context, c Config, m Metadata) (*Server, error) {
	m.Role = regexp.MustCompile(`[^\w+=,.@-]`).ReplaceAllString(m.Role, "-")
	s := &Server{c: c, strict: true}
	state := &metadata{Metadata: m, server: s, tokens: map[string]time.Time{}}
	s.answer = state.answer
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// answer answers a request.
func (m *metadata) answer(w http.ResponseWriter, r *http.Request) (name, code string) {
	src := m.server.sources[""]
	name = src.Name
	h := w.Header()
	h.Set("Content-Type", "text/plain")
	for _, forwarded := range []string{"X-Forwarded-For", "Forwarded", "Via"} { // a proxy has passed the request on
		if _, ok := r.Header[forwarded]; ok {
			return name, refuse(w, http.StatusForbidden, "ForwardedRequest")
		}
	}
	path := r.RequestURI
	switch {
	case path == "/latest/api/token" && r.Method == http.MethodPut:
		return name, m.newToken(w, r)
	case path == "/latest/api/token" || r.Method != http.MethodGet:
		h.Set("Allow", map[bool]string{true: http.MethodPut, false: http.MethodGet}[path == "/latest/api/token"])
		return name, refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	case !m.allowed(r):
		return name, refuse(w, http.StatusUnauthorized, "InvalidToken")
	}
	// Clients end some paths with a slash, and AWS's service accepts it.
	return name, m.document(w, r, src, strings.TrimSuffix(path, "/"))
}

// newToken gives a client a token.
func (m *metadata) newToken(w http.ResponseWriter, r *http.Request) (code string) {
	ttl, err := strconv.Atoi(r.Header.Get(ttlHeader))
	if err != nil || ttl < 1 || ttl > maxTTL {
		return refuse(w, http.StatusBadRequest, "InvalidTTL")
	}
	token, now := rand.Text()+rand.Text(), m.server.c.Now()
	m.mu.Lock()
	// Delete the expired tokens, or all tokens if there are too many. A client without a valid
	// token gets 401, and asks for a new token.
	for old, end := range m.tokens {
		if len(m.tokens) >= maxTokens || !now.Before(end) {
			delete(m.tokens, old)
		}
	}
	m.tokens[token] = now.Add(time.Duration(ttl) * time.Second)
	m.mu.Unlock()
	w.Header().Set(ttlHeader, strconv.Itoa(ttl)) // the Go SDK needs it
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(token))
	return ""
}

// allowed reports whether a request has a valid token, or none in version 1 of the protocol.
func (m *metadata) allowed(r *http.Request) bool {
	sent, ok := r.Header[tokenHeader]
	if !ok {
		return m.V1
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	valid, now := 0, m.server.c.Now()
	for token, end := range m.tokens {
		if now.Before(end) {
			valid |= subtle.ConstantTimeCompare([]byte(token), []byte(sent[0]))
		}
	}
	return len(sent) == 1 && valid == 1
}

// document answers a request for a document.
func (m *metadata) document(w http.ResponseWriter, r *http.Request, src *source, path string) (code string) {
	const credentialsPath = "/latest/meta-data/iam/security-credentials"
	region := m.Region()
	text := ""
	switch path {
	case credentialsPath:
		text = m.Role
	case "/latest/meta-data/instance-id":
		text = InstanceID
	case "/latest/meta-data/placement/region":
		text = region
	case "/latest/meta-data/placement/availability-zone": // botocore gets the region from it
		if region != "" {
			text = region + "a"
		}
	case credentialsPath + "/" + m.Role, "/latest/meta-data/iam/info", "/latest/dynamic/instance-identity/document":
		c, err := m.server.get(r.Context(), src)
		if err != nil {
			return m.fail(w, err)
		}
		w.Header().Set("Content-Type", "application/json")
		return m.about(w, path, region, c)
	}
	if text == "" {
		return refuse(w, http.StatusNotFound, "NotFound")
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(text))
	return ""
}

// about answers with the credentials, or with a document about their account.
func (m *metadata) about(w http.ResponseWriter, path, region string, c ssocache.Credentials) (code string) {
	now := m.server.c.Now()
	updated := ssocache.FormatTime(now)
	switch {
	case strings.HasSuffix(path, "/document"):
		answer(w, http.StatusOK, map[string]string{
			"accountId": c.AccountID, "region": region, "availabilityZone": region + "a", "instanceId": InstanceID, "version": "2017-09-30",
		})
	case strings.HasSuffix(path, "/info"):
		answer(w, http.StatusOK, map[string]string{
			"Code": "Success", "LastUpdated": updated, "InstanceProfileId": "AIPAAAAAAAAAAAAAAAAAA",
			"InstanceProfileArn": "arn:" + partition(region) + ":iam::" + c.AccountID + ":instance-profile/" + m.Role,
		})
	case !c.Expiration.IsZero() && c.Left(now) < nearlyExpired:
		doc := problem("ExpiringCredentials", "the credentials expire in less than ten minutes, and lanyard cannot get credentials that are valid for longer")
		doc["Code"] = "Failed"
		answer(w, http.StatusNotFound, doc)
		return "ExpiringCredentials"
	default:
		doc := credentials(c, now)
		doc["Code"], doc["LastUpdated"], doc["Type"] = "Success", updated, "AWS-HMAC"
		answer(w, http.StatusOK, doc)
	}
	return ""
}

// fail answers with an error. A client that gets status 404 has no credentials, and does not
// repeat the request.
func (m *metadata) fail(w http.ResponseWriter, err error) (code string) {
	w.Header().Set("Content-Type", "application/json")
	code = codeOf(err)
	answer(w, http.StatusNotFound, problem(code, message(err)))
	return code
}

// partition returns the partition of a region.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
