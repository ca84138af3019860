package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// newerPartitions reads the partitions from botocore's data folder.
func newerPartitions(dir string) (any, error) {
	o, err := readJSON(filepath.Join(dir, "partitions.json"))
	if err != nil {
		return nil, err
	}
	var list []any
	v, _ := o.Get("partitions")
	for _, p := range objects(v) {
		regions := new(document.Object)
		for name := range object(p, "regions").All() {
			regions.Set(name, true)
		}
		p = reduce(p, "id", "outputs", "regionRegex")
		p.Set("regions", regions)
		list = append(list, p)
	}
	return list, nil
}

func objects(v any) []*document.Object {
	var all []*document.Object
	list, _ := v.([]any)
	for _, e := range list {
		if o, ok := e.(*document.Object); ok {
			all = append(all, o)
		}
	}
	return all
}

// endpoints returns the table of endpoints. It has the partitions, and the hosts of services that
// do not follow the rule of their partition.
func endpoints(module string, newer *document.Object, list []listedService) ([]byte, error) {
	v, _ := newer.Get("partitions")
	partitions := objects(v)
	classic, err := readJSON(filepath.Join(module, "endpoints", "endpoints.json"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, p := range partitions {
		outputs := object(p, "outputs")
		b.WriteString(row("partition", text(p, "id"), attr("suffix", text(outputs, "dnsSuffix")),
			attr("dual", text(outputs, "dualStackDnsSuffix")), attr("match", text(p, "regionRegex"))))
	}
	for _, l := range list {
		m, err := readModule(module, l.model())
		if err != nil {
			return nil, err
		}
		prefix := text(m.metadata, "endpointPrefix")
		b.WriteString(row("service", l.service, attr("global", globalRegion(classic, prefix))))
		rows := texts(object(newer, l.model()), "endpoints")
		if rows == nil {
			if rows, err = readRules(filepath.Join(module, "apis", l.model()), "endpoint-rule-set-1.json", prefix, partitions); err != nil {
				return nil, fmt.Errorf("service %s: %w", l.service, err)
			}
		}
		for _, r := range rows {
			b.WriteString("\t" + r + "\n")
		}
	}
	return b.Bytes(), nil
}

// globalRegion returns the pseudo region that a service uses without a region. It returns "" if
// the service needs a region.
func globalRegion(classic *document.Object, prefix string) string {
	v, _ := classic.Get("partitions")
	return text(object(object(objects(v)[0], "services"), prefix), "partitionEndpoint")
}

// readRules evaluates the latest endpoint rules of a service for every region, and returns
// the rows of the table.
func readRules(dir, name, prefix string, partitions []*document.Object) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", name))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no %s below %s", name, dir)
	}
	root, err := readJSON(slices.Max(files))
	if err != nil {
		return nil, err
	}
	r := rules{root, partitions}
	var rows []string
	for _, p := range partitions {
		more, err := r.rows(p, prefix)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// rows returns the lines for one partition. If a service has its own rule for all regions, there
// is a line with "*". Other lines are for regions with special endpoints.
func (r rules) rows(p *document.Object, prefix string) ([]string, error) {
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
			url, signing, err := r.evaluate(map[string]any{"Region": region, "UseFIPS": variant.fips, "UseDualStack": variant.dual})
			if errors.As(err, new(endpointRefusal)) {
				return place{}, nil
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
			general = place{strings.ReplaceAll(found.host, "."+unknown+".", ".{region}."), found.sign}
			rows = append(rows, general.row(text(p, "id"), variant.name, "*"))
		}
		for region := range object(p, "regions").All() {
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
