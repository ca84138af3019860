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

// StartURLHost returns the host of a URL in lower case, without user and port, or
// "" if there is none.
func StartURLHost(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		rest = rest[:i]
	}
	return strings.ToLower(rest)
}

// AWSOwned reports whether the host belongs to Identity Center itself, and not to
// a vanity domain in front of it. The list is the AWS CLI's (sso/resolve.py).
func AWSOwned(host string) bool {
	host = strings.ToLower(host)
	switch host {
	case "identitycenter.amazonaws.com", "identitycenter.amazonaws.com.cn",
		"identitycenter.amazonaws.eu", "identitycenter.us-gov.amazonaws.com":
		return true
	}
	for _, suffix := range []string{
		".app.aws", ".portal.amazonaws.com", ".portal.amazonaws.com.cn", ".app.amazonwebservices.com.cn",
		".portal.amazonaws.eu", ".api.amazonwebservices.eu", ".awsapps.com", ".awsapps.cn",
	} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}
