package model

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// partitionsTable is the name of the table of partitions. This table belongs to no service, and is
// not compressed. Most hosts follow the rule of their partition:
//
//	partition	NAME	suffix=DOMAIN	dual=DOMAIN	match=REGULAR EXPRESSION
const partitionsTable = "partitions"

// An Endpoint is the address of a service.
type Endpoint struct {
	URL    string // "https://iam.amazonaws.com"
	Region string // for signatures
}

// Endpoint returns the endpoint of the service in a region, by AWS's endpoint rules. If region is
// "", Endpoint returns the global endpoint; ok is false if the service has no global endpoint.
// The name of an unknown region determines its partition.
func (s *Service) Endpoint(region string, fips, dualStack bool) (e Endpoint, ok bool) {
	return s.AccountEndpoint(region, "", fips, dualStack)
}

// At returns the service with the endpoints of one operation.
func (s *Service) At(op *Operation) *Service {
	if op.Place == "" {
		return s
	}
	at := *s
	at.endpoints = nil
	for _, f := range s.places {
		if f[1] == op.Place {
			at.endpoints = append(at.endpoints, strings.Join(f[1:], "\t"))
		}
	}
	return &at
}

// HasAccountEndpoints reports whether the service has an endpoint for each account.
func (s *Service) HasAccountEndpoints() bool { return s.accounts != nil }

// AccountEndpoint is like Endpoint. If the service has an endpoint for each account, it returns the
// endpoint of the account. "" means no account.
func (s *Service) AccountEndpoint(region, account string, fips, dualStack bool) (e Endpoint, ok bool) {
	// "fips-us-gov-west-1" is an old name for a region with FIPS.
	if bare := strings.TrimSuffix(strings.TrimPrefix(region, "fips-"), "-fips"); bare != region {
		region, fips = bare, true
	}
	if region == "" {
		if region = s.global; region == "" {
			return Endpoint{}, false
		}
	}
	p := partitionOf(region)
	variant, host, suffix := "plain", s.EndpointPrefix, p.get("suffix")
	if fips {
		variant, host = "fips", host+"-fips"
	}
	if dualStack {
		variant, suffix = strings.TrimPrefix(variant+"-dual", "plain-"), p.get("dual")
	}
	e = Endpoint{"https://" + host + "." + region + "." + suffix, region}
	lines := s.endpoints
	if account != "" {
		lines = slices.Concat(lines, s.accounts)
	}
	for _, line := range lines {
		r := fields(line)
		if r[1] == p[1] && r[2] == variant && (r[3] == "*" || r[3] == region) {
			e.URL = strings.NewReplacer("{region}", region, "{account}", account).Replace(r.get("host"))
			if !strings.Contains(e.URL, "://") {
				e.URL = "https://" + e.URL
			}
			e.Region = cmp.Or(r.get("sign"), region)
		}
	}
	return e, true
}

// Partition returns the name of the partition that the region is in: "aws",
// "aws-cn", …
func Partition(region string) string { return partitionOf(region)[1] }

// partitionOf returns the partition of a region, or the first partition if no name matches.
func partitionOf(region string) row {
	table, err := tables.ReadFile(folder + partitionsTable)
	if err != nil {
		return row{"partition", "aws"} // impossible: the table is embedded
	}
	var first row
	for line := range strings.Lines(string(table)) {
		p := fields(strings.TrimSuffix(line, "\n"))
		if first == nil {
			first = p
		}
		if region == p[1]+"-global" {
			return p
		}
		// The generator writes only valid expressions.
		if ok, err := regexp.MatchString(p.get("match"), region); ok && err == nil {
			return p
		}
	}
	return first
}

// A row holds the fields of a line.
type row []string

func fields(line string) row { return strings.Split(line, "\t") }

// get returns the value of a field by its name.
func (r row) get(name string) string {
	for _, f := range r {
		if value, ok := strings.CutPrefix(f, name+"="); ok {
			return value
		}
	}
	return ""
}
