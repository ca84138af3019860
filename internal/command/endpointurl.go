package command

import (
	"net/url"
)

// checkEndpointURL refuses a URL without a scheme in the AWS CLI's words.
func checkEndpointURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return Usagef("Bad value for --endpoint-url %q: scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", s)
	}
	return nil
}
