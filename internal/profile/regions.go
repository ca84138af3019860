package profile

import "strings"

// A partition is a set of regions that share accounts and sign-ins. The list is
// that of the AWS SDKs (partitions.json).
type partition struct {
	prefix  string // of its regions; "" for the commercial one
	regions string
}

func partitions() []partition {
	return []partition{
		{"cn-", "cn-north-1 cn-northwest-1"},
		{"us-gov-", "us-gov-east-1 us-gov-west-1"},
		{"eusc-", "eusc-de-east-1"},
		{"us-isob-", "us-isob-east-1 us-isob-west-1"},
		{"us-isof-", "us-isof-east-1 us-isof-south-1"},
		{"us-iso-", "us-iso-east-1 us-iso-west-1"},
		{"eu-isoe-", "eu-isoe-west-1"},
		{"", "us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 " +
			"ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 " +
			"ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 " +
			"eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1"},
	}
}

// PartitionRegions returns the regions of the partition that a region belongs to,
// known or not; of the commercial one for "".
func PartitionRegions(region string) []string {
	for _, p := range partitions() {
		if strings.HasPrefix(region, p.prefix) {
			return strings.Fields(p.regions)
		}
	}
	return nil // not reached: the last prefix is empty
}

// StartURLRegions returns the regions that an Identity Center with the start URL
// can be in, as far as its host tells.
func StartURLRegions(startURL string) []string {
	host := StartURLHost(startURL)
	switch {
	case strings.HasSuffix(host, ".cn"):
		return PartitionRegions("cn-")
	case strings.HasSuffix(host, ".eu"):
		return PartitionRegions("eusc-")
	case strings.Contains(host, "us-gov"):
		return PartitionRegions("us-gov-")
	}
	return append(PartitionRegions(""), PartitionRegions("us-gov-")...)
}

// CheckRegion refuses what cannot be a region; the error is an *[Error]. known is
// false for one that has been opened since this list was made, or is mistyped; near
// are those that may have been meant.
func CheckRegion(region string) (known bool, near []string, err error) {
	if region == "" || !validRegion(region) {
		return false, nil, &Error{Msg: "Provided region_name '" + region + "' doesn't match a supported format.", Code: 255}
	}
	all := PartitionRegions(region)
	for _, r := range all {
		if r == region {
			return true, nil, nil
		}
	}
	return false, Nearest(region, all), nil
}
