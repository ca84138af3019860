package call

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCall compares the request and the output of a call with the expected request and output.
func TestCall(t *testing.T) {
	tests := []struct {
		name, service, operation string
		input                    string
		method, url, body        string
		headers                  []string // the expected headers of the request, as "Name: value"
		reply                    *http.Response
		output                   string
	}{
		{
			"query", "sts", "get-caller-identity", "",
			"POST", "https://sts.eu-west-1.amazonaws.com/", "Action=GetCallerIdentity&Version=2011-06-15",
			[]string{
				"Content-Type: application/x-www-form-urlencoded; charset=utf-8", "User-Agent: test/1", "X-Amz-Date: 20261122T120000Z", "X-Amz-Security-Token: token",
				"Authorization: AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261122/eu-west-1/sts/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token, " +
					"Signature=383b2de41906a7893d399398e825ede43d78a36a2cbae7238db33edbb9dcc1b9",
			},
			answer(200, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>1</Account></GetCallerIdentityResult><ResponseMetadata/></GetCallerIdentityResponse>`),
			`{"UserId":"u","Account":"1","Arn":"a"}`,
		},
		{
			"query with lists", "sts", "assume-role",
			`{"RoleArn":"arn:aws:iam::111111111111:role/x","RoleSessionName":"me","Tags":[{"Key":"a","Value":"b c"}],"TransitiveTagKeys":[],"DurationSeconds":900}`,
			"POST", "https://sts.eu-west-1.amazonaws.com/",
			"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fx&RoleSessionName=me&DurationSeconds=900&Tags.member.1.Key=a&Tags.member.1.Value=b+c&TransitiveTagKeys=",
			nil,
			answer(200, `<AssumeRoleResponse><AssumeRoleResult><Credentials><Expiration>2026-11-22T13:00:00.5Z</Expiration></Credentials><PackedPolicySize>6</PackedPolicySize></AssumeRoleResult></AssumeRoleResponse>`),
			`{"Credentials":{"Expiration":"2026-11-22T13:00:00.500000+00:00"},"PackedPolicySize":6}`,
		},
		{
			"ec2", "ec2", "describe-instances", `{"Filters":[{"Name":"tag:Name","Values":["a","b"]}],"InstanceIds":["i-1","i-2"],"DryRun":true,"MaxResults":5}`,
			"POST", "https://ec2.eu-west-1.amazonaws.com/",
			"Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2&DryRun=true&Filter.1.Name=tag%3AName&Filter.1.Value.1=a&Filter.1.Value.2=b&MaxResults=5",
			nil,
			answer(200, `<?xml version="1.0"?><DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet><item>
				<reservationId>r-01</reservationId><ownerId>111111111111</ownerId><groupSet/><instancesSet><item><instanceId>i-01</instanceId><instanceState><code>16</code><name>running</name></instanceState>
				<dnsName/><ebsOptimized>false</ebsOptimized><launchTime>2026-01-02T03:04:05.000Z</launchTime><placement/></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`),
			`{"Reservations":[{"ReservationId":"r-01","OwnerId":"111111111111","Groups":[],"Instances":[{"EbsOptimized":false,"InstanceId":"i-01","State":{"Code":16,"Name":"running"},"PublicDnsName":"","LaunchTime":"2026-01-02T03:04:05+00:00","Placement":{}}]}]}`,
		},
		{
			"json", "organizations", "list-accounts", `{"MaxResults":2}`,
			"POST", "https://organizations.us-east-1.amazonaws.com/", `{"MaxResults":2}`,
			[]string{"X-Amz-Target: AWSOrganizationsV20161128.ListAccounts", "Content-Type: application/x-amz-json-1.1"},
			answer(200, `{"Accounts":[{"Name":"é","Id":"1","JoinedTimestamp":1767323045.123,"Email":null,"Unknown":1}],"NextToken":"n"}`),
			`{"Accounts":[{"Id":"1","Name":"é","JoinedTimestamp":"2026-01-02T03:04:05.123000+00:00"}],"NextToken":"n"}`,
		},
		{
			"rest-json, unsigned", "sso", "list-account-roles", `{"accessToken":"t","accountId":"111122223333","maxResults":1}`,
			"GET", "https://portal.sso.eu-west-1.amazonaws.com/assignment/roles?max_result=1&account_id=111122223333", "",
			[]string{"X-Amz-Sso_bearer_token: t", "Authorization: "},
			answer(200, `{"roleList":[{"accountId":"111122223333","roleName":"A"}]}`),
			`{"roleList":[{"roleName":"A","accountId":"111122223333"}]}`,
		},
		{
			"rest-xml, a host for the bucket", "s3api", "list-objects-v2", `{"Bucket":"my-bucket","Prefix":"a b/"}`,
			"GET", "https://my-bucket.s3.eu-west-1.amazonaws.com/?list-type=2&encoding-type=url&prefix=a%20b%2F", "",
			[]string{"X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "Content-Type: "},
			answer(200, `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>my-bucket</Name><Prefix>a+b/</Prefix><KeyCount>2</KeyCount><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>
				<Contents><Key>a+b/%C3%A9%2B</Key><Size>5</Size><ETag>&quot;x&quot;</ETag></Contents><Contents><Key>a+b/2</Key></Contents><CommonPrefixes><Prefix>a+b/c+d/</Prefix></CommonPrefixes></ListBucketResult>`, "x-amz-request-charged", "requester"),
			`{"RequestCharged":"requester","IsTruncated":false,"Contents":[{"Key":"a b/é+","ETag":"\"x\"","Size":5},{"Key":"a b/2"}],"Name":"my-bucket","Prefix":"a b/","CommonPrefixes":[{"Prefix":"a b/c d/"}],"EncodingType":"url","KeyCount":2}`,
		},
		{
			"an encoding that was asked for", "s3api", "list-objects-v2", `{"Bucket":"my-bucket","EncodingType":"url"}`,
			"GET", "https://my-bucket.s3.eu-west-1.amazonaws.com/?list-type=2&encoding-type=url", "", nil,
			answer(200, `<L><Prefix>a+b</Prefix><EncodingType>url</EncodingType></L>`), `{"Prefix":"a+b","EncodingType":"url"}`,
		},
		{
			"a dot in the bucket", "s3api", "get-bucket-location", `{"Bucket":"my.bucket"}`,
			"GET", "https://s3.eu-west-1.amazonaws.com/my.bucket?location=", "", nil,
			answer(200, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>`), `{"LocationConstraint":"eu-west-1"}`,
		},
		{
			"us-east-1 has no location", "s3api", "get-bucket-location", `{"Bucket":"my-bucket"}`,
			"GET", "https://s3.eu-west-1.amazonaws.com/my-bucket?location=", "", nil,
			answer(200, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`), `{"LocationConstraint":null}`,
		},
		{
			"headers alone", "s3api", "head-bucket", `{"Bucket":"my-bucket"}`,
			"HEAD", "https://my-bucket.s3.eu-west-1.amazonaws.com/", "", nil,
			answer(200, "", "x-amz-bucket-region", "eu-west-1", "x-amz-access-point-alias", "false"), `{"BucketRegion":"eu-west-1","AccessPointAlias":false}`,
		},
		{
			"a policy document", "iam", "get-role", `{"RoleName":"x"}`,
			"POST", "https://iam.amazonaws.com/", "Action=GetRole&Version=2010-05-08&RoleName=x", nil,
			answer(200, `<GetRoleResponse><GetRoleResult><Role><Path>/</Path><AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`),
			`{"Role":{"Path":"/","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[]}}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) { return tt.reply, nil })
			out, err := l.call(t, tt.service, tt.operation, tt.input)
			if err != nil {
				t.Fatal(err)
			}
			if len(l.requests) != 1 {
				t.Fatalf("%d requests, want 1", len(l.requests))
			}
			r := l.requests[0]
			if r.Method != tt.method || r.URL.String() != tt.url {
				t.Errorf("%s %s\nwant %s %s", r.Method, r.URL, tt.method, tt.url)
			}
			if diff := cmp.Diff(tt.body, l.bodies[0]); diff != "" {
				t.Error(diff)
			}
			for _, h := range tt.headers {
				name, want, _ := strings.Cut(h, ": ")
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s: %s\nwant %s", name, got, want)
				}
			}
			if diff := cmp.Diff(tt.output, compact(out)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2026-01-02T03:04:05Z": "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05.120Z": "2026-01-02T03:04:05.120000+00:00",
		"2026-01-02T03:04:05.1234567Z": "2026-01-02T03:04:05.123456+00:00", "2026-01-02T03:04:05+02:00": "2026-01-02T03:04:05+02:00",
		"Fri, 02 Jan 2026 03:04:05 GMT": "2026-01-02T03:04:05+00:00", "1767323045": "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05": "2026-01-02T03:04:05",
	} {
		if got, err := (&parser{}).time(text); got != want || err != nil {
			t.Errorf("time %s: %v, %v, want %s", text, got, err, want)
		}
		if got, err := (&parser{timeFormat: "wire"}).time(text); got != text || err != nil {
			t.Errorf("time %s in format wire = %v, %v, want no change", text, got, err)
		}
	}
	if got, err := (&parser{}).time("yesterday"); err == nil {
		t.Errorf("time yesterday: %v, want an error", got)
	}
}
