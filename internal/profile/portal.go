// What a start URL and a region say about the access portal behind them: whether it is
// one, and in which regions it can be.

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

// StartURLRegions returns the regions that an Identity Center with the start URL
// can be in, as far as its host tells.
func StartURLRegions(startURL string) []string {
	host := StartURLHost(startURL)
	switch {
	case strings.HasSuffix(host, ".cn"):
		return PartitionRegions("cn-")
	case strings.HasSuffix(host, ".eu"):
		return PartitionRegions("eusc-")
	case strings.Contains(host, "us-gov"):
		return PartitionRegions("us-gov-")
	}
	return append(PartitionRegions(""), PartitionRegions("us-gov-")...)
}

// CheckRegion refuses what cannot be a region; the error is an *[Error]. known is
// false for one that has been opened since this list was made, or is mistyped; near
// are those that may have been meant.
func CheckRegion(region string) (known bool, near []string, err error) {
	if region == "" || !validRegion(region) {
		return false, nil, &Error{Msg: "Provided region_name '" + region + "' doesn't match a supported format.", Code: 255}
	}
	all := PartitionRegions(region)
	for _, r := range all {
		if r == region {
			return true, nil, nil
		}
	}
	return false, Nearest(region, all), nil
}

// A partition is a set of regions that share accounts and sign-ins. The list is
// that of the AWS SDKs (partitions.json).
type partition struct {
	prefix  string // of its regions; "" for the commercial one
	regions string
}

func partitions() []partition {
	return []partition{
		{"cn-", "cn-north-1 cn-northwest-1"},
		{"us-gov-", "us-gov-east-1 us-gov-west-1"},
		{"eusc-", "eusc-de-east-1"},
		{"us-isob-", "us-isob-east-1 us-isob-west-1"},
		{"us-isof-", "us-isof-east-1 us-isof-south-1"},
		{"us-iso-", "us-iso-east-1 us-iso-west-1"},
		{"eu-isoe-", "eu-isoe-west-1"},
		{"", "us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 " +
			"ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 " +
			"ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 " +
			"eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1"},
	}
}

// PartitionRegions returns the regions of the partition that a region belongs to,
// known or not; of the commercial one for "".
func PartitionRegions(region string) []string {
	for _, p := range partitions() {
		if strings.HasPrefix(region, p.prefix) {
			return strings.Fields(p.regions)
		}
	}
	return nil // not reached: the last prefix is empty
}
