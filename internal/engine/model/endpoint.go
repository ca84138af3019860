package model

import (
	"cmp"
	"regexp"
	"strings"
)

// endpointsTable is the name of the table of endpoints. This table belongs to no service.
//
// Its lines are partitions and services. Most hosts follow the rule of their partition. The lines
// below a service are its other hosts:
//
//	partition	NAME	suffix=DOMAIN	dual=DOMAIN	match=REGULAR EXPRESSION
//	service	NAME	global=REGION
//		PARTITION	VARIANT	REGION or *	host=HOST	sign=REGION
const endpointsTable = "endpoints"

// An Endpoint is the address of a service.
type Endpoint struct {
	URL    string // "https://iam.amazonaws.com"
	Region string // for signatures
}

// Endpoint returns the endpoint of the service in a region, by AWS's endpoint rules. If region is
// "", Endpoint returns the global endpoint; ok is false if the service has no global endpoint.
// The name of an unknown region determines its partition.
func (s *Service) Endpoint(region string, fips, dualStack bool) (e Endpoint, ok bool) {
	table, err := tables.ReadFile("tables/" + endpointsTable + ".txt")
	if err != nil {
		return Endpoint{}, false // impossible: the table is embedded
	}
	// "fips-us-gov-west-1" is an old name for a region with FIPS.
	if bare := strings.TrimSuffix(strings.TrimPrefix(region, "fips-"), "-fips"); bare != region {
		region, fips = bare, true
	}
	partitions, service := s.endpointRows(string(table))
	if region == "" {
		if region = fields(service[0]).get("global"); region == "" {
			return Endpoint{}, false
		}
	}
	p := partitionOf(partitions, region)
	variant, host, suffix := "plain", s.EndpointPrefix, p.get("suffix")
	if fips {
		variant, host = "fips", host+"-fips"
	}
	if dualStack {
		variant, suffix = strings.TrimPrefix(variant+"-dual", "plain-"), p.get("dual")
	}
	e = Endpoint{"https://" + host + "." + region + "." + suffix, region}
	for _, row := range service[1:] {
		r := fields(row)
		if r[0] == p[1] && r[1] == variant && (r[2] == "*" || r[2] == region) {
			e.URL = "https://" + strings.ReplaceAll(r.get("host"), "{region}", region)
			e.Region = cmp.Or(r.get("sign"), region)
		}
	}
	return e, true
}

// Partition returns the name of the partition that the region is in: "aws",
// "aws-cn", …
func Partition(region string) string {
	table, err := tables.ReadFile("tables/" + endpointsTable + ".txt")
	if err != nil {
		return "aws" // impossible: the table is embedded
	}
	partitions, _ := new(Service).endpointRows(string(table))
	return partitionOf(partitions, region)[1]
}

// endpointRows returns the lines of the partitions, and the lines of the service.
func (s *Service) endpointRows(table string) (partitions, service []string) {
	service = []string{""}
	ours := false
	for line := range strings.Lines(table) {
		line = strings.TrimSuffix(line, "\n")
		kind, rest, _ := strings.Cut(line, "\t")
		switch {
		case kind == "partition":
			partitions = append(partitions, line)
		case kind == "service":
			name, _, _ := strings.Cut(rest, "\t")
			if ours = name == s.Name; ours {
				service[0] = line
			}
		case ours:
			service = append(service, rest)
		}
	}
	return partitions, service
}

// partitionOf returns the partition of a region, or the first partition if no name matches.
func partitionOf(partitions []string, region string) row {
	for _, line := range partitions {
		p := fields(line)
		if region == p[1]+"-global" {
			return p
		}
		// The generator writes only valid expressions.
		if ok, err := regexp.MatchString(p.get("match"), region); ok && err == nil {
			return p
		}
	}
	return fields(partitions[0])
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
