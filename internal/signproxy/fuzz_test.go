package signproxy

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

// FuzzForm looks for bodies in which the proxy finds another operation than a service, which takes
// the first or the last action.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{"Action=GetCallerIdentity&Version=2011-06-15", "Version=2011-06-15&Action=AssumeRole&Action=GetCallerIdentity", "action=AssumeRole&%41ction=GetCallerIdentity&Version=2011-06-15", "Action=;&Version=%"} {
		f.Add(seed)
	}
	sts, err := model.Load("sts")
	if err != nil {
		f.Fatal(err)
	}
	var c catalog
	f.Fuzz(func(t *testing.T, body string) {
		found, err := c.find(question{protocol: "query", method: "POST", path: "/", header: http.Header{}, body: []byte(body)}, []*model.Service{sts})
		if err != nil || len(found) == 0 {
			return
		}
		values, err := url.ParseQuery(body)
		if err != nil || len(found) != 1 || len(values["Action"]) != 1 || values.Get("Action") != found[0].op.Name {
			t.Errorf("%q: found %v, but the actions are %q (%v)", body, found, values["Action"], err)
		}
		for name := range values {
			if strings.EqualFold(name, "Action") && name != "Action" {
				t.Errorf("%q: accepted the parameter %q", body, name)
			}
		}
	})
}

// FuzzS3 looks for requests to S3 whose class does not fit the method: no GET or HEAD is a write, and
// no PUT or DELETE is a read. It also compares the path with the operation.
func FuzzS3(f *testing.F) {
	for _, seed := range []string{"/bkt/k", "/bkt?acl", "/bkt/a%2Fb//c?versionId=1", "/", "/bkt/?list-type=2", "/bkt/k?uploadId=u&partNumber=1", "/b/%2e%2e/k"} {
		f.Add(seed, uint8(0), "")
		f.Add(seed, uint8(2), "x/y")
	}
	s3, err := model.Load("s3api")
	if err != nil {
		f.Fatal(err)
	}
	list, err := opclass.Operations(s3)
	if err != nil {
		f.Fatal(err)
	}
	methods := []string{"GET", "HEAD", "PUT", "DELETE", "POST"}
	f.Fuzz(func(t *testing.T, target string, method uint8, source string) {
		q := question{protocol: "rest", method: methods[int(method)%len(methods)], header: http.Header{}}
		q.path, q.query, _ = strings.Cut(target, "?")
		if source != "" {
			q.header.Set("X-Amz-Copy-Source", source)
		}
		if !strings.HasPrefix(q.path, "/") || dots(q.path) {
			return
		}
		found, err := findREST(q, s3, list)
		if err != nil {
			return
		}
		for _, c := range found {
			read := c.op.Class != opclass.Write
			if c.op.Method != q.method || (q.method == "GET" || q.method == "HEAD") && !read || (q.method == "PUT" || q.method == "DELETE") && read {
				t.Errorf("%s %s: %s is a %s", q.method, target, c.name(), c.op.Class)
			}
			if strings.Contains(c.op.URI, "{Key+}") != (strings.Trim(q.path, "/") != "" && strings.Contains(strings.TrimPrefix(q.path, "/")[:len(q.path)-1], "/") && !onlyBucket(q.path)) {
				t.Errorf("%s %s: %s has another path", q.method, target, c.op.URI)
			}
			if source != "" && q.method == "PUT" && strings.HasPrefix(c.op.Name, "PutObject") && c.op.URI == "/{Bucket}/{Key+}" {
				t.Errorf("%s %s: a copy from %q is %s", q.method, target, source, c.op.Name)
			}
		}
	})
}

// onlyBucket reports whether a path has a bucket and no key.
func onlyBucket(path string) bool {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return bucket != "" && key == ""
}

// FuzzSignature looks for headers Authorization that are read in two ways.
func FuzzSignature(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=A/20261129/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
	f.Add("AWS4-HMAC-SHA256 Credential=A/20261129/eu-west-1/sts/aws4_request, Credential=B/1/2/3/aws4_request, SignedHeaders=host, Signature=0")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSignature(http.Header{"Authorization": {text}})
		if err != nil {
			return
		}
		if strings.Count(text, "Credential=") != 1 || !strings.Contains(text, "Credential="+strings.Join([]string{s.keyID, s.date, s.region, s.service, signatureKeyword}, "/")) {
			t.Errorf("%q: read as %+v", text, s)
		}
	})
}
