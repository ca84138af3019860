// Package awshost recognizes the host names of AWS, and the host names of services that the
// emulator has.
package awshost

import "strings"

// services returns the domains of AWS's services in all partitions.
func services() []string {
	return []string{
		"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn", "api.amazonwebservices.eu",
		"c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud", "cloud.adc-e.uk", "csp.hci.ic.gov",
	}
}

// portals returns the domains of access portals, of consoles, and of their sign-in.
func portals() []string {
	return []string{
		"awsapps.com", "awsapps.cn", "app.aws", "app.amazonwebservices.com.cn",
		"signin.aws.amazon.com", "console.aws.amazon.com", "signin.amazonaws.cn", "console.amazonaws.cn",
		"signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com", "signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu",
	}
}

// Domains returns all domains of AWS that this package knows.
func Domains() []string { return append(services(), portals()...) }

// Is reports whether the host is in one of [Domains].
func Is(host string) bool {
	if host == "" || strings.ContainsRune("0123456789]", rune(host[len(host)-1])) {
		return false // host is usually an IP address
	}
	host = strings.ToLower(host)
	for _, domain := range Domains() {
		if below(host, domain) {
			return true
		}
	}
	return false
}

func below(host, domain string) bool {
	name, ok := strings.CutSuffix(host, domain)
	return ok && (name == "" || strings.HasSuffix(name, "."))
}

// Served reports whether host is AWS's host name of a service that the emulator has, in any
// region.
func Served(host string) bool {
	host = strings.ToLower(host)
	for _, domain := range portals() {
		if below(host, domain) {
			return true
		}
	}
	for _, domain := range services() {
		name, ok := strings.CutSuffix(host, "."+domain)
		if !ok {
			continue
		}
		labels := strings.Split(name, ".")
		if last := labels[len(labels)-1]; last == "portal" || name == "identitycenter" {
			return true // an access portal: ID.REGION.portal.amazonaws.com
		}
		if len(labels) >= 2 && (labels[0] == "portal" || labels[0] == "device") {
			return labels[1] == "sso" || labels[1] == "sso-fips"
		}
		for i, l := range labels {
			switch strings.TrimSuffix(l, "-fips") {
			case "oidc", "sts", "ec2", "s3", "sso", "identitystore", "organizations":
				return i == 0 || l == "s3" // only S3 hosts have labels before the service
			}
		}
	}
	return false
}
