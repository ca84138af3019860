package profile

import (
	"strings"
	"testing"
)

func TestStartURLAdvice(t *testing.T) {
	for url, want := range map[string]string{
		"https://d-1234567890.awsapps.com/start":                   "",
		"https://ssoins-0123456789abcdef.portal.us-east-2.app.aws": "",
		"https://sso.example.com":                                  "",
		"https://notokta.com":                                      "",
		"https://acme.awsapps.com/start/\\#/":                      "read as https://acme.awsapps.com/start/#/",
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
			t.Errorf("%s: %q, %q", url, text, hint)
		}
	}
}
