package awsproxy

import "strings"

// domains are the domains below which AWS's services and access portals lie, in
// all partitions. The authority's certificate is limited to them.
func domains() []string {
	return []string{
		"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn", "api.amazonwebservices.eu",
		"awsapps.com", "awsapps.cn", "app.aws", "signin.aws.amazon.com", "console.aws.amazon.com",
	}
}

// Serves reports whether the proxy answers for the host: it is one of the
// services that the emulator has, by AWS's name for it in some region. No other
// host is reached through the proxy.
func Serves(host string) bool {
	host = strings.ToLower(host)
	for _, exact := range []string{"signin.aws.amazon.com", "console.aws.amazon.com"} {
		if host == exact || strings.HasSuffix(host, "."+exact) {
			return true
		}
	}
	for _, portal := range []string{".awsapps.com", ".awsapps.cn", ".app.aws"} {
		if strings.HasSuffix(host, portal) {
			return true
		}
	}
	for _, domain := range domains()[:6] {
		name, ok := strings.CutSuffix(host, "."+domain)
		if !ok {
			continue
		}
		labels := strings.Split(name, ".")
		if len(labels) >= 2 && (labels[0] == "portal" || labels[0] == "device") {
			return labels[1] == "sso" || labels[1] == "sso-fips"
		}
		for i, l := range labels {
			switch strings.TrimSuffix(l, "-fips") {
			case "oidc", "sts", "ec2", "s3":
				return i == 0 || l == "s3" // only S3 puts something before its name
			}
		}
	}
	return false
}
