package console

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

var update = flag.Bool("update", false, "rewrite testdata/links.txt")

// hard has the characters that links must escape.
const hard = "+&#% ü中"

// TestLinks compares links of every partition with testdata/links.txt. To rewrite the file, run
// go test with -update.
func TestLinks(t *testing.T) {
	var b strings.Builder
	regions := map[string]string{"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}
	for _, p := range partitions() {
		fmt.Fprintf(&b, "# %s\n", p.Name)
		if of, err := PartitionOf(regions[p.Name]); err != nil || of != p {
			t.Errorf("PartitionOf(%s) = %v, %v", regions[p.Name], of, err)
		}
		service, err := p.Service("ec2", regions[p.Name])
		if err != nil {
			t.Fatal(err)
		}
		page, err := p.Destination("/s3/buckets/"+hard+"?x="+hard, regions[p.Name])
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{"", p.Home(""), p.Home(regions[p.Name]), service, page} {
			link, err := PortalLink("https://acme.awsapps.com/start/#/", "111122223333", "Admin"+hard, to)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, link)
			if to != "" {
				f := Federation{Base: p.SignIn()}
				fmt.Fprintln(&b, f.Link(secret.New("token"+hard), to, "https://acme.awsapps.com/start?x="+hard).Reveal())
			}
		}
	}
	fmt.Fprintln(&b, "# logout first")
	f := Federation{Base: LogoutFirst}
	fmt.Fprintln(&b, f.AfterLogout(f.Link(secret.New("token"+hard), partitions()[0].Home("us-east-1"), "")).Reveal())

	golden := filepath.Join("testdata", "links.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range strings.Split(strings.ReplaceAll(string(want), "\r", ""), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d:\n got %s\nwant %s", i+1, slices.Concat(got, make([]string, i+1))[i], line)
		}
	}
}

// The values in a link arrive unchanged.
func TestValuesOfLinks(t *testing.T) {
	for _, value := range []string{hard, "a&SigninToken=x", "https://console.aws.amazon.com/a?b=c&d=e#f", `"'\;=?/`} {
		f := Federation{Base: "https://signin.aws.amazon.com"}
		u, err := url.Parse(f.Link(secret.New(value), value, value).Reveal())
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		for _, key := range []string{"Issuer", "Destination", "SigninToken"} {
			if q.Get(key) != value || len(q[key]) != 1 {
				t.Errorf("%s of %q = %q", key, value, q[key])
			}
		}
		out, err := url.Parse(f.AfterLogout(secret.New(u.String())).Reveal())
		if err != nil || out.Query().Get("redirect_uri") != u.String() || out.Path != "/oauth" {
			t.Errorf("redirect_uri %q, %v", out.Query(), err)
		}
		link, err := PortalLink("https://acme.awsapps.com/start", value, value, value)
		if err != nil {
			t.Fatal(err)
		}
		_, fragment, _ := strings.Cut(link, "#/console?")
		q, err = url.ParseQuery(fragment)
		if err != nil || q.Get("account_id") != value || q.Get("role_name") != value || q.Get("destination") != value || len(q) != 3 {
			t.Errorf("%s: %v, %v", link, q, err)
		}
	}
}

func TestPortalLinkOfEachSpelling(t *testing.T) {
	const want = "https://acme.awsapps.com/start/#/console?account_id=1&role_name=r"
	for _, start := range []string{
		"https://acme.awsapps.com/start", "https://acme.awsapps.com/start/", "https://acme.awsapps.com/start#", "https://acme.awsapps.com/start/#/",
		"https://acme.awsapps.com/start#/", "https://ACME.awsapps.com:443/start/?tab=accounts", " https://acme.awsapps.com/start ",
	} {
		if got, err := PortalLink(start, "1", "r", ""); got != want || err != nil {
			t.Errorf("PortalLink(%q) = %q, %v", start, got, err)
		}
	}
	if got, err := PortalLink("https://ssoins-1.portal.us-east-2.app.aws", "1", "r", ""); got != "https://ssoins-1.portal.us-east-2.app.aws/#/console?account_id=1&role_name=r" {
		t.Errorf("link %q, %v", got, err)
	}
	for _, bad := range []string{"javascript:alert(1)", "http://acme.awsapps.com/start", "https://a@b.example/start", "acme", ""} {
		if got, err := PortalLink(bad, "1", "r", ""); err == nil {
			t.Errorf("PortalLink(%q) = %q, want an error", bad, got)
		}
	}
}

func TestUnknownPartitions(t *testing.T) {
	for _, region := range []string{"us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"} {
		if p, err := PartitionOf(region); err == nil || !strings.Contains(err.Error(), "does not know the console of the partition aws-iso") {
			t.Errorf("PartitionOf(%s) = %v, %v", region, p, err)
		}
	}
}

func TestDestination(t *testing.T) {
	tests := []struct {
		partition, to, region string
		want                  string // "" means that the destination is refused
	}{
		{"aws", "", "", "https://console.aws.amazon.com/console/home"},
		{"aws", "", "us-east-1", "https://us-east-1.console.aws.amazon.com/console/home?region=us-east-1"},
		{"aws", "/s3/buckets", "us-east-1", "https://us-east-1.console.aws.amazon.com/s3/buckets"},
		{"aws", "s3/buckets?a=b#c", "", "https://console.aws.amazon.com/s3/buckets?a=b#c"},
		{"aws", "https://console.aws.amazon.com/s3", "us-east-1", "https://console.aws.amazon.com/s3"},
		{"aws", "https://EU-west-1.console.aws.amazon.com:443/ec2/home#Instances:", "", "https://eu-west-1.console.aws.amazon.com/ec2/home#Instances:"},
		{"aws", "https://111122223333-abcdefgh.us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1", "", "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1"},
		{"aws-cn", "https://cn-north-1.console.amazonaws.cn/s3", "", "https://cn-north-1.console.amazonaws.cn/s3"},
		{"aws-us-gov", "/ec2/home", "us-gov-east-1", "https://us-gov-east-1.console.amazonaws-us-gov.com/ec2/home"},
		{"aws-eusc", "/ec2/home", "eusc-de-east-1", "https://eusc-de-east-1.console.amazonaws-eusc.eu/ec2/home"},
		{"aws-cn", "https://console.aws.amazon.com/s3", "", ""},
		{"aws", "https://console.amazonaws.cn/s3", "", ""},
		{"aws", "https://evil.example/", "", ""},
		{"aws", "https://console.aws.amazon.com.evil.example/", "", ""},
		{"aws", "https://evilconsole.aws.amazon.com/", "", ""},
		{"aws", "https://s3.amazonaws.com/bucket/evil.html", "", ""},
		{"aws", "https://console.aws.amazon.com@evil.example/", "", ""},
		{"aws", "https://user@console.aws.amazon.com/", "", ""},
		{"aws", "https://console.aws.amazon.com:8443/", "", ""},
		{"aws", "http://console.aws.amazon.com/", "", ""},
		{"aws", "//evil.example/", "us-east-1", ""},
		{"aws", "///evil.example/", "us-east-1", ""},
		{"aws", `/\evil.example/`, "us-east-1", ""},
		{"aws", `https:\\evil.example/`, "us-east-1", ""},
		{"aws", "https:evil.example", "us-east-1", ""},
		{"aws", "https:/evil.example", "us-east-1", ""},
		{"aws", "javascript:alert(1)", "", ""},
		{"aws", "data:text/html,x", "", ""},
		{"aws", "/a\r\nb", "", ""},
		{"aws", "\t//evil.example", "", ""},
		{"aws", "https://console。aws.amazon.com/", "", ""},
	}
	for _, tt := range tests {
		p, err := PartitionNamed(tt.partition)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Destination(tt.to, tt.region)
		if got != tt.want || tt.want == "" && !errors.Is(err, ErrElsewhere) || tt.want != "" && err != nil {
			t.Errorf("%s %q: %q, %v, want %q", tt.partition, tt.to, got, err, tt.want)
		}
	}
}

func FuzzDestination(f *testing.F) {
	for _, s := range []string{"/s3", "https://console.aws.amazon.com/", "//x", "https://111122223333-abc.console.aws.amazon.com/#x", " /%2f%2fx"} {
		f.Add(s)
	}
	p := partitions()[0]
	f.Fuzz(func(t *testing.T, to string) {
		got, err := p.Destination(to, "us-east-1")
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Host != p.domain && !strings.HasSuffix(u.Host, "."+p.domain) {
			t.Errorf("Destination(%q) = %q, %v", to, got, err)
		}
	})
}

func TestServices(t *testing.T) {
	p := partitions()[0]
	for name, want := range map[string]string{
		"ec2": "ec2/home?region=us-east-1", "EC2": "ec2/home?region=us-east-1", "cfn": "cloudformation/home?region=us-east-1",
		"dynamodb": "dynamodbv2/home?region=us-east-1", "logs": "cloudwatch/home?region=us-east-1#logsV2:log-groups",
		"lambda": "lambda/home?region=us-east-1", "s3api": "s3/home?region=us-east-1", "secretsmanager": "secretsmanager/listsecrets?region=us-east-1",
	} {
		if got, err := p.Service(name, "us-east-1"); got != "https://us-east-1.console.aws.amazon.com/"+want || err != nil {
			t.Errorf("Service(%s) = %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"ec3", "", "configure", "sts", "login", "a/b", "../x", "ec2?x"} {
		if got, err := p.Service(name, ""); err == nil {
			t.Errorf("Service(%q) = %q, want an error", name, got)
		}
	}
	seen := map[string]bool{}
	for _, name := range append(ServiceNames(), strings.Fields(withoutPage)...) {
		if seen[name] {
			t.Errorf("the name %s is in the tables twice", name)
		}
		seen[name] = true
	}
	for _, name := range strings.Fields(withoutPage) {
		if !awsnames.Command(name) {
			t.Errorf("withoutPage: the AWS CLI has no command %s", name)
		}
	}
	var near *UnknownServiceError
	if _, err := p.Service("lamda", ""); !errors.As(err, &near) || !slices.Contains(near.Near(), "lambda") {
		t.Errorf("names near lamda: %v", near.Near())
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"900": 15 * time.Minute, "43200": 12 * time.Hour, "1h30m": 90 * time.Minute, "12h": 12 * time.Hour, "3600s": time.Hour,
		"899": 0, "43201": 0, "13h": 0, "1h0.5s": 0, "-1h": 0, "": 0, "h": 0, "99999999999999999999": 0, "1e4": 0,
	} {
		if got, err := ParseDuration(text); got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestAtAWS(t *testing.T) {
	for base, want := range map[string]bool{
		"https://sts.us-east-1.amazonaws.com": true, "https://vpce-1.sts.us-east-1.vpce.amazonaws.com": true, "https://sts.cn-north-1.amazonaws.com.cn": true,
		"https://portal.sso.us-east-1.amazonaws.com/": true, "http://127.0.0.1:1": false, "https://amazonaws.com.evil.example": false,
		"https://evilamazonaws.com": false, "https://localhost:4566": false, "": false,
	} {
		if got := AtAWS(base); got != want {
			t.Errorf("AtAWS(%q) = %v", base, got)
		}
	}
}
