package model

import (
	"cmp"
	"regexp"
	"strings"
)

// endpointsTable is the name of the table that is of no service.
//
// Its lines begin a partition, or a service with the places that do not follow the
// rule of the partition:
//
//	partition	NAME	suffix=DOMAIN	dual=DOMAIN	match=REGULAR EXPRESSION
//	service	NAME	global=REGION
//		PARTITION	VARIANT	REGION or *	host=HOST	sign=REGION
const endpointsTable = "endpoints"

// An Endpoint is where a service is.
type Endpoint struct {
	URL    string // "https://iam.amazonaws.com"
	Region string // for signatures
}

// Endpoint returns where the service is for a caller in the region, as AWS's
// endpoint rules say. A caller without a region ("") gets the global endpoint; ok
// is false if the service has none. A region that is not known belongs to the
// partition that its name fits.
func (s *Service) Endpoint(region string, fips, dualStack bool) (e Endpoint, ok bool) {
	table, err := tables.ReadFile("tables/" + endpointsTable + ".txt")
	if err != nil {
		return Endpoint{}, false // cannot be: the table is part of the program
	}
	// "fips-us-gov-west-1" is an old way to say two things at once.
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
		return "aws" // cannot be: the table is part of the program
	}
	partitions, _ := new(Service).endpointRows(string(table))
	return partitionOf(partitions, region)[1]
}

// endpointRows returns the lines of the partitions, and the service's with the
// places below it.
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

// partitionOf is the line of the partition that the region is in, the first if its
// name fits none.
func partitionOf(partitions []string, region string) row {
	for _, line := range partitions {
		p := fields(line)
		if region == p[1]+"-global" {
			return p
		}
		// A bad expression is one that fits nothing: the table is the generator's.
		if ok, err := regexp.MatchString(p.get("match"), region); ok && err == nil {
			return p
		}
	}
	return fields(partitions[0])
}

// A row is a line's fields.
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
