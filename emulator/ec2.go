// EC2: DescribeInstances and DescribeRegions.

package emulator

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

const ec2Version = "2016-11-15"

// ec2Operation returns an operation of EC2. The operation verifies the signature and calls f.
func (e *Emulator) ec2Operation(f func(*call, url.Values, signer) (any, *apiError)) func(*call, url.Values) response {
	return func(c *call, in url.Values) response {
		s, err := e.verify(c, "ec2", querySkew)
		if err != nil {
			return failEC2(c, ec2Error(s, err))
		}
		if message := e.deny(s.principal, "ec2:"+in.Get("Action"), ""); message != "" {
			return failEC2(c, &apiError{status: http.StatusForbidden, code: "UnauthorizedOperation", message: "You are not authorized to perform this operation. " + message})
		}
		v, no := f(c, in, s)
		if no != nil {
			return failEC2(c, no)
		}
		return xmlResponse(http.StatusOK, v)
	}
}

// failEC2 returns an error of EC2.
func failEC2(c *call, err *apiError) response {
	type detail struct{ Code, Message string }
	return xmlResponse(err.status, struct {
		XMLName   xml.Name `xml:"Response"`
		Errors    []detail `xml:"Errors>Error"`
		RequestID string
	}{Errors: []detail{{err.code, err.message}}, RequestID: c.id})
}

// ec2Error returns EC2's error for a bad signature. EC2 has fewer error codes for this than STS.
func ec2Error(_ signer, err error) *apiError {
	if errors.Is(err, errSkewed) || errors.Is(err, errKeyEnded) {
		return &apiError{status: http.StatusBadRequest, code: "RequestExpired", message: "Request has expired."}
	}
	return &apiError{status: http.StatusUnauthorized, code: "AuthFailure", message: "AWS was not able to validate the provided access credentials"}
}

// describeInstances implements DescribeInstances. It returns the instances of the
// caller's account in the region of the signature.
func (e *Emulator) describeInstances(c *call, form url.Values, s signer) (any, *apiError) {
	all := e.dir.Load().instances[place(s.Account, s.signature.Region)]
	ids := numbered(form, "InstanceId")
	if no := knownInstances(ids, all); no != nil {
		return nil, no
	}
	keep, no := filters(form, instanceValue)
	if no != nil {
		return nil, no
	}
	most, after, no := e.instancePage(form, len(all))
	if no != nil {
		return nil, no
	}
	out := instancesAnswer{RequestID: c.id}
	for _, i := range all {
		if i.ID <= after || len(ids) > 0 && !slices.Contains(ids, i.ID) || !keep(i) {
			continue
		}
		if len(out.Reservations.Items) == most {
			out.NextToken = e.seal.Seal(seal.Page, out.Reservations.Items[most-1].Instances.Items[0].ID)
			break
		}
		out.Reservations.Items = append(out.Reservations.Items, newReservation(i, s.signature.Region))
	}
	return out, nil
}

// knownInstances returns an error if an id does not belong to one of the instances.
func knownInstances(ids []string, instances []Instance) *apiError {
	for _, id := range ids {
		switch {
		case !isInstanceID(id):
			return &apiError{status: http.StatusBadRequest, code: "InvalidInstanceID.Malformed", message: fmt.Sprintf("Invalid id: %q", id)}
		case !slices.ContainsFunc(instances, func(i Instance) bool { return i.ID == id }):
			return &apiError{status: http.StatusBadRequest, code: "InvalidInstanceID.NotFound", message: fmt.Sprintf("The instance ID '%s' does not exist", id)}
		}
	}
	return nil
}

// instancePage returns the size of the page, and the id of the instance before the page.
func (e *Emulator) instancePage(in url.Values, all int) (most int, after string, no *apiError) {
	most = all
	if text := in.Get("MaxResults"); text != "" {
		n, err := strconv.Atoi(text)
		switch {
		case err != nil || n < 5 || n > 1000:
			return 0, "", badParameter("Value ( %s ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.", text)
		case in.Has("InstanceId.1"):
			return 0, "", &apiError{status: http.StatusBadRequest, code: "InvalidParameterCombination", message: "The parameter instancesSet cannot be used with the parameter maxResults"}
		}
		most = n
	}
	after, ok := e.seal.Open(seal.Page, in.Get("NextToken"))
	if in.Has("NextToken") && !ok {
		return 0, "", badParameter("Unable to parse pagination token")
	}
	return most, after, nil
}

// filters returns a function that reports whether an item passes all filters of the request.
// valueOf returns a function that returns the values of an item for a filter, or nil for an
// unknown filter.
func filters[T any](in url.Values, valueOf func(filter string) func(T) []string) (func(T) bool, *apiError) {
	type filter struct {
		value  func(T) []string
		wanted []string
	}
	var filters []filter
	for n := 1; in.Has(fmt.Sprintf("Filter.%d.Name", n)); n++ {
		name := in.Get(fmt.Sprintf("Filter.%d.Name", n))
		value := valueOf(name)
		if value == nil {
			return nil, badParameter("The filter '%s' is invalid", name)
		}
		filters = append(filters, filter{value, numbered(in, fmt.Sprintf("Filter.%d.Value", n))})
	}
	return func(item T) bool {
		for _, f := range filters {
			if !slices.ContainsFunc(f.value(item), func(v string) bool {
				return slices.ContainsFunc(f.wanted, func(w string) bool { return matches(w, v) })
			}) {
				return false
			}
		}
		return true
	}, nil
}

// instanceValue returns a function that returns the values of an instance for a filter. It
// returns nil for an unknown filter.
func instanceValue(filter string) func(Instance) []string {
	if key, ok := strings.CutPrefix(filter, "tag:"); ok {
		return func(i Instance) []string {
			if v, ok := i.Tags[key]; ok {
				return []string{v}
			}
			return nil
		}
	}
	one := func(f func(Instance) string) func(Instance) []string {
		return func(i Instance) []string { return []string{f(i)} }
	}
	return map[string]func(Instance) []string{
		"instance-id":         one(func(i Instance) string { return i.ID }),
		"instance-type":       one(func(i Instance) string { return i.Type }),
		"instance-state-name": one(func(i Instance) string { return i.State }),
		"instance-state-code": one(func(i Instance) string { return strconv.Itoa(instanceStates()[i.State]) }),
		"image-id":            one(func(i Instance) string { return i.ImageID }),
		"private-ip-address":  one(func(i Instance) string { return i.PrivateIP }),
		"ip-address":          one(func(i Instance) string { return i.PublicIP }),
		"owner-id":            one(func(i Instance) string { return i.Account }),
		"tag-key":             func(i Instance) []string { return sortedKeys(i.Tags) },
	}[filter]
}

// regions returns the regions that every account of a partition can use, without opting in.
func regions(partition string) []string {
	switch partition {
	case "aws-cn":
		return []string{"cn-north-1", "cn-northwest-1"}
	case "aws-us-gov":
		return []string{"us-gov-east-1", "us-gov-west-1"}
	case "aws-eusc":
		return []string{"eusc-de-east-1"}
	}
	return []string{
		"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
		"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
	}
}

type regionXML struct {
	Name     string `xml:"regionName"`
	Endpoint string `xml:"regionEndpoint"`
	OptIn    string `xml:"optInStatus"`
}

// describeRegions implements DescribeRegions. It returns the regions of the partition that need no
// opt-in, and the region of the instance of Identity Center.
func (e *Emulator) describeRegions(c *call, form url.Values, _ signer) (any, *apiError) {
	out := struct {
		XMLName   xml.Name         `xml:"http://ec2.amazonaws.com/doc/2016-11-15/ DescribeRegionsResponse"`
		RequestID string           `xml:"requestId"`
		Regions   items[regionXML] `xml:"regionInfo"`
	}{RequestID: c.id}
	keep, no := filters(form, func(filter string) func(regionXML) []string {
		return map[string]func(regionXML) []string{
			"region-name":   func(r regionXML) []string { return []string{r.Name} },
			"endpoint":      func(r regionXML) []string { return []string{r.Endpoint} },
			"opt-in-status": func(r regionXML) []string { return []string{r.OptIn} },
		}[filter]
	})
	if no != nil {
		return nil, no
	}
	all, domain := regions(e.partition()), map[string]string{"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}[e.partition()]
	all = slices.Compact(slices.Sorted(slices.Values(append(all, e.Region()))))
	wanted := numbered(form, "RegionName")
	for _, name := range wanted {
		if !slices.Contains(all, name) {
			return nil, badParameter("Invalid region name: %s", name)
		}
	}
	for _, name := range all {
		r := regionXML{name, "ec2." + name + "." + cmp.Or(domain, "amazonaws.com"), "opt-in-not-required"}
		if !slices.Contains(regions(e.partition()), name) {
			r.OptIn = "opted-in"
		}
		if (len(wanted) == 0 || slices.Contains(wanted, name)) && keep(r) {
			out.Regions.Items = append(out.Regions.Items, r)
		}
	}
	return out, nil
}

// The response of DescribeInstances. In EC2's XML, each element of a list is in an item.
type (
	instancesAnswer struct {
		XMLName      xml.Name           `xml:"http://ec2.amazonaws.com/doc/2016-11-15/ DescribeInstancesResponse"`
		RequestID    string             `xml:"requestId"`
		Reservations items[reservation] `xml:"reservationSet"`
		NextToken    string             `xml:"nextToken,omitempty"`
	}
	items[T any] struct {
		Items []T `xml:"item"`
	}
	reservation struct {
		ID        string             `xml:"reservationId"`
		Owner     string             `xml:"ownerId"`
		Groups    struct{}           `xml:"groupSet"`
		Instances items[instanceXML] `xml:"instancesSet"`
	}
	instanceXML struct {
		ID           string        `xml:"instanceId"`
		Image        string        `xml:"imageId"`
		State        instanceState `xml:"instanceState"`
		PrivateDNS   string        `xml:"privateDnsName"`
		PublicDNS    string        `xml:"dnsName"`
		LaunchIndex  int           `xml:"amiLaunchIndex"`
		Type         string        `xml:"instanceType"`
		Launched     string        `xml:"launchTime"`
		Zone         string        `xml:"placement>availabilityZone"`
		Tenancy      string        `xml:"placement>tenancy"`
		Monitoring   string        `xml:"monitoring>state"`
		PrivateIP    string        `xml:"privateIpAddress,omitempty"`
		PublicIP     string        `xml:"ipAddress,omitempty"`
		Architecture string        `xml:"architecture"`
		Tags         *items[tag]   `xml:"tagSet"` // nil if there are no tags
		EBSOptimized bool          `xml:"ebsOptimized"`
	}
	instanceState struct {
		Code int    `xml:"code"`
		Name string `xml:"name"`
	}
	tag struct {
		Key   string `xml:"key"`
		Value string `xml:"value"`
	}
)

// instanceStates returns the codes of the states of instances.
func instanceStates() map[string]int {
	return map[string]int{"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
}

// newReservation returns a reservation with only this instance.
func newReservation(i Instance, region string) reservation {
	x := instanceXML{
		ID: i.ID, Image: i.ImageID, State: instanceState{instanceStates()[i.State], i.State}, Type: i.Type,
		Launched: i.Launched.UTC().Format("2006-01-02T15:04:05.000Z"), Zone: region + "a", Tenancy: "default", Monitoring: "disabled",
		PrivateIP: i.PrivateIP, PublicIP: i.PublicIP, Architecture: "x86_64",
	}
	if i.PrivateIP != "" {
		x.PrivateDNS = "ip-" + strings.ReplaceAll(i.PrivateIP, ".", "-") + "." + region + ".compute.internal"
	}
	if len(i.Tags) > 0 {
		x.Tags = &items[tag]{}
		for _, k := range sortedKeys(i.Tags) {
			x.Tags.Items = append(x.Tags.Items, tag{k, i.Tags[k]})
		}
	}
	return reservation{ID: "r-" + i.ID[2:], Owner: i.Account, Instances: items[instanceXML]{[]instanceXML{x}}}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
