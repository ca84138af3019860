package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// partitionTable returns the table of partitions.
func partitionTable(partitions []*document.Object) []byte {
	var b strings.Builder
	for _, p := range partitions {
		outputs := object(p, "outputs")
		b.WriteString(row("partition", text(p, "id"), attr("suffix", text(outputs, "dnsSuffix")),
			attr("dual", text(outputs, "dualStackDnsSuffix")), attr("match", text(p, "regionRegex"))))
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

// A placer returns the place of an operation: the name of its endpoints in the table, or "" for the
// usual endpoints of the service. It returns a reason if the endpoints are not known.
type placer func(op *document.Object) (place string, err error)

// nowhere returns a placer for a service whose endpoints are not known.
func nowhere(err error) placer {
	return func(*document.Object) (string, error) { return "", err }
}

// endpoints returns the lines with the endpoints of a service.
//
// The parameters of most rules are the region, FIPS and dual-stack. An operation can set further
// parameters. Such an operation can have a place, with endpoints of its own.
func (a *addressBook) endpoints(folder string, m *awsModel) (lines string, where placer, err error) {
	dir, err := latest(a.data, folder)
	if err != nil {
		return "", nil, err
	}
	root, err := readJSON(filepath.Join(dir, "endpoint-rule-set-1.json"))
	if err != nil {
		return "", nil, err
	}
	if other := unknownParameter(object(root, "parameters")); other != "" {
		return "", nowhere(endpointReason), nil
	}
	prefix := text(m.metadata, "endpointPrefix")
	uses := make(map[string]int)
	sample := make(map[string]*document.Object)
	for name := range m.operations.All() {
		set := object(object(m.operations, name), "staticContextParams")
		key := staticKey(set, folder)
		uses[key]++
		sample[key] = set
	}
	rows, reasons := make(map[string]string), make(map[string]error)
	usual, refused := "", make(map[string]bool)
	r := rules{root: root, partitions: a.partitions, signingName: cmp.Or(text(m.metadata, "signingName"), prefix), classic: a.classic, prefix: prefix}
	for key := range uses {
		parameters := make(map[string]any)
		if key != "" {
			for name := range sample[key].All() {
				v, _ := object(sample[key], name).Get("value")
				parameters[name] = v
			}
		}
		r.refused = new(bool)
		rows[key], reasons[key] = r.table("endpoint", prefix, parameters)
		refused[key] = *r.refused
		if usual == "" && uses[usual] == 0 || uses[key] > uses[usual] || uses[key] == uses[usual] && key < usual {
			usual = key
		}
	}
	if global := globalRegion(a.classic, prefix); global != "" {
		lines = row("global", global)
	}
	if err := reasons[usual]; err != nil {
		if !errors.As(err, new(reason)) {
			return "", nil, fmt.Errorf("endpoints of %s: %w", folder, err)
		}
		return lines, nowhere(err), nil
	}
	r.refused = nil
	if has(object(root, "parameters"), accountParameter) {
		accounts, err := r.table("account", prefix, map[string]any{accountParameter: "{account}", "AccountIdEndpointMode": "preferred"})
		if err != nil {
			return "", nil, fmt.Errorf("endpoints of %s: %w", folder, err)
		}
		lines += accounts
	}
	places := make(map[string]string)
	for i, key := range slices.Sorted(maps.Keys(rows)) {
		if rows[key] != rows[usual] && refused[key] { // the client does not refuse regions
			reasons[key] = cmp.Or[error](reasons[key], endpointReason)
		}
		if rows[key] != rows[usual] && reasons[key] == nil {
			places[key] = strconv.Itoa(i + 1)
			lines += strings.ReplaceAll("\n"+rows[key], "\nendpoint\t", "\nplace\t"+places[key]+"\t")[1:]
		}
	}
	return lines + rows[usual], func(op *document.Object) (string, error) {
		key := staticKey(object(op, "staticContextParams"), folder)
		return places[key], reasons[key]
	}, nil
}

// unknownParameter returns the name of a parameter that comes from the settings or the credentials,
// and that the client does not know. It returns "" if there is no such parameter.
func unknownParameter(parameters *document.Object) string {
	for name := range parameters.All() {
		switch builtIn := text(object(parameters, name), "builtIn"); {
		case builtIn == "", strings.HasPrefix(builtIn, "AWS::S3::"), builtIn == "AWS::STS::UseGlobalEndpoint":
			// Package call has its own rules for S3. The AWS CLI 2 does not use STS's global endpoint.
		case builtIn == "AWS::Auth::AccountId", builtIn == "AWS::Auth::AccountIdEndpointMode":
		case builtIn == "AWS::Region", builtIn == "AWS::UseFIPS", builtIn == "AWS::UseDualStack", builtIn == "SDK::Endpoint":
		default:
			return name
		}
	}
	return ""
}

// accountParameter is the parameter with the account of the credentials. The rules of S3 Control have
// a parameter with this name that comes from the input, and others that the client does not know.
const accountParameter = "AccountId"

// staticKey returns the parameters that an operation sets as text. The parameters of S3 have no
// effect without a bucket for which package call has its own rules.
func staticKey(set *document.Object, folder string) string {
	if folder == "s3" {
		return ""
	}
	var b strings.Builder
	for name := range set.All() {
		v, _ := object(set, name).Get("value")
		fmt.Fprintf(&b, "%s=%v ", name, v)
	}
	return b.String()
}

// globalRegion returns the pseudo region that a service uses without a region. It returns "" if
// the service needs a region.
func globalRegion(classic *document.Object, prefix string) string {
	v, _ := classic.Get("partitions")
	return text(object(object(objects(v)[0], "services"), prefix), "partitionEndpoint")
}

// classicScope returns the region of signatures in endpoints.json, or "". The AWS CLI uses it if the
// rules name no region for signatures.
func (r rules) classicScope(partition, region string) string {
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
func (r rules) table(kind, prefix string, parameters map[string]any) (string, error) {
	var b strings.Builder
	for _, p := range r.partitions {
		rows, err := r.rows(p, prefix, parameters)
		if err != nil {
			return "", err
		}
		for _, line := range rows {
			b.WriteString(kind + "\t" + line + "\n")
		}
	}
	return b.String(), nil
}

// rows returns the lines for one partition. If a service has its own rule for all regions, there
// is a line with "*". Other lines are for regions with special endpoints.
func (r rules) rows(p *document.Object, prefix string, parameters map[string]any) ([]string, error) {
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
			all := map[string]any{"Region": region, "UseFIPS": variant.fips, "UseDualStack": variant.dual}
			maps.Copy(all, parameters)
			url, signing, err := r.evaluate(all)
			if errors.As(err, new(endpointRefusal)) {
				if r.refused != nil {
					*r.refused = true
				}
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
			regions = append(regions, "local") // DynamoDB on this machine
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
