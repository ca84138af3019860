// Package console makes links to the AWS console. A portal link signs in through the access
// portal and holds no secret. A federation link holds a sign-in token for the console, which
// [Federation.Token] gets with the credentials of a role.
package console

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// A Partition is a group of regions with its own console.
type Partition struct {
	Name   string // "aws", "aws-cn", …
	signIn string // the host of the federation endpoint
	domain string // the domain of the console
}

// partitions lists the partitions whose consoles lanyard knows. The console of the isolated
// partitions (aws-iso, …) has addresses that AWS does not publish.
func partitions() []Partition {
	return []Partition{
		{"aws", "signin.aws.amazon.com", "console.aws.amazon.com"},
		{"aws-cn", "signin.amazonaws.cn", "console.amazonaws.cn"},
		{"aws-us-gov", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"},
		{"aws-eusc", "signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"},
	}
}

// PartitionNamed returns the partition with this name, or an error if lanyard does not know its
// console.
func PartitionNamed(name string) (Partition, error) {
	all := partitions()
	i := slices.IndexFunc(all, func(p Partition) bool { return p.Name == name })
	if i < 0 {
		return Partition{}, fmt.Errorf("lanyard does not know the console of the partition %s: it knows aws, aws-cn, aws-us-gov and aws-eusc", name)
	}
	return all[i], nil
}

// PartitionOf returns the partition of a region.
func PartitionOf(region string) (Partition, error) { return PartitionNamed(model.Partition(region)) }

// SignIn returns the base URL of the partition's federation endpoint.
func (p Partition) SignIn() string { return "https://" + p.signIn }

// PortalLink returns a link of an access portal that opens the console for an account and a role.
// destination is the page of the console. If destination is "", the portal chooses the page. The
// start URL may have any spelling.
func PortalLink(startURL, account, role, destination string) (string, error) {
	portal := starturl.Portal(strings.TrimSpace(startURL))
	if err := browser.Allowed(portal); err != nil {
		return "", fmt.Errorf("start URL %s: %w", startURL, err)
	}
	link := portal + "/#/console?account_id=" + escape(account) + "&role_name=" + escape(role)
	if destination != "" {
		link += "&destination=" + escape(destination)
	}
	return link, nil
}

// PortalURL returns the URL of the access portal: the start URL in its normal form.
func PortalURL(startURL string) string { return starturl.Portal(strings.TrimSpace(startURL)) }

// escape escapes a value of a URL. It writes a space as %20, because a + means a plus sign to
// some readers.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// AtAWS reports whether a base URL leads to a host of AWS itself, such as an interface endpoint of
// a VPC.
func AtAWS(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, domain := range []string{"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn", "api.amazonwebservices.eu"} {
		if strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}
