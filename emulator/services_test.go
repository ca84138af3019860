package emulator_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestAssumeRole(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	const deploy = "arn:aws:iam::123456789012:role/Deploy"
	call := func(key aws.Credentials, kv ...string) (int, string) {
		in := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {deploy}, "RoleSessionName": {"ci"}}
		for i := 0; i < len(kv); i += 2 {
			in.Set(kv[i], kv[i+1])
		}
		return signedRequest{method: "POST", url: x.srv.URL + "/", body: in.Encode(), service: "sts", region: "us-east-1", key: key, at: x.srv.Now()}.do(t)
	}
	dev, admin := x.keys("444455556666", "DeveloperAccess"), x.keys("111122223333", "AdministratorAccess")
	status, body := call(dev, "DurationSeconds", "900")
	var out struct {
		Arn     string `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
		ID      string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret  string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		Token   string `xml:"AssumeRoleResult>Credentials>SessionToken"`
		Expires string `xml:"AssumeRoleResult>Credentials>Expiration"`
	}
	if err := xml.Unmarshal([]byte(body), &out); err != nil || status != 200 {
		t.Fatalf("status %d, body %s, error %v, want 200", status, body, err)
	}
	if out.Arn != "arn:aws:sts::123456789012:assumed-role/Deploy/ci" || out.Expires != "2026-11-22T12:15:00Z" {
		t.Errorf("role session = %+v, want ci of Deploy for 15 min", out)
	}
	status, body = signedRequest{
		method: "POST", url: x.srv.URL + "/", body: identityBody, service: "sts", region: "us-east-1", at: x.srv.Now(),
		key: aws.Credentials{AccessKeyID: out.ID, SecretAccessKey: out.Secret, SessionToken: out.Token},
	}.do(t)
	if status != 200 || !strings.Contains(body, "<Arn>"+out.Arn+"</Arn>") {
		t.Errorf("request with the new credentials: status %d, body %s, want the role session", status, body)
	}

	tests := []struct {
		name   string
		key    aws.Credentials
		change []string
		status int
		code   string
	}{
		{"not trusted", admin, nil, 403, "AccessDenied"},
		{"no such role", dev, []string{"RoleArn", deploy + "2"}, 403, "AccessDenied"},
		{"another partition", dev, []string{"RoleArn", "arn:aws-cn:iam::123456789012:role/Deploy"}, 403, "AccessDenied"},
		{"no ARN", dev, []string{"RoleArn", "Deploy"}, 400, "ValidationError"},
		{"a name of one letter", dev, []string{"RoleSessionName", "x"}, 400, "ValidationError"},
		{"too short", dev, []string{"DurationSeconds", "899"}, 400, "ValidationError"},
		{"too long for a chain", dev, []string{"DurationSeconds", "3601"}, 400, "ValidationError"},
		{"no external id", admin, []string{"RoleArn", "arn:aws:iam::210987654321:role/Audit"}, 403, "AccessDenied"},
		{"wrong external id", admin, []string{"RoleArn", "arn:aws:iam::210987654321:role/Audit", "ExternalId", "x1"}, 403, "AccessDenied"},
		{"right external id", admin, []string{"RoleArn", "arn:aws:iam::210987654321:role/Audit", "ExternalId", "audit-2026"}, 200, ""},
		{"a wrong version", dev, []string{"Version", "2016-11-15"}, 400, "InvalidAction"},
	}
	for _, tt := range tests {
		if status, body := call(tt.key, tt.change...); status != tt.status || tt.code != "" && !strings.Contains(body, "<Code>"+tt.code+"</Code>") {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.code)
		}
	}
}

// A listing holds the parts of S3 responses that the tests compare.
type listing struct {
	Names    []string `xml:"Buckets>Bucket>Name"`
	Keys     []string `xml:"Contents>Key"`
	Prefixes []string `xml:"CommonPrefixes>Prefix"`
	Next     string   `xml:"NextContinuationToken"`
	More     bool     `xml:"IsTruncated"`
	Code     string
}

func (x *tester) s3(key aws.Credentials, path string) (int, listing) {
	x.Helper()
	status, body := signedRequest{method: "GET", url: x.srv.URL + path, service: "s3", region: "us-east-1", key: key, at: x.srv.Now()}.do(x.T)
	var l listing
	if err := xml.Unmarshal([]byte(body), &l); err != nil {
		x.Fatalf("%s: %v in %s", path, err, body)
	}
	return status, l
}

func TestS3Lists(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	const site = "/account1-website?list-type=2"
	const back = "/account1-backups?list-type=2"
	for _, tt := range []struct{ path, want string }{
		{"/", "[account1-backups account1-website] [] []"},
		{"/?x-id=ListBuckets", "[account1-backups account1-website] [] []"},
		{"/?prefix=account1-w", "[account1-website] [] []"},
		{"/?max-buckets=1", "[account1-backups] [] []"},
		{back, "[] [README.md daily/2026-11-20.tar.gz daily/2026-11-21.tar.gz] []"},
		{back + "&delimiter=%2F&prefix=&encoding-type=url", "[] [README.md] [daily/]"},
		{back + "&delimiter=%2F&prefix=daily", "[] [] [daily/]"},
		{back + "&delimiter=%2F&prefix=daily%2F", "[] [daily/2026-11-20.tar.gz daily/2026-11-21.tar.gz] []"},
		{back + "&start-after=daily%2F2026-11-20.tar.gz", "[] [daily/2026-11-21.tar.gz] []"},
		{back + "&prefix=nothing", "[] [] []"},
		{back + "&max-keys=0", "[] [] []"},
		{site + "&prefix=img%2F", "[] [img/logo a+b.svg] []"},
		{site + "&prefix=img%2F&encoding-type=url", "[] [img/logo+a%2Bb.svg] []"},
	} {
		if status, l := x.s3(key, tt.path); status != 200 || fmt.Sprint(l.Names, l.Keys, l.Prefixes) != tt.want {
			t.Errorf("%s: %d %+v, want %s", tt.path, status, l, tt.want)
		}
	}
	for _, tt := range []struct {
		path   string
		status int
		code   string
	}{
		{"/no-such-bucket?list-type=2", 404, "NoSuchBucket"},
		{"/account2-builds?list-type=2", 403, "AccessDenied"},
		{back + "&continuation-token=x", 400, "InvalidArgument"},
		{back + "&max-keys=-1", 400, "InvalidArgument"},
		{back + "&encoding-type=gzip", 400, "InvalidArgument"},
		{"/account1-backups/README.md?tagging", 501, "NotImplemented"},
		{"/account1-backups/README", 404, "NoSuchKey"},
		{"/account2-builds/x", 403, "AccessDenied"},
		{"/no-such-bucket/x", 404, "NoSuchBucket"},
	} {
		if status, l := x.s3(key, tt.path); status != tt.status || l.Code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.path, status, l.Code, tt.status, tt.code)
		}
	}
}

func TestS3Pages(t *testing.T) {
	c := emulator.BuiltIn()
	b := emulator.Bucket{Account: "111122223333", Name: "many"}
	for i := range 40 {
		b.Objects = append(b.Objects, emulator.Object{Key: fmt.Sprintf("dir%d/%d", i%5, i)}, emulator.Object{Key: fmt.Sprintf("file%d", i)})
	}
	c.Buckets = append(c.Buckets, b)
	x := newTester(t, c)
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	for _, tt := range []struct {
		query string
		want  int
	}{{"", 80}, {"&delimiter=%2F", 45}, {"&delimiter=e", 41}, {"&prefix=dir3%2F", 8}} {
		for size := 1; size < 50; size += 6 {
			seen := map[string]int{}
			path := fmt.Sprintf("/many?list-type=2&max-keys=%d%s", size, tt.query)
			for next := ""; ; {
				_, l := x.s3(key, path+next)
				for _, k := range append(l.Keys, l.Prefixes...) {
					seen[k]++
				}
				if !l.More {
					break
				}
				next = "&continuation-token=" + l.Next
			}
			for k, n := range seen {
				if n != 1 {
					t.Errorf("%s: %s occurs %d times, want once", path, k, n)
				}
			}
			if len(seen) != tt.want {
				t.Errorf("%s: %d entries, want %d", path, len(seen), tt.want)
			}
		}
	}
}

func TestEC2(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	key := x.keys("444455556666", "DeveloperAccess")
	const base = "Action=DescribeInstances&Version=2016-11-15"
	for _, tt := range []struct {
		name, body, region string
		status             int
		want               string
	}{
		{"all", "", "us-west-2", 200, "[i-0a1b2c3d4e5f60718 i-0a1b2c3d4e5f60719]"},
		{"none in the region", "", "eu-west-1", 200, "[]"},
		{"by id", "&InstanceId.1=i-0a1b2c3d4e5f60719", "us-west-2", 200, "[i-0a1b2c3d4e5f60719]"},
		{"by tag", "&Filter.1.Name=tag%3AName&Filter.1.Value.1=x&Filter.1.Value.2=web-*", "us-west-2", 200, "[i-0a1b2c3d4e5f60718]"},
		{"by two filters", "&Filter.1.Name=tag-key&Filter.1.Value.1=Name&Filter.2.Name=instance-state-name&Filter.2.Value.1=stopped", "us-west-2", 200, "[i-0a1b2c3d4e5f60719]"},
		{"an id of elsewhere", "&InstanceId.1=i-0123456789abcdef0", "us-west-2", 400, "InvalidInstanceID.NotFound"},
		{"no id", "&InstanceId.1=x", "us-west-2", 400, "InvalidInstanceID.Malformed"},
		{"no filter", "&Filter.1.Name=nope", "us-west-2", 400, "InvalidParameterValue"},
		{"a page too small", "&MaxResults=1", "us-west-2", 400, "InvalidParameterValue"},
		{"a made-up token", "&NextToken=x", "us-west-2", 400, "InvalidParameterValue"},
	} {
		r := signedRequest{method: "POST", url: x.srv.URL + "/", body: base + tt.body, service: "ec2", region: tt.region, key: key, at: x.srv.Now()}
		status, body := r.do(t)
		var out struct {
			IDs   []string `xml:"reservationSet>item>instancesSet>item>instanceId"`
			Error string   `xml:"Errors>Error>Code"`
		}
		if err := xml.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out.IDs); status != tt.status || status == 200 && got != tt.want || status != 200 && out.Error != tt.want {
			t.Errorf("%s: %d %s, want %s", tt.name, status, body, tt.want)
		}
	}
}

// Each service has its own error for a bad signature.
func TestSignatureErrorsOfEachService(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	ec2 := signedRequest{method: "POST", url: x.srv.URL + "/", body: "Action=DescribeInstances&Version=2016-11-15", service: "ec2", region: "us-east-1", key: key, at: x.srv.Now()}
	s3 := signedRequest{method: "GET", url: x.srv.URL + "/account1-backups?list-type=2", service: "s3", region: "us-east-1", key: key, at: x.srv.Now()}
	tests := []struct {
		name      string
		change    func(*signedRequest)
		ec2, ec2s string
		s3, s3s   string
	}{
		{"not signed", func(r *signedRequest) { r.change = func(q *http.Request) { q.Header.Del("Authorization") } }, "401", "AuthFailure", "403", "AccessDenied"},
		{"wrong secret", func(r *signedRequest) { r.key.SecretAccessKey = "x" }, "401", "AuthFailure", "403", "SignatureDoesNotMatch"},
		{"no token", func(r *signedRequest) { r.key.SessionToken = "" }, "401", "AuthFailure", "403", "InvalidAccessKeyId"},
		{"a bad token", func(r *signedRequest) { r.key.SessionToken = "x" }, "401", "AuthFailure", "400", "InvalidToken"},
		{"six minutes ago", func(r *signedRequest) { r.at = r.at.Add(-6 * time.Minute) }, "400", "RequestExpired", "200", ""},
		{"sixteen minutes ago", func(r *signedRequest) { r.at = r.at.Add(-16 * time.Minute) }, "400", "RequestExpired", "403", "RequestTimeTooSkewed"},
		{"sixteen minutes early", func(r *signedRequest) { r.at = r.at.Add(16 * time.Minute) }, "400", "RequestExpired", "403", "RequestTimeTooSkewed"},
	}
	check := func(name string, r signedRequest, wantStatus, code string) {
		t.Helper()
		status, body := r.do(t)
		if fmt.Sprint(status) != wantStatus || code != "" && !strings.Contains(body, "<Code>"+code+"</Code>") {
			t.Errorf("%s: %d %s, want %s %s", name, status, body, wantStatus, code)
		}
	}
	for _, tt := range tests {
		a, b := ec2, s3
		tt.change(&a)
		tt.change(&b)
		check(tt.name+" (ec2)", a, tt.ec2, tt.ec2s)
		check(tt.name+" (s3)", b, tt.s3, tt.s3s)
	}
	x.srv.Advance(time.Hour)
	ec2.at, s3.at = x.srv.Now(), x.srv.Now()
	check("expired (ec2)", ec2, "400", "RequestExpired")
	check("expired (s3)", s3, "400", "ExpiredToken")
}

// Advance does not change the clock with which clients sign. So the error must say that the
// credentials have expired, not that the signature is wrong.
func TestSignaturesAfterAdvance(t *testing.T) {
	for _, d := range []time.Duration{70 * time.Minute, 8 * time.Hour, 13 * time.Hour, -2 * time.Hour} {
		x := newTester(t, emulator.Config{})
		x.login("jane")
		old := x.keys("111122223333", "AdministratorAccess")
		x.srv.Advance(d)
		x.login("jane")
		fresh := x.keys("111122223333", "AdministratorAccess")
		for _, at := range []time.Time{fixedNow(), x.srv.Now()} {
			for _, r := range []struct {
				signedRequest
				expired string
			}{
				{signedRequest{method: "POST", url: x.srv.URL + "/", body: identityBody, service: "sts"}, "403 ExpiredToken"},
				{signedRequest{method: "POST", url: x.srv.URL + "/", body: "Action=DescribeInstances&Version=2016-11-15", service: "ec2"}, "400 RequestExpired"},
				{signedRequest{method: "GET", url: x.srv.URL + "/account1-backups?list-type=2", service: "s3"}, "400 ExpiredToken"},
			} {
				r.region, r.at, r.key = "us-east-1", at, fresh
				if status, body := r.do(t); status != 200 {
					t.Errorf("after %v, signed at %v for %s: status %d, want 200: %s", d, at, r.service, status, body)
				}
				want := r.expired
				if d < time.Hour {
					want = "200 "
				}
				r.key = old
				status, body := r.do(t)
				_, code, _ := strings.Cut(body, "<Code>")
				code, _, _ = strings.Cut(code, "<")
				if got := fmt.Sprint(status, " ", code); got != want && want != "200 " || want == "200 " && status != 200 {
					t.Errorf("after %v, signed at %v for %s with old keys: %s, want %s", d, at, r.service, got, want)
				}
			}
		}
		elsewhere := signedRequest{method: "POST", url: x.srv.URL + "/", body: identityBody, service: "sts", region: "us-east-1", at: fixedNow().Add(d / 2), key: fresh}
		if status, _ := elsewhere.do(t); status != 403 {
			t.Errorf("after %v: status %d for a signature that is old on both clocks, want 403", d, status)
		}
	}
}

func TestPresigned(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	get := func(path, service, expires string, after time.Duration) int {
		t.Helper()
		req, err := http.NewRequest("GET", x.srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q := req.URL.Query()
		q.Set("X-Amz-Expires", expires)
		req.URL.RawQuery = q.Encode()
		hash := "UNSIGNED-PAYLOAD"
		if service == "sts" {
			hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
		u, _, err := signer.PresignHTTP(context.Background(), x.keys("111122223333", "AdministratorAccess"), req, hash, service, "us-east-1", x.srv.Now().Add(-after))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, tt := range []struct {
		path, service, expires string
		after                  time.Duration
		want                   int
	}{
		{"/?" + identityBody, "sts", "60", 0, 200},
		{"/?" + identityBody, "sts", "60", 60 * time.Second, 200},
		{"/?" + identityBody, "sts", "60", 61 * time.Second, 403},
		{"/account1-backups?list-type=2", "s3", "3600", 30 * time.Minute, 200},
		{"/account1-backups?list-type=2", "s3", "60", 2 * time.Minute, 403},
		{"/account1-backups?list-type=2", "s3", "0", 0, 400},
	} {
		if got := get(tt.path, tt.service, tt.expires, tt.after); got != tt.want {
			t.Errorf("%s %s s, %v later: %d, want %d", tt.service, tt.expires, tt.after, got, tt.want)
		}
	}
}

func TestS3Objects(t *testing.T) {
	c := emulator.BuiltIn()
	c.Buckets[0].Objects = []emulator.Object{{Key: "a b/text.txt", Content: "0123456789"}, {Key: "zeros", Size: 5 << 30}, {Key: "empty"}}
	x := newTester(t, c)
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	const text = "/account1-backups/a%20b/text.txt"
	for _, tt := range []struct {
		name, method, path string
		header             map[string]string
		status             int
		body, length       string // length is the value of Content-Length
	}{
		{"whole", "GET", text + "?x-id=GetObject", nil, 200, "0123456789", "10"},
		{"range", "GET", text, map[string]string{"Range": "bytes=2-4"}, 206, "234", "3"},
		{"end", "GET", text, map[string]string{"Range": "bytes=-2"}, 206, "89", "2"},
		{"head", "HEAD", text, nil, 200, "", "10"},
		{"head of a large object", "HEAD", "/account1-backups/zeros", nil, 200, "", "5368709120"},
		{"range of a large object", "GET", "/account1-backups/zeros", map[string]string{"Range": "bytes=5368709117-"}, 206, "\x00\x00\x00", "3"},
		{"empty", "GET", "/account1-backups/empty", nil, 200, "", "0"},
		{"same ETag", "GET", text, map[string]string{"If-None-Match": `"781e5e245d69b566979b86e28d23f2c7"`}, 304, "", "0"},
		{"head of a bucket", "HEAD", "/account1-backups", nil, 200, "", "0"},
		{"head of a missing bucket", "HEAD", "/no-such-bucket", nil, 404, "", ""},
		{"head of another account's bucket", "HEAD", "/account2-builds", nil, 403, "", ""},
		{"head of a missing object", "HEAD", "/account1-backups/x", nil, 404, "", ""},
		{"other ETag", "GET", text, map[string]string{"If-Match": `"x"`}, 412, "PreconditionFailed", ""},
		{"range after the end", "GET", text, map[string]string{"Range": "bytes=10-"}, 416, "InvalidRange", ""},
	} {
		var got http.Header
		status, body := signedRequest{
			method: tt.method, url: x.srv.URL + tt.path, service: "s3", region: "us-east-1", key: key, at: x.srv.Now(), header: tt.header,
			response: func(r *http.Response) { got = r.Header },
		}.do(t)
		if status != tt.status || !strings.Contains(body, tt.body) || status < 300 && body != tt.body || tt.length != "" && got.Get("Content-Length") != tt.length && tt.length != "0" {
			t.Errorf("%s: status %d, body %.200q, header %v, want %d, %q and length %s", tt.name, status, body, got, tt.status, tt.body, tt.length)
		}
		if tt.path == "/account1-backups" && got.Get("X-Amz-Bucket-Region") != "us-east-1" {
			t.Errorf("%s: header %v, want the region", tt.name, got)
		}
	}
	if status, l := x.s3(key, "/account1-backups/zeros"); status != 501 || l.Code != "NotImplemented" {
		t.Errorf("5 GiB: status %d %+v, want 501", status, l)
	}
}

func TestDescribeRegions(t *testing.T) {
	c := emulator.BuiltIn()
	c.Region = "eu-south-2"
	x := newTester(t, c)
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	for _, tt := range []struct {
		in     string
		status int
		want   string
	}{
		{"", 200, "18 ap-northeast-1"},
		{"&RegionName.1=us-west-2", 200, "1 us-west-2"},
		{"&RegionName.1=mars-1", 400, "0 "},
		{"&Filter.1.Name=opt-in-status&Filter.1.Value.1=opted-in", 200, "1 eu-south-2"},
		{"&Filter.1.Name=endpoint&Filter.1.Value.1=*us-west*", 200, "2 us-west-1"},
		{"&Filter.1.Name=shape", 400, "0 "},
	} {
		status, body := signedRequest{
			method: "POST", url: x.srv.URL + "/", body: "Action=DescribeRegions&Version=2016-11-15" + tt.in, service: "ec2", region: "us-east-1", key: key, at: x.srv.Now(),
		}.do(t)
		var out struct {
			Names []string `xml:"regionInfo>item>regionName"`
		}
		if err := xml.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d %s", len(out.Names), strings.Join(out.Names[:min(1, len(out.Names))], "")); status != tt.status || got != tt.want {
			t.Errorf("%s: status %d, %s, want %d, %s in %s", tt.in, status, got, tt.status, tt.want, body)
		}
	}
}
