package idcenter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/loopback"
)

// This file has AWS's own endpoints, and the start URLs of access portals.

// CheckEndpoint checks a custom endpoint of any AWS service. A custom endpoint must be https,
// or http on this machine. It cannot be combined with FIPS or dual-stack. "" means the
// service's own endpoint.
func CheckEndpoint(endpoint string, fips, dualStack bool) error {
	switch err := checkEndpoint(endpoint); {
	case err != nil || endpoint == "":
		return err
	case fips:
		return errors.New("Invalid Configuration: FIPS and custom endpoint are not supported")
	case dualStack:
		return errors.New("Invalid Configuration: Dualstack and custom endpoint are not supported")
	}
	return nil
}

// OwnEndpoints returns the base URLs of AWS's two services in a region, in all forms. The
// usual form is first, then FIPS and dual-stack. Both lists are empty for an invalid region.
func OwnEndpoints(region string) (oidc, portal []string) {
	for _, o := range []Options{{}, {FIPS: true}, {DualStack: true}, {FIPS: true, DualStack: true}} {
		o.Region = region
		signIn, access, err := endpoints(o)
		if err != nil {
			continue // the partition does not have this form
		}
		oidc, portal = append(oidc, signIn), append(portal, access)
	}
	return oidc, portal
}

// AtOwnEndpoint reports whether a base URL leads to AWS's sign-in service or to its portal,
// in any region. It ignores a dot after the host, the port and the path.
func AtOwnEndpoint(base string) (oidc, portal bool) {
	u, err := url.Parse(base)
	if err != nil {
		return false, false
	}
	host := "https://" + strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, region := range strings.Split(host, ".") {
		signIn, access := OwnEndpoints(region)
		oidc = oidc || slices.Contains(signIn, host)
		portal = portal || slices.Contains(access, host)
	}
	return oidc, portal
}

// ErrStartURL is wrapped by each error about the start URL itself. If a vanity URL cannot be
// reached, the error is a [ConnectError].
var ErrStartURL = errors.New("the start URL cannot be used")

// A startURLError is an [ErrStartURL] with the AWS CLI's text.
type startURLError struct{ text string }

func (e *startURLError) Error() string        { return e.text }
func (e *startURLError) Is(target error) bool { return target == ErrStartURL }

func refuseStartURL(format string, args ...any) error {
	return &startURLError{fmt.Sprintf(format, args...)}
}

// ResolveStartURL returns the URL of the access portal for a start URL. It returns a URL on a
// host of AWS unchanged, without a request. Any other https URL is a vanity URL, which must
// redirect a HEAD request directly to a host of AWS. If the name of that host contains a
// region, ResolveStartURL also returns the region. If local is true, it returns an http URL on
// this machine unchanged.
//
// ResolveStartURL has the same rules and error texts as the AWS CLI.
func ResolveStartURL(ctx context.Context, hc *http.Client, startURL string, local bool) (resolved, region string, err error) {
	u, err := url.Parse(startURL)
	switch {
	case err != nil:
		return "", "", refuseStartURL("Invalid sso_start_url: '%s'", clean(startURL))
	case local && u.Scheme == "http" && loopback.Host(u.Hostname()):
		return startURL, "", nil
	case u.Scheme != "https":
		return "", "", refuseStartURL("The sso_start_url must use the https scheme.")
	case u.Hostname() == "":
		return "", "", refuseStartURL("Invalid sso_start_url: '%s'", clean(startURL))
	case u.User != nil: // a user name can hide the real host
		return "", "", refuseStartURL("Invalid sso_start_url: '%s'", clean(u.Redacted()))
	case awsOwned(u.Hostname()):
		return startURL, "", nil
	}
	target, err := follow(ctx, withoutRedirects(hc), u)
	if err != nil {
		return "", "", err
	}
	if target.Scheme != "https" || target.User != nil || !awsOwned(target.Hostname()) {
		return "", "", refuseStartURL("Could not resolve start URL '%s' to an AWS-owned endpoint. Final URL: '%s'",
			clean(startURL), clean(target.Redacted()))
	}
	return target.String(), StartURLRegion(target.String()), nil
}

// follow returns the target of the redirect from u, or u itself without a redirect.
func follow(ctx context.Context, hc *http.Client, u *url.URL) (*url.URL, error) {
	budget, cancel := context.WithTimeout(ctx, callBudget)
	defer cancel()
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		req, err := http.NewRequestWithContext(budget, method, u.String(), nil)
		if err != nil {
			return nil, refuseStartURL("Invalid sso_start_url: '%s'", clean(u.Redacted()))
		}
		resp, fail := send(hc, req)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case fail != nil:
			return nil, fail
		}
		_ = resp.Body.Close()
		switch resp.StatusCode {
		case http.StatusMethodNotAllowed, http.StatusNotImplemented:
			if method == http.MethodHead {
				continue // the server does not support HEAD
			}
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
			target, err := resp.Location()
			if err != nil {
				return nil, refuseStartURL("Failed to resolve start URL: HTTP %d without a location", resp.StatusCode)
			}
			return target, nil
		}
		if resp.StatusCode >= 300 {
			return nil, refuseStartURL("Failed to resolve start URL: HTTP %d", resp.StatusCode)
		}
		return u, nil
	}
	return u, nil
}

// awsOwned reports whether AWS serves access portals and issuers at a host. The AWS CLI has
// the same list.
func awsOwned(host string) bool {
	host = strings.ToLower(host)
	exact := []string{
		"identitycenter.amazonaws.com", "identitycenter.amazonaws.com.cn",
		"identitycenter.amazonaws.eu", "identitycenter.us-gov.amazonaws.com",
	}
	suffixes := []string{
		"app.aws", "portal.amazonaws.com", "portal.amazonaws.com.cn", "app.amazonwebservices.com.cn",
		"portal.amazonaws.eu", "api.amazonwebservices.eu", "awsapps.com", "awsapps.cn",
	}
	return slices.Contains(exact, host) || slices.ContainsFunc(suffixes, func(suffix string) bool {
		return host == suffix || strings.HasSuffix(host, "."+suffix)
	})
}

// These hosts of access portals contain the region.
const (
	dualStackPortal = `^[^.]+\.portal\.([a-z0-9-]+)\.(?:app\.aws|app\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu)$`
	ipv4Portal      = `^[^.]+\.([a-z0-9-]+)\.portal\.amazonaws\.(?:com|com\.cn|eu)$`
)

// DualStackPortal reports whether a start URL belongs to a dual-stack portal, such as
// https://ssoins-1234.portal.eu-west-1.app.aws. A device code from the IPv4 sign-in service
// does not work with such a portal; see https://github.com/aws/aws-cli/issues/10507.
func DualStackPortal(startURL string) bool {
	u, err := url.Parse(startURL)
	return err == nil && regexp.MustCompile(dualStackPortal).MatchString(strings.ToLower(u.Hostname()))
}

// StartURLRegion returns the region in the host of a start URL, such as
// https://ssoins-1234.eu-west-1.portal.amazonaws.com, or "" if the host has no region.
func StartURLRegion(startURL string) string {
	u, err := url.Parse(startURL)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	for _, form := range []string{dualStackPortal, ipv4Portal} {
		if m := regexp.MustCompile(form).FindStringSubmatch(host); m != nil {
			return m[1]
		}
	}
	return ""
}
