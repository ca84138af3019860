package idcenter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
)

// endpoints returns the base URLs of the two services: the custom ones, or what
// the SDK's rules give for the region (partitions, FIPS, dual-stack).
func endpoints(o Options) (oidc, portal string, err error) {
	if o.Region != "" && !regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`).MatchString(o.Region) {
		// A region becomes part of a host name.
		return "", "", fmt.Errorf("Provided region_name '%s' doesn't match a supported format.", clean(o.Region))
	}
	for _, custom := range []string{o.OIDCEndpoint, o.PortalEndpoint} {
		if err := checkEndpoint(custom); err != nil {
			return "", "", err
		}
	}
	region, fips, dual := optional(o.Region), aws.Bool(o.FIPS), aws.Bool(o.DualStack)
	oidcEnd, err := ssooidc.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), ssooidc.EndpointParameters{
		Region: region, UseFIPS: fips, Endpoint: optional(o.OIDCEndpoint),
		UseDualStack: aws.Bool(o.DualStack || o.OIDCEndpoint == "" && DualStackPortal(o.StartURL)),
	})
	if err != nil {
		return "", "", ruleError(err)
	}
	portalEnd, err := sso.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), sso.EndpointParameters{
		Region: region, UseFIPS: fips, UseDualStack: dual, Endpoint: optional(o.PortalEndpoint),
	})
	if err != nil {
		return "", "", ruleError(err)
	}
	return strings.TrimRight(oidcEnd.URI.String(), "/"), strings.TrimRight(portalEnd.URI.String(), "/"), nil
}

// checkEndpoint refuses what must not get a token: plain http to anywhere but
// this machine. "" means the service's own endpoint and is fine.
func checkEndpoint(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("Invalid endpoint: %s", clean(raw))
	}
	switch {
	case u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("Invalid endpoint: %s", clean(u.Redacted()))
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("the endpoint %s would send tokens in clear: only https, or http on a loopback address, is allowed", clean(u.Redacted()))
}

// isLoopback says whether host, without port, is this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}

// ruleError takes the SDK's own words off the text of an endpoint rule.
func ruleError(err error) error {
	if text, ok := strings.CutPrefix(err.Error(), "endpoint rule error, "); ok {
		return errors.New(text)
	}
	return err
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// OwnEndpoints returns the base URLs of AWS's own two services in a region, in all of
// their forms: the ordinary one first, then FIPS and dual-stack. They are empty for a
// region that is none.
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
