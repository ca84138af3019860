package signproxy

import (
	"net/url"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/rules"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

// findEndpoints returns the host names of a service for an operation that sign for a region: with and
// without FIPS, dual-stack, the account, and the global endpoint.
func findEndpoints(svc *model.Service, op *opclass.Operation, region, account string) []string {
	var hosts []string
	for _, r := range []string{region, model.Partition(region) + "-global"} {
		for _, variant := range [...][2]bool{{}, {true, false}, {false, true}, {true, true}} {
			for _, e := range allEndpoints(svc, op, r, account, variant[0], variant[1]) {
				if u, err := url.Parse(e.URL); err == nil && e.Region == region && u.Host != "" {
					hosts = append(hosts, u.Host)
				}
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// allEndpoints returns the endpoints that an operation can have in a region, depending on its input
// and on settings of the client. The usual endpoint is first.
func allEndpoints(svc *model.Service, op *opclass.Operation, region, account string, fips, dualStack bool) []model.Endpoint {
	usual, ok := svc.Endpoint(region, fips, dualStack)
	if !ok {
		return nil
	}
	if !svc.HasRules() {
		return []model.Endpoint{usual}
	}
	set, err := rules.Parse(svc.Rules())
	if err != nil {
		return nil // impossible: a test parses the rules of all services
	}
	given := fixedParameters(svc, op)
	region, fips = svc.EndpointRegion(region, fips)
	given["Region"], given["UseFIPS"], given["UseDualStack"] = region, fips, dualStack
	var all []model.Endpoint
	for _, more := range choices(set, region, account) {
		parameters := map[string]any{}
		for _, from := range []map[string]any{given, more} {
			for name, v := range from {
				parameters[name] = v
			}
		}
		found, err := set.Resolve(parameters, model.PartitionData)
		if err != nil {
			continue // the parameters do not go together
		}
		e := model.Endpoint{URL: found.URL, Region: region}
		if i := slices.IndexFunc(found.Schemes, func(s rules.Scheme) bool { return s.Name == "sigv4" }); i >= 0 && found.Schemes[i].SigningRegion != "" {
			e.Region = found.Schemes[i].SigningRegion
		}
		all = append(all, e)
	}
	return all
}

// fixedParameters returns the parameters of the rules that each request of the operation has.
func fixedParameters(svc *model.Service, op *opclass.Operation) map[string]any {
	given := map[string]any{}
	built, ok := svc.Operation(model.CLIName(op.Name))
	if !ok || built.Name != op.Name {
		return given
	}
	for _, p := range built.EndpointParameters {
		if p.Value == "" || p.Name == "UseS3ExpressControlEndpoint" { // it is for directory buckets, which have host names of their own
			continue
		}
		if v, err := document.ParseJSON([]byte(p.Value)); err == nil {
			given[p.Name] = v
		}
	}
	return given
}

// choices returns the parameters of the rules that a request can have in its input, or a client in
// its settings. A bucket in a host name is not among them: see catalog.accepts.
func choices(set *rules.Set, region, account string) []map[string]any {
	list := []map[string]any{{}}
	if set.Has("UseGlobalEndpoint") {
		list = append(list, map[string]any{"UseGlobalEndpoint": true})
	}
	if account == "" {
		return list
	}
	if set.Has("AccountId") {
		list = append(list, map[string]any{"AccountId": account, "AccountIdEndpointMode": "preferred", "RequiresAccountId": true})
	}
	name, _ := model.PartitionData(region).Get("name")
	partition, _ := name.(string)
	for _, member := range []string{"StreamARN", "ConsumerARN", "ResourceARN"} {
		if set.Has(member) {
			arn := "arn:" + partition + ":kinesis:" + region + ":" + account + ":stream/s"
			if member == "ConsumerARN" {
				arn += "/consumer/c:1"
			}
			list = append(list, map[string]any{member: arn})
		}
	}
	return list
}
