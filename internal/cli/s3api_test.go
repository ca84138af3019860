package cli

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// A request for a directory bucket of S3 Express has the keys of a session.
func TestDirectoryBucket(t *testing.T) {
	var token, other string
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.RawQuery, "session") {
			_, _ = io.WriteString(w, `<CreateSessionResult><Credentials><SessionToken>st</SessionToken><SecretAccessKey>sk</SecretAccessKey>`+
				`<AccessKeyId>SESSION</AccessKeyId><Expiration>2026-01-02T03:09:05Z</Expiration></Credentials></CreateSessionResult>`)
			return
		}
		token, other = r.Header.Get("X-Amz-S3session-Token"), r.Header.Get("X-Amz-Security-Token")
		_, _ = io.WriteString(w, `<R/>`)
	})
	code, _, stderr := p.run(t, "", map[string]string{"AWS_SESSION_TOKEN": "role"}, strings.Fields("s3api list-objects-v2 --no-paginate --bucket b--usw2-az1--x-s3 --region us-west-2")...)
	want := []string{
		"GET b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/?session us-west-2/s3express",
		"GET b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/?list-type=2&encoding-type=url us-west-2/s3express",
	}
	for i := range p.requests {
		p.requests[i] = strings.Replace(p.requests[i], "?session=", "?session", 1)
	}
	if code != 0 || !slices.Equal(p.requests, want) || token != "st" || other != "" {
		t.Errorf("exit code %d, %s\nrequests %q\nwant     %q\ntokens %q, %q", code, stderr, p.requests, want, token, other)
	}
}

// S3 can begin a reply with success, and then send an error. The client repeats the request.
func TestErrorInsideSuccess(t *testing.T) {
	var calls atomic.Int32
	var header http.Header
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		if calls.Add(1) == 1 {
			_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>InternalError</Code><Message>again</Message></Error>`)
			return
		}
		_, _ = io.WriteString(w, `<CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>`)
	})
	code, stdout, stderr := p.run(t, "", nil, "s3api", "copy-object", "--bucket", "b-1", "--key", "k", "--copy-source", "b-2/a b+c?versionId=v 1?versionId=2",
		"--sse-customer-key", "key", "--copy-source-sse-customer-key", "other")
	if code != 0 || calls.Load() != 2 || !strings.Contains(stdout, `"ETag": "\"x\""`) {
		t.Errorf("exit code %d, %d requests, %s%s", code, calls.Load(), stdout, stderr)
	}
	for name, want := range map[string]string{
		"X-Amz-Copy-Source":                                         "b-2/a%20b%2Bc%3FversionId%3Dv%201?versionId=2",
		"X-Amz-Server-Side-Encryption-Customer-Key":                 "a2V5",
		"X-Amz-Server-Side-Encryption-Customer-Key-Md5":             "PG4LipwVIkqCKLmpjKFTHQ==",
		"X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key-Md5": "eV8yArF8trw9S3cdjGyerw==",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// The header Expires can have any text. The output has the text, and the time if the text is one.
func TestExpires(t *testing.T) {
	for text, want := range map[string]string{
		"Thu, 01 Jan 2026 00:00:00 GMT": "{\n    \"Expires\": \"2026-01-01T00:00:00+00:00\",\n    \"Metadata\": {\n        \"two-words\": \"v\"\n    },\n    \"ExpiresString\": \"Thu, 01 Jan 2026 00:00:00 GMT\"\n}\n",
		"soon":                          "{\n    \"Metadata\": {\n        \"two-words\": \"v\"\n    },\n    \"ExpiresString\": \"soon\"\n}\n",
	} {
		p := newRecorder(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Expires", text)
			w.Header().Set("x-amz-meta-two-words", "v")
		})
		if code, stdout, stderr := p.run(t, "", nil, "s3api", "head-object", "--bucket", "b-1", "--key", "k"); code != 0 || stdout != want {
			t.Errorf("Expires: %s: exit code %d, %s%s, want %s", text, code, stdout, stderr, want)
		}
	}
}
