package call

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// modelsOf is the version of botocore to compare with. The members in other versions may differ
// from the tables.
const modelsOf = "1.43.11"

// compared lists the operations to compare with botocore.
const compared = `cloudformation: DescribeStacks ListStackResources ListStacks CreateStack
ec2: DescribeAvailabilityZones DescribeImages DescribeInstances DescribeKeyPairs DescribeRegions DescribeSecurityGroups DescribeSubnets DescribeVolumes DescribeVpcs CreateTags RunScheduledInstances
iam: GetRole GetUser ListAccountAliases ListPolicies ListRoles ListUsers CreateRole TagUser
organizations: DescribeAccount DescribeOrganization ListAccounts ListRoots CreateAccount
s3api: GetBucketLocation GetBucketVersioning HeadBucket ListBuckets ListObjectsV2 ListParts
sso: GetRoleCredentials ListAccountRoles ListAccounts
sts: AssumeRole AssumeRoleWithWebIdentity DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity GetFederationToken GetSessionToken
kms: CreateGrant DescribeKey ListAliases
account: ListRegions PutAlternateContact
lambda: ListTags TagResource
sns: CreateTopic TagResource ListTopics
cloudfront: GetDistribution ListDistributions
route53: ListHostedZones GetChange
`

// TestAsBotocore compares this package with botocore, the AWS CLI's library. Both make requests
// from the same random inputs, and outputs from the same random replies.
func TestAsBotocore(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import botocore; print(botocore.__version__)").Output(); err != nil {
		t.Skipf("botocore cannot be imported: %v", err)
	} else if got := strings.TrimSpace(string(out)); got != modelsOf {
		t.Skipf("botocore is %s; the tables are from the models of %s", got, modelsOf)
	}
	var pairs []string
	for line := range strings.Lines(compared) {
		service, list, _ := strings.Cut(line, ":")
		for name := range strings.FieldsSeq(list) {
			pairs = append(pairs, service, name)
		}
	}
	const times = 8
	cmd := exec.CommandContext(t.Context(), "python3", append([]string{"testdata/compare.py", fmt.Sprint(times)}, pairs...)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("compare.py: %v\n%s", err, complaints.Bytes())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	cases := 0
	for ; lines.Scan(); cases++ {
		compare(t, lines.Bytes())
	}
	if lines.Err() != nil || cases != times*len(pairs)/2 {
		t.Errorf("%d cases, %v, want %d", cases, lines.Err(), times*len(pairs)/2)
	}
}

// compare compares the result of botocore for one case with the result of this package.
func compare(t *testing.T, line []byte) {
	t.Helper()
	var c struct {
		Service, Operation, Method, Path, Reply string
		Form, Query, Body                       any
		Headers, ReplyHeaders                   map[string]string
	}
	if err := json.Unmarshal(line, &c); err != nil {
		t.Fatal(err)
	}
	svc, op := operation(t, c.Service, model.CLIName(c.Operation))
	name := c.Service + " " + c.Operation

	input, _ := member(t, line, "input").(*document.Object)
	req, err := serialize(svc, op, input)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if bucket, ok := input.Get("Bucket"); ok && svc.Name == "s3api" { // the endpoint has the bucket
		c.Path = "/" + strings.TrimPrefix(strings.TrimPrefix(c.Path, "/"+escape(fmt.Sprint(bucket), "")), "/")
	}
	if path, _, _ := strings.Cut(c.Path, "?"); req.method != c.Method || req.path != path {
		t.Errorf("%s: %s %s, want %s %s", name, req.method, req.path, c.Method, path)
	}
	for header, want := range c.Headers {
		if got := req.header.Get(header); got != want {
			t.Errorf("%s: header %s is %q, want %q", name, header, got, want)
		}
	}
	var got any
	switch {
	case c.Form != nil:
		got, c.Body = parameters(t, string(req.body)), flat(c.Form)
	case svc.Protocol == model.JSON || svc.Protocol == model.RESTJSON && len(req.body) > 0:
		got = decode(t, req.body)
		c.Body = decode(t, []byte(c.Body.(string)))
	default:
		got = string(req.body)
		if _, static, ok := strings.Cut(c.Path, "?"); ok { // botocore leaves the query in the path
			k, v, _ := strings.Cut(static, "=")
			c.Query.(map[string]any)[k] = v
		}
		if diff := cmp.Diff(flat(c.Query), parameters(t, req.rawQuery())); diff != "" {
			t.Errorf("%s: the query differs (-botocore +ours)\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(c.Body, got); diff != "" {
		t.Errorf("%s: the body differs (-botocore +ours)\n%s", name, diff)
	}

	r := &reply{status: 200, header: make(http.Header), body: []byte(c.Reply)}
	for name, v := range c.ReplyHeaders {
		r.header.Set(name, v)
	}
	out, err := (&parser{}).output(svc, op, r)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, c.Reply)
	}
	if op.Name == "GetBucketLocation" {
		return // botocore reads the value from another part of the reply
	}
	if diff := cmp.Diff(show(member(t, line, "output")), show(out)); diff != "" {
		t.Errorf("%s: the output differs (-botocore +ours)\n%s", name, diff)
	}
	names := slices.DeleteFunc(unknownMembers(svc, op, r), func(name string) bool { return strings.HasSuffix(name, "newMember") }) // added by making.py
	if len(names) > 0 && op.Output.Shape.Payload == "" {                                                                           // the replies have an element around the payload
		t.Errorf("%s: the reply has only known members, but these are unknown: %q\n%s", name, names, c.Reply)
	}
}

// member returns a member of a JSON object. The member's own members keep their order.
func member(t *testing.T, line []byte, name string) any {
	t.Helper()
	v, err := document.ParseJSON(line)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := v.(*document.Object).Get(name)
	return m
}

func decode(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return v
}

// parameters reads a form or a query.
func parameters(t *testing.T, s string) any {
	t.Helper()
	values, err := url.ParseQuery(s)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]any)
	for name, v := range values {
		all[name] = strings.Join(v, ",")
	}
	return all
}

// flat converts botocore's parameters to the form of this package. "" means no parameters.
func flat(v any) any {
	all := make(map[string]any)
	m, _ := v.(map[string]any)
	for name, v := range m {
		switch v := v.(type) {
		case []any:
			if len(v) > 0 {
				all[name] = strings.Trim(fmt.Sprint(v...), "[]")
			}
		case float64:
			all[name] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			all[name] = v
		}
	}
	return all
}

// show returns a value as text, with its members in order.
func show(v any) string {
	switch v := v.(type) {
	case *document.Object:
		var parts []string
		for name, e := range v.All() {
			parts = append(parts, name+": "+show(e))
		}
		return "{" + strings.Join(parts, ",\n") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, ",\n") + "]"
	}
	return fmt.Sprintf("%T(%v)", v, v)
}
