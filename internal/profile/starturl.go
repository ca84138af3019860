package profile

import "strings"

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
