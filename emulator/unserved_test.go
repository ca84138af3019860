package emulator_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A client of an unknown service gets an error in the protocol of this service. The error
// contains the host.
func TestUnservedServicesAnswerInTheirProtocol(t *testing.T) {
	x := newTester(t, emulator.Config{})
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	for _, tt := range []struct {
		name, method, host, path, body string
		header                         [2]string // Content-Type, X-Amz-Target
		want                           string    // the protocol of the response
	}{
		{"JSON 1.0", "POST", "dynamodb.us-east-1.amazonaws.com", "/", "{}", [2]string{"application/x-amz-json-1.0", "DynamoDB_20120810.ListTables"}, "json"},
		{"JSON 1.1", "POST", "logs.eu-west-1.amazonaws.com", "/", "{}", [2]string{"application/x-amz-json-1.1", "Logs_20140328.DescribeLogGroups"}, "json"},
		{"JSON, a host of China", "POST", "kms.cn-north-1.amazonaws.com.cn", "/", "{}", [2]string{"application/x-amz-json-1.1", "TrentService.ListKeys"}, "json"},
		{"REST-JSON", "GET", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions", "", [2]string{}, "json"},
		{"REST-JSON with a large body", "POST", "bedrock-runtime.us-east-1.amazonaws.com", "/model/x/invoke", strings.Repeat("x", 1<<20), [2]string{"application/json"}, "json"},
		{"REST-JSON at a path of Identity Center", "POST", "oauth.us-east-1.amazonaws.com", "/token", "{}", [2]string{"application/json"}, "json"},
		{"query", "POST", "iam.amazonaws.com", "/", "Action=ListUsers&Version=2010-05-08", [2]string{form}, "xml"},
		{"query with an action that STS has", "POST", "sts-like.amazonaws.com", "/", "Action=AssumeRole&Version=2011-06-15", [2]string{form}, "xml"},
		{"query by GET", "GET", "sqs.us-east-1.amazonaws.com", "/?Action=ListQueues&Version=2012-11-05", "", [2]string{}, "xml"},
		{"EC2's protocol", "POST", "ec2-like.us-east-1.amazonaws.com", "/", "Action=DescribeVpcs&Version=2016-11-15", [2]string{form}, "ec2"},
		{"REST-XML", "GET", "route53.amazonaws.com", "/2013-04-01/hostedzone", "", [2]string{}, "xml"},
		{"S3's control", "GET", "111122223333.s3-control.us-east-1.amazonaws.com", "/v20180820/jobs", "", [2]string{}, "xml"},
		{"S3's access points", "GET", "x-111122223333.s3-accesspoint.us-east-1.amazonaws.com", "/?list-type=2", "", [2]string{}, "s3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, x.srv.URL+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = tt.host + ":443"
			req.Header.Set("Content-Type", tt.header[0])
			req.Header.Set("X-Amz-Target", tt.header[1])
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			var code, message string
			switch tt.want {
			case "json":
				var out struct {
					Type    string `json:"__type"`
					Message string `json:"message"`
				}
				err = json.Unmarshal(body, &out)
				code, message = out.Type, out.Message
				if got := resp.Header.Get("X-Amzn-Errortype"); got != code {
					t.Errorf("X-Amzn-Errortype = %q, want %q", got, code)
				}
			case "xml":
				var out struct {
					XMLName xml.Name `xml:"ErrorResponse"`
					Code    string   `xml:"Error>Code"`
					Message string   `xml:"Error>Message"`
				}
				err = xml.Unmarshal(body, &out)
				code, message = out.Code, out.Message
			case "ec2":
				var out struct {
					XMLName xml.Name `xml:"Response"`
					Code    string   `xml:"Errors>Error>Code"`
					Message string   `xml:"Errors>Error>Message"`
				}
				err = xml.Unmarshal(body, &out)
				code, message = out.Code, out.Message
			case "s3":
				var out struct {
					XMLName       xml.Name `xml:"Error"`
					Code, Message string
				}
				err = xml.Unmarshal(body, &out)
				code, message = out.Code, out.Message
			}
			if err != nil || resp.StatusCode != 501 || code != "NotImplemented" || !strings.HasPrefix(message, "The emulator does not serve "+tt.host) || strings.Contains(string(body), "sts.amazonaws.com/doc") {
				t.Errorf("status %d, body %s, error %v, want 501 NotImplemented with %s", resp.StatusCode, body, err, tt.host)
			}
			log := x.srv.Requests()
			if last := log[len(log)-1]; last.Host != tt.host+":443" || last.Status != 501 {
				t.Errorf("the record is %+v, want host %s and status 501", last, tt.host)
			}
		})
	}
	if got := x.srv.Count("CreateToken"); got != 0 {
		t.Errorf("Count(CreateToken) = %d, want 0", got)
	}
}

// If the host is not AWS's, the signature names the service.
func TestUnservedServicesAtTheEndpoint(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	r := signedRequest{method: "GET", url: x.srv.URL + "/2015-03-31/functions/", service: "lambda", region: "us-east-1", at: x.srv.Now(), key: x.keys("111122223333", "AdministratorAccess")}
	if status, body := r.do(t); status != 501 || !strings.HasPrefix(body, `{"__type":"NotImplemented","message":"The emulator does not serve lambda (GET /2015-03-31/functions/)`) {
		t.Errorf("status %d, body %s, want 501 and the service lambda", status, body)
	}
	r.method, r.url, r.service, r.body = "POST", x.srv.URL+"/", "iam", "Action=ListUsers&Version=2010-05-08"
	if status, body := r.do(t); status != 501 || !strings.Contains(body, "<Message>The emulator does not serve iam (ListUsers)") {
		t.Errorf("status %d, body %s, want 501 and the service iam", status, body)
	}
}

func TestUnservedCBOR(t *testing.T) {
	x := newTester(t, emulator.Config{})
	resp, _ := x.do("POST", "/service/GraniteServiceVersion20100801/operation/ListDashboards", "\xa0", "Smithy-Protocol", "rpc-v2-cbor")
	if resp.StatusCode != 501 || resp.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || resp.Header.Get("Content-Type") != "application/cbor" {
		t.Errorf("status %d, header %v, want 501 in CBOR", resp.StatusCode, resp.Header)
	}
}
