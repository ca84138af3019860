package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// partitionTable returns the table of partitions.
func partitionTable(partitions []*document.Object) []byte {
	var b strings.Builder
	for _, p := range partitions {
		outputs := object(p, "outputs")
		b.WriteString(row("partition", text(p, "id"), attr("suffix", text(outputs, "dnsSuffix")),
			attr("dual", text(outputs, "dualStackDnsSuffix")), attr("match", text(p, "regionRegex")),
			attr("global", text(outputs, "implicitGlobalRegion")), mark("fips", truth(outputs, "supportsFIPS")),
			mark("dual-stack", truth(outputs, "supportsDualStack"))))
	}
	return []byte(b.String())
}

// An addressBook knows the endpoints of all services.
type addressBook struct {
	data       string
	partitions []*document.Object
	classic    *document.Object // endpoints.json, which has the global regions
}

func readAddresses(data string) (*addressBook, error) {
	o, err := readJSON(filepath.Join(data, "partitions.json"))
	if err != nil {
		return nil, err
	}
	v, _ := o.Get("partitions")
	classic, err := readJSON(filepath.Join(data, "endpoints.json"))
	return &addressBook{data, objects(v), classic}, err
}

// An addresses holds the endpoints of a service.
type addresses struct {
	lines  string // of the head of the table
	rules  string // the endpoint rules for package rules; "" if the lines have all endpoints
	reason error  // why no operation can be in the table; may be nil
}

// endpoints returns the endpoints of a service. If they depend only on the region, FIPS and dual-stack,
// there are lines with the endpoints that do not follow the rule of their partition.
func (a *addressBook) endpoints(folder string, m *awsModel) (*addresses, error) {
	dir, err := latest(a.data, folder)
	if err != nil {
		return nil, err
	}
	root, err := readJSON(filepath.Join(dir, "endpoint-rule-set-1.json"))
	if err != nil {
		return nil, err
	}
	made, prefix := new(addresses), text(m.metadata, "endpointPrefix")
	if global := globalRegion(a.classic, prefix); global != "" {
		made.lines = row("global", global)
	}
	lines, err := ruleText(root)
	if err != nil {
		return nil, fmt.Errorf("endpoints of %s: %w", folder, err)
	}
	only, err := regionOnly(object(root, "parameters"))
	if err != nil || !only {
		made.reason, made.rules = err, lines
		return made, nil
	}
	r, err := a.newRegional(lines, cmp.Or(text(m.metadata, "signingName"), prefix), prefix)
	if err != nil {
		return nil, err
	}
	lines, err = r.table(prefix)
	if err != nil && !errors.As(err, new(reason)) {
		return nil, fmt.Errorf("endpoints of %s: %w", folder, err)
	}
	made.lines, made.reason = made.lines+lines, err
	return made, nil
}

// globalRegion returns the pseudo region that a service uses without a region. It returns "" if
// the service needs a region.
func globalRegion(classic *document.Object, prefix string) string {
	v, _ := classic.Get("partitions")
	return text(object(object(objects(v)[0], "services"), prefix), "partitionEndpoint")
}

// classicScope returns the region of signatures in endpoints.json, or "". The AWS CLI uses it if the
// rules name no region for signatures.
func (r regional) classicScope(partition, region string) string {
	v, _ := r.classic.Get("partitions")
	for _, p := range objects(v) {
		if text(p, "partition") != partition {
			continue
		}
		service := object(object(p, "services"), r.prefix)
		end := object(object(service, "endpoints"), region)
		if regional, ok := service.Get("isRegionalized"); end == nil && ok && regional == false {
			end = object(object(service, "endpoints"), text(service, "partitionEndpoint"))
		}
		return text(object(end, "credentialScope"), "region")
	}
	return ""
}

// table evaluates the rules for every region, and returns the lines of the table.
func (r regional) table(prefix string) (string, error) {
	var b strings.Builder
	for _, p := range r.partitions {
		rows, err := r.rows(p, prefix)
		if err != nil {
			return "", err
		}
		for _, line := range rows {
			b.WriteString("endpoint\t" + line + "\n")
		}
	}
	return b.String(), nil
}

// rows returns the lines for one partition. If a service has its own rule for all regions, there
// is a line with "*". Other lines are for regions with special endpoints.
func (r regional) rows(p *document.Object, prefix string) ([]string, error) {
	var rows []string
	outputs := object(p, "outputs")
	number := regexp.MustCompile(`\d+$`)
	for _, variant := range []struct {
		name       string
		fips, dual bool
		common     string
	}{
		{"plain", false, false, prefix + ".{region}." + text(outputs, "dnsSuffix")},
		{"fips", true, false, prefix + "-fips.{region}." + text(outputs, "dnsSuffix")},
		{"dual", false, true, prefix + ".{region}." + text(outputs, "dualStackDnsSuffix")},
		{"fips-dual", true, true, prefix + "-fips.{region}." + text(outputs, "dualStackDnsSuffix")},
	} {
		answer := func(region string) (place, error) {
			url, signing, err := r.resolve(map[string]any{"Region": region, "UseFIPS": variant.fips, "UseDualStack": variant.dual})
			if isRefusal(err) {
				return place{}, nil
			}
			if signing == "" && err == nil {
				signing = r.classicScope(text(p, "id"), region)
			}
			if signing == region {
				signing = ""
			}
			return place{strings.TrimPrefix(url, "https://"), signing}, err
		}
		unknown := number.ReplaceAllString(text(outputs, "implicitGlobalRegion"), "99")
		general := place{variant.common, ""}
		found, err := answer(unknown)
		if err != nil {
			return nil, err
		}
		if found != (place{}) && found.inRegion(unknown) != general.inRegion(unknown) {
			general = place{strings.ReplaceAll(found.host, unknown, "{region}"), found.sign}
			rows = append(rows, general.row(text(p, "id"), variant.name, "*"))
		}
		regions := slices.Collect(maps.Keys(maps.Collect(object(p, "regions").All())))
		slices.Sort(regions)
		if text(p, "id") == "aws" {
			regions = append(regions, "local") // DynamoDB's streams on this machine
		}
		for _, region := range regions {
			special, err := answer(region)
			if err != nil {
				return nil, err
			}
			if special != (place{}) && special.inRegion(region) != general.inRegion(region) {
				rows = append(rows, special.row(text(p, "id"), variant.name, region))
			}
		}
	}
	return rows, nil
}

// A place is a host, which may contain "{region}", and the region of signatures. If sign is "",
// the region of signatures is the region itself.
type place struct{ host, sign string }

// inRegion returns the place for a region.
func (p place) inRegion(region string) place {
	return place{strings.ReplaceAll(p.host, "{region}", region), cmp.Or(p.sign, region)}
}

func (p place) row(partition, variant, region string) string {
	return strings.TrimSuffix(row(partition, variant, region, attr("host", p.host), attr("sign", p.sign)), "\n")
}
