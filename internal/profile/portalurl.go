package profile

import (
	"slices"
	"strings"
)

// CleanStartURL returns a start URL without the backslash that some shells want before
// a #, and that people copy into a config: https://acme.awsapps.com/start/\#/.
func CleanStartURL(startURL string) string { return strings.ReplaceAll(startURL, `\#`, "#") }

// StartURLAdvice returns what is wrong with a start URL that looks like another page,
// and what to use instead; "" for one that may be an access portal.
func StartURLAdvice(startURL string) (text, hint string) {
	if clean := CleanStartURL(startURL); clean != startURL {
		return "the start URL " + startURL + " has a backslash, which only a shell needs; it is read as " + clean,
			"write it without the backslash"
	}
	page := pageOf(StartURLHost(startURL))
	if page == "" {
		return "", ""
	}
	return "the start URL " + startURL + " is " + page + ", not an AWS access portal",
		"use the AWS access portal URL that the settings of IAM Identity Center show, as https://d-1234567890.awsapps.com/start"
}

// pageOf names the page that people take for the access portal, because they begin
// there in the browser.
func pageOf(host string) string {
	pages := []struct {
		name  string
		hosts []string // with what lies below them
	}{
		{"a page of the AWS console", []string{
			"console.aws.amazon.com", "signin.aws.amazon.com", "aws.amazon.com", "console.amazonaws.cn", "signin.amazonaws.cn",
			"console.amazonaws-us-gov.com", "signin.amazonaws-us-gov.com", "console.amazonaws-eusc.eu", "signin.amazonaws-eusc.eu",
			"console.aws", "signin.aws",
		}},
		{"a sign-in page of Microsoft", []string{"microsoft.com", "microsoftonline.com", "microsoftonline.us", "office.com", "windows.net", "azure.com"}},
		{"a sign-in page of Okta", []string{"okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"}},
		{"a sign-in page of Google", []string{"google.com"}},
		{"a sign-in page of OneLogin", []string{"onelogin.com"}},
		{"a sign-in page of Ping Identity", []string{"pingone.com", "pingone.eu", "pingidentity.com"}},
		{"a sign-in page of JumpCloud", []string{"jumpcloud.com"}},
		{"a sign-in page of Auth0", []string{"auth0.com"}},
		{"a sign-in page of Duo", []string{"duosecurity.com", "duo.com"}},
	}
	for _, page := range pages {
		if slices.ContainsFunc(page.hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) {
			return page.name
		}
	}
	return ""
}
