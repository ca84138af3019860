package signproxy

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// TestForgedRequests sends requests of other programs, and requests that hide an operation. None of
// them leaves the proxy, though the rules allow almost everything that they claim to be.
func TestForgedRequests(t *testing.T) {
	s := start(t, ViaProxy, "read,s3:PutObject")
	sts := "https://sts.eu-west-1.amazonaws.com/"
	read := form("GetCallerIdentity", "2011-06-15").to(sts, "sts", "eu-west-1")
	list := jsonTo("DynamoDB_20120810.ListTables").to("https://dynamodb.eu-west-1.amazonaws.com/", "dynamodb", "eu-west-1")
	object := ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "eu-west-1")
	put := ask{method: "PUT", body: "x"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "eu-west-1")
	body := func(a ask, body string) ask { a.body = body; return a }
	at := func(a ask, url string) ask { a.url = url; return a }
	for _, tt := range []struct {
		name, want string
		ask        ask
		change     func(*http.Request)
	}{
		{"no signature", "not signed", read, func(r *http.Request) { r.Header.Del("Authorization") }},
		{"another secret", "does not match", ask{method: "GET", secret: "x"}.to(object.url, "s3", ""), nil},
		{"other keys", "placeholder keys", ask{method: "GET", key: "AKIAOTHER", secret: "x"}.to(object.url, "s3", ""), nil},
		{"the real keys", "placeholder keys", ask{method: "GET", key: realKey, secret: realSecret}.to(object.url, "s3", ""), nil},
		{"a bearer token", "algorithm", read, func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }},
		{"SigV4a", "AWS4-ECDSA-P256-SHA256", object, func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), algorithm, "AWS4-ECDSA-P256-SHA256", 1))
		}},
		{"two signatures", "one header Authorization", read, func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }},
		{"another body", "does not match", read, func(r *http.Request) { setBody(r, "Action=GetAccessKeyInfo&Version=2011-06-15") }},
		{"another method", "does not know the operation", object, func(r *http.Request) { r.Method = "POST" }},
		{"another path", "does not match", object, func(r *http.Request) { r.URL.Path = "/other" }},
		{"another host header", "but the tunnel is for", object, func(r *http.Request) { r.Host = "sts.eu-west-1.amazonaws.com" }},
		{"a presigned URL", "presigned", at(object, object.url+"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"), nil},
		{"an old presigned URL", "presigned", at(object, object.url+"?AWSAccessKeyId=A&Signature=00&Expires=1"), nil},
		{"dots", "segment . or ..", at(object, "https://s3.eu-west-1.amazonaws.com/bkt/../other/k"), nil},
		{"escaped dots", "segment . or ..", at(object, "https://s3.eu-west-1.amazonaws.com/bkt/%2e%2E/other/k"), nil},
		{"dots behind an escaped slash", "segment . or ..", at(object, "https://s3.eu-west-1.amazonaws.com/bkt%2F../other/k"), nil},
		{"an operation behind an escaped slash", "ListApiKeys", ask{method: "GET"}.to("https://appsync.eu-west-1.amazonaws.com/v1/apis/a%2Fapikeys", "appsync", "eu-west-1"), nil},
		{"an operation behind an escaped slash in lower case", "ListApiKeys", ask{method: "GET"}.to("https://appsync.eu-west-1.amazonaws.com/v1/apis/a%2fapikeys", "appsync", "eu-west-1"), nil},
		{"an action in another encoding", "UTF-8", ask{method: "POST", body: read.body + "&%C1%83%A3%89%96%95=x", header: []string{"Content-Type: application/x-www-form-urlencoded; charset=ibm500"}}.to(sts, "sts", "eu-west-1"), nil},
		{"two encodings", "UTF-8", ask{method: "POST", body: read.body, header: []string{"Content-Type: application/x-www-form-urlencoded; charset=utf-8; charset=ibm500"}}.to(sts, "sts", "eu-west-1"), nil},
		{"a second action", "Action and Version once", body(read, read.body+"&Action=AssumeRole"), nil},
		{"a second action with an escape", "Action and Version once", body(read, read.body+"&%41ction=AssumeRole"), nil},
		{"a second action in lower case", "Action and Version once", body(read, read.body+"&action=AssumeRole"), nil},
		{"a second action behind a semicolon", "semicolon", body(read, read.body+";Action=AssumeRole"), nil},
		{"an action in the query", "without a query", at(read, sts+"?Action=AssumeRole&Version=2011-06-15"), nil},
		{"another version", "does not know the operation", body(read, "Action=GetCallerIdentity&Version=2010-05-08"), nil},
		{"a body over 1 MB", "longer than 1 MB", body(read, read.body+"&X="+strings.Repeat("x", 1<<20)), nil},
		{"a compressed form", "compressed", read.with("Content-Encoding: gzip"), nil},
		{"a form and a target", "content type", read.with("X-Amz-Target: DynamoDB_20120810.ListTables"), nil},
		{"two targets", "there twice", list.with("X-Amz-Target: DynamoDB_20120810.DeleteTable"), nil},
		{"a lie in the target", "dynamodb:DeleteTable, which is a write", jsonTo("DynamoDB_20120810.DeleteTable").to(list.url, "dynamodb", "eu-west-1").with("User-Agent: aws-sdk-go-v2/1.0 api/dynamodb#1.0 ListTables"), nil},
		{"a target of another service", "does not know the operation", jsonTo("AmazonSSM.DescribeInstanceInformation").to(list.url, "dynamodb", "eu-west-1"), nil},
		{"a target and another path", "POST to /", at(list, list.url+"x"), nil},
		{"another method by a header", "changes the method", object.with("X-Http-Method-Override: DELETE"), nil},
		{"another protocol", "other protocols", object.with("Upgrade: websocket", "Connection: Upgrade"), nil},
		{"two subresources", "does not know the operation", at(object, "https://bkt.s3.eu-west-1.amazonaws.com/k?acl&tagging"), nil},
		{"a copy that claims to be an upload", "s3api:CopyObject", put.with("X-Amz-Copy-Source: secret/object"), nil},
		{"a part that claims to be an object", "s3api:UploadPart", at(put, put.url+"?partNumber=1&uploadId=u"), nil},
		{"half a part", "does not know the operation", at(put, put.url+"?uploadId=u"), nil},
		{"signed chunks", "cannot sign a body", put.with("X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), nil},
		{"a stream of events", "cannot sign a body", ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "").with("X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-EVENTS"), nil},
		{"a web page", "web page", object.with("Origin: https://example.com"), nil},
		{"a region with a path", "region", ask{method: "GET"}.to(object.url, "s3", "x.example.com"), nil},
		{"credentials without a signature", "not signed", ask{method: "GET"}.to("https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=r&account_id=1", "awsssoportal", ""), func(r *http.Request) { r.Header.Del("Authorization") }},
	} {
		r := s.request(t, tt.ask)
		if tt.change != nil {
			tt.change(r)
		}
		status, reply, _, seen := s.do(t, r)
		call := s.last()
		if status < 400 || len(seen) != 0 || call.Allowed || !strings.Contains(call.Reason, tt.want) {
			t.Errorf("%s: status %d, %d requests left the proxy, reason %q; want a refusal with %q. Reply: %s", tt.name, status, len(seen), call.Reason, tt.want, reply)
		}
		if strings.Contains(reply, realSecret) || strings.Contains(reply, s.secret.Reveal()) {
			t.Errorf("%s: the reply has a secret", tt.name)
		}
	}
	if status, _, _, seen := s.do(t, s.request(t, put)); status != 200 || len(seen) != 1 || !seen[0].good {
		t.Errorf("the upload: status %d, %+v", status, seen)
	}
}

func setBody(r *http.Request, body string) {
	r.Body, r.GetBody, r.ContentLength = io.NopCloser(strings.NewReader(body)), nil, int64(len(body))
}

// TestConnect opens tunnels as an attacker.
func TestConnect(t *testing.T) {
	s := start(t, ViaProxy, "read")
	_, token, _ := strings.Cut("x:"+s.token.Reveal(), ":")
	good := "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("lanyard:"+token)) + "\r\n"
	for _, tt := range []struct{ name, request, want string }{
		{"a tunnel", "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\n" + good, "200"},
		{"no token", "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\n", "407"},
		{"a wrong token", "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic bGFueWFyZDp4\r\n", "407"},
		{"another host", "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n" + good, "403"},
		{"another port", "CONNECT sts.amazonaws.com:80 HTTP/1.1\r\nHost: x\r\n" + good, "403"},
		{"an address", "CONNECT 169.254.169.254:443 HTTP/1.1\r\nHost: x\r\n" + good, "403"},
		{"an IPv6 address", "CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n" + good, "403"},
		{"a name with a dot at the end", "CONNECT sts.amazonaws.com.:443 HTTP/1.1\r\nHost: x\r\n" + good, "403"},
		{"an absolute URL", "GET http://sts.amazonaws.com/ HTTP/1.1\r\nHost: sts.amazonaws.com\r\n" + good, "403"},
		{"an absolute https URL", "GET https://sts.amazonaws.com/ HTTP/1.1\r\nHost: sts.amazonaws.com\r\n" + good, "403"},
		{"a path", "GET /2015-03-31/functions HTTP/1.1\r\nHost: " + s.Addr() + "\r\n" + good, "403"},
		{"a huge header", "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n" + good, "431"},
	} {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte(tt.request + "\r\n")) // the proxy may close the connection before the end
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		line, err := bufio.NewReader(conn).ReadString('\n')
		if f := strings.Fields(line); err != nil || len(f) < 2 || f[1] != tt.want {
			t.Errorf("%s: %q, %v; want %s", tt.name, line, err, tt.want)
		}
		_ = conn.Close()
	}
	if len(s.fake.take()) != 0 {
		t.Error("a request left the proxy")
	}
}

// TestOtherHosts connects to a host that is not AWS's: the proxy passes the bytes on, and does not
// use its own certificate.
func TestOtherHosts(t *testing.T) {
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "authorization: "+r.Header.Get("Authorization"))
	}))
	defer other.Close()
	s := start(t, ViaProxy, "read", func(c *Config) {
		c.Tunnel = func(ctx context.Context, addr string) (net.Conn, error) {
			if addr != "example.com:443" {
				return nil, errors.New("another address: " + addr)
			}
			return (&net.Dialer{}).DialContext(ctx, "tcp", other.Listener.Addr().String())
		}
	})
	tr := s.client.Transport.(*http.Transport)
	tr.TLSClientConfig.RootCAs.AddCert(other.Certificate())
	status, body, _, seen := s.do(t, s.request(t, ask{method: "GET"}.to("https://example.com/", "s3", "")))
	if status != 200 || !strings.Contains(body, s.keyID) || strings.Contains(body, realKey) || len(seen) != 0 {
		t.Errorf("status %d, %q", status, body)
	}
}

// TestDialStaysOutside tries to reach this machine and the metadata service through the tunnel.
func TestDialStaysOutside(t *testing.T) {
	local, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	dial := Dial(func(*http.Request) (*url.URL, error) { return nil, nil })
	_, port, _ := net.SplitHostPort(local.Addr().String())
	for _, addr := range []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:443", "169.254.169.254:443", "0.0.0.0:" + port} {
		if c, err := dial(t.Context(), addr); err == nil || !strings.Contains(err.Error(), "not outside") {
			t.Errorf("%s: %v, %v; want a refusal", addr, c, err)
		}
	}
}

// TestEndpointHost sends requests with another Host to the endpoint: a web page that has changed its
// DNS name to this machine.
func TestEndpointHost(t *testing.T) {
	s := start(t, ViaEndpoint, "read")
	r := s.request(t, form("GetCallerIdentity", "2011-06-15").to("http://"+s.Addr()+"/", "sts", "eu-west-1"))
	r.Host = "evil.example.com"
	if status, body, _, seen := s.do(t, r); status != 403 || len(seen) != 0 || !strings.Contains(body, "not for the proxy") {
		t.Errorf("status %d, %s, %d requests", status, body, len(seen))
	}
}

// TestRefusalsInTheProtocol reads the refusals of each protocol as an SDK does.
func TestRefusalsInTheProtocol(t *testing.T) {
	s := start(t, ViaProxy, "read,!s3:GetObject")
	for _, tt := range []struct {
		name   string
		ask    ask
		status int
		code   string
	}{
		{"json", jsonTo("DynamoDB_20120810.PutItem").to("https://dynamodb.eu-west-1.amazonaws.com/", "dynamodb", ""), 400, "AccessDeniedException"},
		{"rest-json", ask{method: "DELETE"}.to("https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f", "lambda", ""), 403, "AccessDeniedException"},
		{"query", form("AssumeRole", "2011-06-15").to("https://sts.eu-west-1.amazonaws.com/", "sts", ""), 403, "Error>Code"},
		{"ec2", form("RunInstances", "2016-11-15").to("https://ec2.eu-west-1.amazonaws.com/", "ec2", ""), 403, "Errors>Error>Code"},
		{"rest-xml", ask{method: "DELETE"}.to("https://route53.amazonaws.com/2013-04-01/hostedzone/Z", "route53", "us-east-1"), 403, "Error>Code"},
		{"s3", ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", ""), 403, "Code"},
		{"cbor", ask{method: "POST", header: []string{"Smithy-Protocol: rpc-v2-cbor"}}.to("https://monitoring.eu-west-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/PutMetricData", "monitoring", ""), 403, "cbor"},
	} {
		status, body, header, _ := s.do(t, s.request(t, tt.ask))
		var code, message string
		switch {
		case tt.code == "AccessDeniedException":
			var doc map[string]string
			if err := json.Unmarshal([]byte(body), &doc); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			code, message = header.Get("X-Amzn-Errortype"), doc["message"]
		case tt.code == "cbor":
			code, message = "", body
			if strings.HasPrefix(body, "\xa2\x7a\x00\x00\x00\x06__type\x7a\x00\x00\x00\x15AccessDeniedException\x7a\x00\x00\x00\x07message\x7a") && header.Get("Smithy-Protocol") == "rpc-v2-cbor" {
				code = "AccessDenied"
			}
		default:
			code, message = xmlText(t, body, tt.code), xmlText(t, body, strings.TrimSuffix(tt.code, "Code")+"Message")
		}
		if status != tt.status || !strings.HasPrefix(code, "AccessDenied") || !strings.Contains(message, "rule") {
			t.Errorf("%s: status %d, code %q, message %q", tt.name, status, code, message)
		}
	}
}

// xmlText returns the text of an element below the root.
func xmlText(t *testing.T, doc, path string) string {
	t.Helper()
	type node struct {
		XMLName xml.Name
		Text    string `xml:",chardata"`
		Nodes   []node `xml:",any"`
	}
	var at node
	if err := xml.Unmarshal([]byte(doc), &at); err != nil {
		t.Errorf("%q: %v", doc, err)
	}
	for name := range strings.SplitSeq(path, ">") {
		for _, n := range at.Nodes {
			if n.XMLName.Local == name {
				at = n
				break
			}
		}
	}
	return at.Text
}

// TestLargeRefusedBody sends a large body, and reads the refusal only then, as SDKs do. With Expect, the
// refusal comes before the body.
func TestLargeRefusedBody(t *testing.T) {
	s := start(t, ViaProxy, "read")
	large := ask{method: "PUT", body: strings.Repeat("x", 8<<20)}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "")
	for _, a := range []ask{large, large.with("Expect: 100-continue")} {
		s.client.Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
		if status, body, _, seen := s.do(t, s.request(t, a)); status != 403 || len(seen) != 0 || !strings.Contains(body, "PutObject") {
			t.Errorf("%v: status %d, %q, %d requests", a.header, status, body, len(seen))
		}
	}
}

// TestRedirects shows that the proxy follows no redirect: the child gets it.
func TestRedirects(t *testing.T) {
	s := start(t, ViaProxy, "read")
	s.fake.reply = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://example.com/")
		w.Header().Set("X-Amz-Bucket-Region", "us-west-2")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
	status, _, header, seen := s.do(t, s.request(t, ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "")))
	if status != 307 || len(seen) != 1 || header.Get("X-Amz-Bucket-Region") != "us-west-2" {
		t.Errorf("status %d, %d requests, header %v", status, len(seen), header)
	}
}

// TestClock corrects the clock of this machine, and asks again.
func TestClock(t *testing.T) {
	s := start(t, ViaProxy, "read", func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-time.Hour) } })
	s.fake.reply = func(w http.ResponseWriter, r *http.Request) {
		signed, err := time.Parse(amzDateFormat, r.Header.Get(amzDate))
		if err != nil || time.Since(signed).Abs() > 5*time.Minute {
			w.WriteHeader(http.StatusForbidden)
		}
	}
	ask := form("GetCallerIdentity", "2011-06-15").to("https://sts.eu-west-1.amazonaws.com/", "sts", "")
	if status, _, _, seen := s.do(t, s.request(t, ask)); status != 200 || len(seen) != 2 || !seen[1].good {
		t.Errorf("status %d after %d requests, want 200 after 2", status, len(seen))
	}
	if status, _, _, seen := s.do(t, s.request(t, ask)); status != 200 || len(seen) != 1 {
		t.Errorf("status %d after %d requests, want 200 after 1: the proxy keeps the difference", status, len(seen))
	}
}

// TestNoCredentials shows the hint of a session that has ended, and that the proxy sends nothing.
func TestNoCredentials(t *testing.T) {
	s := start(t, ViaProxy, "read", func(c *Config) {
		c.Credentials = func(context.Context) (ssocache.Credentials, error) {
			return ssocache.Credentials{}, errors.New("the session has ended")
		}
	})
	status, body, _, seen := s.do(t, s.request(t, ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "")))
	if status != 403 || len(seen) != 0 || !strings.Contains(body, "the session has ended") {
		t.Errorf("status %d, %q, %d requests", status, body, len(seen))
	}
}

// TestNoRecord refuses an allowed call if the call cannot be recorded.
func TestNoRecord(t *testing.T) {
	s := start(t, ViaProxy, "read", func(c *Config) { c.Record = func(Call) error { return errors.New("the disk is full") } })
	status, body, _, seen := s.do(t, s.request(t, ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "")))
	if status != 403 || len(seen) != 0 || !strings.Contains(body, "the disk is full") {
		t.Errorf("status %d, %q, %d requests", status, body, len(seen))
	}
}

// TestOtherAccount refuses credentials of another account than at the start.
func TestOtherAccount(t *testing.T) {
	s := start(t, ViaProxy, "read", func(c *Config) {
		c.Credentials = func(context.Context) (ssocache.Credentials, error) {
			return ssocache.Credentials{AccessKeyID: realKey, SecretAccessKey: secret.New(realSecret), AccountID: "999999999999"}, nil
		}
	})
	if status, body, _, seen := s.do(t, s.request(t, ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", ""))); status != 403 || len(seen) != 0 || !strings.Contains(body, "999999999999") {
		t.Errorf("status %d, %q, %d requests", status, body, len(seen))
	}
}

// TestStreams sends a large upload in the form that SDKs use over TLS, and reads a large reply. The
// proxy signs the headers only, and buffers neither.
func TestStreams(t *testing.T) {
	s := start(t, ViaProxy, "read,s3:PutObject")
	const parts = 64
	s.fake.reply = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			for range parts {
				_, _ = w.Write(make([]byte, 64<<10))
			}
		}
	}
	r := s.request(t, ask{method: "PUT", header: []string{
		"X-Amz-Content-Sha256: " + unsignedTrailer, "X-Amz-Trailer: x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length: 4194304", "Content-Encoding: aws-chunked",
	}}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", ""))
	from, to := io.Pipe()
	go func() {
		for range parts {
			fmt.Fprintf(to, "10000\r\n%s\r\n", make([]byte, 64<<10))
		}
		_, _ = io.WriteString(to, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")
		_ = to.Close()
	}()
	r.Body, r.ContentLength = from, -1
	status, _, _, seen := s.do(t, r)
	if status != 200 || len(seen) != 1 || !seen[0].good || len(seen[0].body) < parts<<16 || seen[0].header.Get("X-Amz-Trailer") == "" || seen[0].header.Get("Content-Encoding") != "aws-chunked" {
		t.Errorf("upload: status %d, %d requests", status, len(seen))
	}
	status, body, _, _ := s.do(t, s.request(t, ask{method: "GET"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "")))
	if status != 200 || len(body) != parts<<16 {
		t.Errorf("download: status %d, %d bytes", status, len(body))
	}
}

// TestCustomEndpoint sends requests to the endpoint that the user has set for a service.
func TestCustomEndpoint(t *testing.T) {
	for _, via := range []Way{ViaProxy, ViaEndpoint} {
		s := start(t, via, "read", func(c *Config) {
			c.Endpoint = func(svc *model.Service) string {
				if svc.Name == "s3api" {
					return "https://localstack.amazonaws.com/base"
				}
				return ""
			}
		})
		url := "https://bkt.s3.eu-west-1.amazonaws.com/k"
		if via == ViaEndpoint {
			url = "http://" + s.Addr() + "/bkt/k"
		}
		status, _, _, seen := s.do(t, s.request(t, ask{method: "GET"}.to(url, "s3", "")))
		if status != 200 || len(seen) != 1 || !seen[0].good || seen[0].host != "localstack.amazonaws.com" || seen[0].uri != "/base/bkt/k" {
			t.Errorf("way %d: status %d, %+v", via, status, seen)
		}
	}
}
