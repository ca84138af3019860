package emulator

import (
	"encoding/xml"
	"maps"
	"slices"
	"strings"
)

// The answer of DescribeInstances. EC2 wraps every element of a list in item.
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
		Tags         *items[tag]   `xml:"tagSet"` // not there if there are none
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

// instanceStates are the states of an instance with their codes.
func instanceStates() map[string]int {
	return map[string]int{"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
}

// newReservation returns the reservation that holds the instance alone.
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
