package profile

import (
	"strings"
	"testing"
)

func TestStartURLHost(t *testing.T) {
	for url, want := range map[string]string{
		"https://d-1234567890.awsapps.com/start": "d-1234567890.awsapps.com", "HTTPS://Login.Example.com:443/start#/": "login.example.com",
		"https://awsapps.com@evil.example/start": "evil.example", "https://[::1]:8443/": "[::1]", "https://x.awsapps.com/start # ours": "x.awsapps.com",
		"d-1234567890.awsapps.com/start": "", "": "", "https:///start": "", "https:start": "",
	} {
		if got := StartURLHost(url); got != want {
			t.Errorf("StartURLHost(%q) = %q, want %q", url, got, want)
		}
	}
}

func TestAWSOwned(t *testing.T) {
	for host, want := range map[string]bool{
		"d-1.awsapps.com": true, "ssoins-1.portal.us-east-1.app.aws": true, "D-1.AwsApps.CN": true,
		"identitycenter.amazonaws.com": true, "d-1.us-east-1.portal.amazonaws.com.cn": true,
		"awsapps.com.evil.example": false, "evilawsapps.com": false, "login.example.com": false, "": false,
	} {
		if got := AWSOwned(host); got != want {
			t.Errorf("AWSOwned(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestValidRegion(t *testing.T) {
	for region, want := range map[string]bool{
		"us-east-1": true, "aws-global": true, "EU": true, "": true,
		"123": false, "-x": false, "x-": false, "us_east_1": false, "a.b": false, "é": false,
		"a23456789012345678901234567890123456789012345678901234567890123":  true,
		"a234567890123456789012345678901234567890123456789012345678901234": false,
	} {
		if got := validRegion(region); got != want {
			t.Errorf("validRegion(%q) = %v, want %v", region, got, want)
		}
	}
}

func TestStartURLAdvice(t *testing.T) {
	for url, want := range map[string]string{
		"https://d-1234567890.awsapps.com/start":                   "",
		"https://ssoins-0123456789abcdef.portal.us-east-2.app.aws": "",
		"https://sso.example.com":                                  "",
		"https://notokta.com":                                      "",
		"https://acme.awsapps.com/start/\\#/":                      "lanyard uses https://acme.awsapps.com/start/#/",
		"https://myapps.microsoft.com/signin/x":                    "Microsoft",
		"https://launcher.myapps.microsoft.com/api/signin/x":       "Microsoft",
		"https://ACME.okta.com/home/amazon_aws/0oa1/272":           "Okta",
		"https://accounts.google.com/o/saml2/initsso?idpid=C0":     "Google",
		"https://console.aws.amazon.com/singlesignon":              "the AWS console",
		"https://us-east-1.console.aws.amazon.com/console/home":    "the AWS console",
		"https://111122223333.signin.aws.amazon.com/console":       "the AWS console",
		"https://111122223333.signin.amazonaws-us-gov.com/console": "the AWS console",
	} {
		text, hint := StartURLAdvice(url)
		if (text == "") != (want == "") || !strings.Contains(text, want) || (hint == "") != (want == "") {
			t.Errorf("%s: text %q, hint %q; want %q and a hint", url, text, hint, want)
		}
	}
}
