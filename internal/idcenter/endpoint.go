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

// AWS's own endpoints, and the start URLs of access portals.

// CheckEndpoint holds the custom endpoint of another AWS service to the rules of
// this one: https, or http on this machine, and no FIPS or dual-stack beside it.
// "" is the service's own endpoint.
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

// OwnEndpoints returns the base URLs of AWS's own two services in a region, in all of
// their forms: the ordinary one first, then FIPS and dual-stack. Both lists are empty if
// there is no such region.
func OwnEndpoints(region string) (oidc, portal []string) {
	for _, o := range []Options{{}, {FIPS: true}, {DualStack: true}, {FIPS: true, DualStack: true}} {
		o.Region = region
		signIn, access, err := endpoints(o)
		if err != nil {
			continue // the partition has no such form
		}
		oidc, portal = append(oidc, signIn), append(portal, access)
	}
	return oidc, portal
}

// AtOwnEndpoint reports which of AWS's own two services, in any region, a base URL
// leads to. The form of the URL does not count: a dot after the host, a port, a path.
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

// ErrStartURL is wrapped by every error about the start URL itself; what kept us
// from asking where a vanity URL leads is a [ConnectError].
var ErrStartURL = errors.New("the start URL cannot be used")

// A startURLError has the AWS CLI's text and is ErrStartURL.
type startURLError struct{ text string }

func (e *startURLError) Error() string        { return e.text }
func (e *startURLError) Is(target error) bool { return target == ErrStartURL }

func refuseStartURL(format string, args ...any) error {
	return &startURLError{fmt.Sprintf(format, args...)}
}

// ResolveStartURL returns the URL of the access portal behind a start URL. One
// on a host of AWS comes back unchanged, without a request. Any other https URL
// is a vanity one: it is asked, with HEAD, and must redirect straight to a host
// of AWS; if that host names its region, so does the result, else region is "".
// With local, an http URL on this machine comes back unchanged too: that is for an
// endpoint that is on this machine itself.
//
// These are the rules and words of the AWS CLI, which resolves the same way.
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
	case u.User != nil: // it hides the host
		return "", "", refuseStartURL("Invalid sso_start_url: '%s'", clean(u.Redacted()))
	case awsOwned(u.Hostname()):
		return startURL, "", nil
	}
	target, err := follow(ctx, quiet(hc), u)
	if err != nil {
		return "", "", err
	}
	if target.Scheme != "https" || target.User != nil || !awsOwned(target.Hostname()) {
		return "", "", refuseStartURL("Could not resolve start URL '%s' to an AWS-owned endpoint. Final URL: '%s'",
			clean(startURL), clean(target.Redacted()))
	}
	return target.String(), StartURLRegion(target.String()), nil
}

// follow returns where u leads: the target of its redirect, or u itself.
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
				continue // a server that knows no HEAD
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

// awsOwned says whether a host is one of those under which AWS serves access
// portals and issuers; the AWS CLI's list.
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

// The hosts of access portals that name their region.
const (
	dualStackPortal = `^[^.]+\.portal\.([a-z0-9-]+)\.(?:app\.aws|app\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu)$`
	ipv4Portal      = `^[^.]+\.([a-z0-9-]+)\.portal\.amazonaws\.(?:com|com\.cn|eu)$`
)

// DualStackPortal reports whether a start URL is that of a dual-stack portal, as
// https://ssoins-1234.portal.eu-west-1.app.aws. A device code of the IPv4 sign-in
// service fails there: see https://github.com/aws/aws-cli/issues/10507.
func DualStackPortal(startURL string) bool {
	u, err := url.Parse(startURL)
	return err == nil && regexp.MustCompile(dualStackPortal).MatchString(strings.ToLower(u.Hostname()))
}

// StartURLRegion returns the region that the host of a start URL names, as in
// https://ssoins-1234.eu-west-1.portal.amazonaws.com; "" if it names none.
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
