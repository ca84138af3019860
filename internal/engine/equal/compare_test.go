package equal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc64"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A sent is the part of a request that must be equal.
type sent struct {
	Method, Host, Path, Scope string
	Query                     url.Values
	Headers                   map[string]string
	Body                      any
}

// compareCase returns the result of a comparison: "equal", "different", "refused" (only package call
// refuses the input), "invalid" (both refuse the input, or botocore does), "absent" (botocore does
// not have the operation). diff is not empty if the requests are not equal.
func compareCase(ctx context.Context, c *comparedCase, theirs line) (result, diff string) {
	ours, err := requestOf(ctx, c)
	switch {
	case theirs.Absent != "":
		return "absent", ""
	case theirs.NoEndpoint != "" && err != nil:
		return "no endpoint", ""
	case theirs.NoEndpoint != "":
		return "different", "botocore: " + theirs.NoEndpoint + "; lanyard: " + ours.Host
	case theirs.Invalid != "":
		return "invalid", ""
	case handedOff(err):
		return "handed off", ""
	case theirs.Broken != "" && err != nil && strings.HasSuffix(theirs.Broken, err.Error()):
		return "both refuse", ""
	case theirs.Broken != "" && err != nil:
		return "different", "botocore: " + theirs.Broken + "; lanyard: " + err.Error()
	case theirs.Broken != "":
		return "different", "botocore: " + theirs.Broken
	case err != nil && *models == "" && strings.Contains(err.Error(), "Unknown parameter"):
		return "invalid", ""
	case err != nil:
		return "refused", err.Error()
	}
	want, err := theirs.sent(c.svc)
	if err != nil {
		return "different", err.Error()
	}
	if d := gocmp.Diff(want, ours); d != "" {
		return "different", "(-botocore +lanyard)\n" + d
	}
	return "equal", ""
}

// account is the account of the credentials.
const account = "111122223333"

// errCaptured ends a call after the client has made its request.
var errCaptured = errors.New("captured")

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// requestOf returns the request of package call.
func requestOf(ctx context.Context, c *comparedCase) (*sent, error) {
	input, err := c.parse()
	if err != nil {
		return nil, err
	}
	var made *sent
	var broken error
	client := &call.Client{
		NoSigV4A: true, // like botocore without the library awscrt
		Region:   c.region, FIPS: c.fips, DualStack: c.dual, MaxAttempts: 1, AccountID: account,
		Credentials: call.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: secret.New("secret"), SessionToken: secret.New("token")},
		HTTP: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			headers := make(map[string]string)
			for name := range r.Header {
				headers[name] = r.Header.Get(name)
			}
			if r.ContentLength < 0 {
				headers["Transfer-Encoding"] = "chunked"
			}
			made, broken = newSent(c.svc, r.Method, r.URL, headers, body)
			return nil, errCaptured
		})},
	}
	c.settings.apply(client)
	_, err = client.Call(ctx, c.svc, c.op, input)
	if made == nil {
		return nil, cmp.Or(broken, err)
	}
	return made, nil
}

// sent returns botocore's request.
func (l line) sent(svc *model.Service) (*sent, error) {
	u, err := url.Parse(l.URL)
	if err != nil {
		return nil, err
	}
	return newSent(svc, l.Method, u, l.Headers, l.Body)
}

// ignored lists headers that name the client, differ in each request, or follow from other parts of
// the request.
var ignored = []string{
	"Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "Authorization", "Content-Length", "Expect", "Host", "User-Agent",
	"X-Amz-Date", "X-Amzn-Trace-Id",
}

func newSent(svc *model.Service, method string, u *url.URL, headers map[string]string, body []byte) (*sent, error) {
	s := &sent{Method: method, Host: u.Host, Path: cmp.Or(u.EscapedPath(), "/"), Headers: make(map[string]string)}
	var err error
	if s.Query, err = url.ParseQuery(ids(u.RawQuery)); err != nil {
		return nil, err
	}
	for name, v := range headers {
		name = http.CanonicalHeaderKey(name)
		if name == "Authorization" {
			s.Scope = scope.FindString(v)
		}
		if !slices.Contains(ignored, name) {
			s.Headers[name] = ids(v)
		}
	}
	// S3 wants the hash of the body in a header. Two equal bodies can have different hashes, because some
	// contain an id.
	if sum := sha256.Sum256(body); s.Headers[hashHeader] == hex.EncodeToString(sum[:]) {
		s.Headers[hashHeader] = "the hash of the body"
	}
	if sum := crc64.Checksum(body, crc64.MakeTable(0x9a6c9329ac4bc9b5)); s.Headers[checksumHeader] == base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum)) {
		s.Headers[checksumHeader] = "the checksum of the body"
	}
	s.Body, err = normal(svc, s.Headers["Content-Type"], ids(string(body)))
	return s, err
}

const hashHeader, checksumHeader = "X-Amz-Content-Sha256", "X-Amz-Checksum-Crc64nvme"

// scope matches the region and the service of a signature.
var scope = regexp.MustCompile(`/[^/]+/[^/]+/aws4_request`)

// uuid matches the random ids that clients make.
var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

func ids(s string) string { return uuid.ReplaceAllString(s, "ID") }

// normal returns a body in a form that does not depend on white space, and on the order of
// parameters and members.
func normal(svc *model.Service, contentType, body string) (any, error) {
	switch {
	case svc.Protocol == model.Query || svc.Protocol == model.EC2:
		form, err := url.ParseQuery(body)
		if svc.SignatureV2 {
			form.Del("Timestamp")
			form.Del("Signature")
		}
		return form, err
	case body == "":
		return "", nil
	case strings.Contains(contentType, "json"):
		var v any
		d := json.NewDecoder(strings.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&v); err != nil || d.More() {
			return body, nil // a payload that is no JSON
		}
		return plainNumbers(v), nil
	}
	return body, nil
}

// plainNumbers replaces numbers by floating-point numbers, because 1 and 1.0 are equal in JSON.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Collect(maps.Keys(v)) {
			v[k] = plainNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return reflect.ValueOf(v).String()
		}
		return f
	}
	return v
}
