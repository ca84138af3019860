// This file checks start URLs and regions.

package profile

import (
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/typo"
)

// CleanStartURL removes the backslash before a #. Some shells need the backslash, and users
// copy it into a config: https://acme.awsapps.com/start/\#/.
func CleanStartURL(startURL string) string { return strings.ReplaceAll(startURL, `\#`, "#") }

// StartURLAdvice returns a warning and a hint if a start URL has a backslash, or is clearly
// not an access portal. Otherwise text and hint are "".
func StartURLAdvice(startURL string) (text, hint string) {
	if clean := CleanStartURL(startURL); clean != startURL {
		return "the start URL " + startURL + " has a backslash, which only a shell needs; lanyard uses " + clean,
			"remove the backslash"
	}
	page := pageOf(StartURLHost(startURL))
	if page == "" {
		return "", ""
	}
	return "the start URL " + startURL + " is " + page + ", not an AWS access portal",
		"use the AWS access portal URL from the settings of IAM Identity Center, such as https://d-1234567890.awsapps.com/start"
}

// pageOf describes the page at this host if it is a page that users often mistake for the
// access portal. Otherwise it returns "".
func pageOf(host string) string {
	pages := []struct {
		name  string
		hosts []string // including their subdomains
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

// StartURLHost returns the host of a URL in lower case, without user and port. It returns
// "" if the URL has no host.
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

// AWSOwned reports whether AWS owns the host. Any other host may be a company's own domain
// that redirects to the portal. The AWS CLI has the same list (sso/resolve.py).
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

// StartURLRegions returns the regions in which an Identity Center with this start URL can be.
// It looks only at the host of the URL.
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

// CheckRegion returns an *[Error] if region is not a valid region name. known is true if the list
// of regions contains region. An unknown region may be new, or a typo. similar holds known regions
// with a similar name.
func CheckRegion(region string) (known bool, similar []string, err error) {
	if region == "" || !validRegion(region) {
		return false, nil, &Error{Msg: "Provided region_name '" + region + "' doesn't match a supported format.", Code: 255}
	}
	all := PartitionRegions(region)
	for _, r := range all {
		if r == region {
			return true, nil, nil
		}
	}
	return false, typo.Nearest(region, all), nil
}

// A partition is a set of regions that share accounts and sign-ins. The list comes from
// the AWS SDKs (partitions.json).
type partition struct {
	prefix  string // of its regions; "" for the commercial partition
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

// Regions returns the regions of all partitions. The commercial partition is first.
func Regions() []string {
	var names []string
	all := partitions()
	for i := range all {
		names = append(names, strings.Fields(all[len(all)-1-i].regions)...)
	}
	return names
}

// PartitionRegions returns the regions of the partition that a region belongs to. The region
// may be unknown. "" means the commercial partition.
func PartitionRegions(region string) []string {
	for _, p := range partitions() {
		if strings.HasPrefix(region, p.prefix) {
			return strings.Fields(p.regions)
		}
	}
	return nil // not reached: the last prefix is empty
}
