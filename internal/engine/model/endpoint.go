package model

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// partitionsTable is the name of the table of partitions. This table belongs to no service, and is
// not compressed. Most hosts follow the rule of their partition:
//
//	partition	NAME	suffix=DOMAIN	dual=DOMAIN	match=REGULAR EXPRESSION	global=REGION	fips	dual-stack
const partitionsTable = "partitions"

// An Endpoint is the address of a service.
type Endpoint struct {
	URL    string // "https://iam.amazonaws.com"
	Region string // for signatures
}

// Endpoint returns the endpoint of the service in a region, by AWS's endpoint rules. If region is
// "", Endpoint returns the global endpoint; ok is false if the service has no global endpoint.
// The name of an unknown region determines its partition.
//
// If the service has [Service.Rules], its endpoints depend on more than the region, and the result of
// Endpoint has only the region.
func (s *Service) Endpoint(region string, fips, dualStack bool) (e Endpoint, ok bool) {
	region, fips = s.EndpointRegion(region, fips)
	if region == "" || s.rules != "" {
		return Endpoint{"", region}, region != ""
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
	for _, line := range s.endpoints {
		r := fields(line)
		if r[1] == p[1] && r[2] == variant && (r[3] == "*" || r[3] == region) {
			e.URL = strings.ReplaceAll(r.get("host"), "{region}", region)
			if !strings.Contains(e.URL, "://") {
				e.URL = "https://" + e.URL
			}
			e.Region = cmp.Or(r.get("sign"), region)
		}
	}
	return e, true
}

// EndpointRegion returns the region and FIPS as the endpoint rules expect them. It resolves old names such
// as "fips-us-gov-west-1", and replaces "" by the global region of the service. If the service has no
// global region, EndpointRegion returns "".
func (s *Service) EndpointRegion(region string, fips bool) (string, bool) {
	if bare := strings.TrimSuffix(strings.TrimPrefix(region, "fips-"), "-fips"); bare != region {
		return bare, true
	}
	return cmp.Or(region, s.global), fips
}

// HasRules reports whether the endpoints of the service depend on more than the region, FIPS and dual-stack.
func (s *Service) HasRules() bool { return s.rules != "" }

// Rules returns the endpoint rules of the service, in the format of package rules. It returns "" if the
// service has no rules.
func (s *Service) Rules() string {
	if s.rules == "" {
		return ""
	}
	var lines string
	if err := s.blocks.with(numbers(s.rules), func(text map[string]string) { lines = text[key("rules", "endpoints")] }); err != nil {
		return "" // impossible: a test reads all blocks
	}
	_, lines, _ = strings.Cut(lines, "\n")
	return lines
}

// HasAccountEndpoints reports whether the service has an endpoint for each account.
func (s *Service) HasAccountEndpoints() bool {
	return strings.Contains(s.Rules(), `"AccountIdEndpointMode"`)
}

// PartitionData returns the data of the partition of a region for endpoint rules.
func PartitionData(region string) *document.Object {
	p, o := partitionOf(region), new(document.Object)
	o.Set("name", p[1])
	o.Set("dnsSuffix", p.get("suffix"))
	o.Set("dualStackDnsSuffix", p.get("dual"))
	o.Set("implicitGlobalRegion", p.get("global"))
	o.Set("supportsFIPS", slices.Contains(p, "fips"))
	o.Set("supportsDualStack", slices.Contains(p, "dual-stack"))
	return o
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
