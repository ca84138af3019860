package signproxy

import (
	"regexp"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

// isAWS reports whether a host is in a domain of AWS's services.
func isAWS(host string) bool {
	for _, domain := range model.Domains() {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// maxHosts is the largest number of results that a catalog remembers. The child chooses the regions.
const maxHosts = 1000

// endpoints returns the host names of a service for an operation that sign for a region.
func (c *catalog) endpoints(svc *model.Service, op *opclass.Operation, region, account string) []string {
	name := ""
	if svc.HasRules() {
		name = op.Name // the operation can have an endpoint of its own
	}
	key := strings.Join([]string{svc.Name, name, region, account}, " ")
	c.mu.Lock()
	defer c.mu.Unlock()
	if hosts, ok := c.hosts[key]; ok {
		return hosts
	}
	if c.hosts == nil || len(c.hosts) >= maxHosts {
		c.hosts = map[string][]string{}
	}
	c.hosts[key] = findEndpoints(svc, op, region, account)
	return c.hosts[key]
}

// accepts reports whether a host is an endpoint of an operation in the region of the signature. For
// S3, bucket is the bucket in the host name, or "".
func (c *catalog) accepts(svc *model.Service, op *opclass.Operation, host, region, account string) (bucket string, ok bool) {
	for _, known := range c.endpoints(svc, op, region, account) {
		if host == known {
			return "", true
		}
		if op.HostPrefix != "" {
			if before, ok := strings.CutSuffix(host, known); ok && prefixPattern(op.HostPrefix).MatchString(before) {
				return "", true
			}
		}
		if svc.Name == "s3api" {
			if bucket, ok := strings.CutSuffix(host, "."+known); ok && bucket != "" {
				return bucket, true
			}
		}
	}
	if svc.Name == "s3api" {
		return otherBucketHost(host, region)
	}
	return "", discovered(svc.Name, host, region)
}

// prefixPattern returns the expression for a host prefix such as "{AccountId}.".
func prefixPattern(prefix string) *regexp.Regexp {
	var b strings.Builder
	b.WriteByte('^')
	for prefix != "" {
		literal, rest, label := strings.Cut(prefix, "{")
		b.WriteString(regexp.QuoteMeta(literal))
		if !label {
			break
		}
		b.WriteString(`[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*`)
		_, prefix, _ = strings.Cut(rest, "}")
	}
	b.WriteByte('$')
	return regexp.MustCompile(b.String()) // valid, because all literals are quoted
}

// otherBucketHost returns the bucket or access point in the host names of S3 that the endpoint table
// does not have: access points, and accelerated buckets.
func otherBucketHost(host, region string) (bucket string, ok bool) {
	plain, dual := model.Suffix(region)
	for _, tail := range []string{
		".s3-accesspoint." + region + "." + plain, ".s3-accesspoint.dualstack." + region + "." + plain,
		".s3-accesspoint-fips." + region + "." + plain, ".s3-accesspoint-fips.dualstack." + region + "." + plain,
		".s3-accesspoint." + region + "." + dual,
		".s3-accelerate." + plain, ".s3-accelerate.dualstack." + plain,
	} {
		if bucket, ok := strings.CutSuffix(host, tail); ok && bucket != "" {
			return bucket, true
		}
	}
	return "", false
}

// discoveredHosts lists the services whose host names come from the reply of another operation.
var discoveredHosts = [...]struct{ service, host string }{
	{"iot-data", `[a-z0-9]+(-ats)?\.iot`},
	{"timestream-query", `query-[a-z0-9-]+\.timestream`},
	{"timestream-write", `ingest-[a-z0-9-]+\.timestream`},
	{"kinesis-video-media", `[a-z0-9-]+\.kinesisvideo`},
	{"kinesis-video-archived-media", `[a-z0-9-]+\.kinesisvideo`},
	{"kinesis-video-signaling", `[a-z0-9-]+\.kinesisvideo`},
	{"mediastore-data", `[a-z0-9]+\.data\.mediastore`},
	{"cloudsearchdomain", `(search|doc)-[a-z0-9-]+`},
}

// discovered reports whether a host is an endpoint of a service that another operation returns, or
// an old host name of SQS, which the AWS CLI v1 calls.
func discovered(service, host, region string) bool {
	plain, _ := model.Suffix(region)
	if service == "sqs" {
		return host == region+".queue."+plain || region == "us-east-1" && host == "queue."+plain
	}
	for _, d := range discoveredHosts {
		tail := "." + region + "." + plain
		if d.service == "cloudsearchdomain" {
			tail = "." + region + ".cloudsearch." + plain
		}
		if before, ok := strings.CutSuffix(host, tail); ok && d.service == service {
			if ok, err := regexp.MatchString("^"+d.host+"$", before); ok && err == nil {
				return true
			}
		}
	}
	return false
}
