// The target of a request: the service's endpoint. For S3, the target contains the bucket.

package call

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

// A target is the destination of a request and the region of its signature.
type target struct {
	base       string // a URL without a path, or a custom endpoint with its path
	region     string // the region of the signature
	bucketPath string // the prefix to remove from paths, because the bucket is in the host name
}

// targetIn returns the target for a service in a region. For S3, the target depends on the
// bucket.
func (c *Client) targetIn(region string, svc *model.Service, op *model.Operation, input *document.Object) (target, error) {
	if err := checkRegion(region); err != nil {
		return target{}, err
	}
	e, ok := svc.At(op).AccountEndpoint(region, c.AccountID, c.FIPS, c.DualStack)
	if !ok {
		return target{}, &NoRegionError{svc.Name}
	}
	t := target{base: e.URL, region: e.Region}
	if c.Endpoint != "" {
		if err := idcenter.CheckEndpoint(c.Endpoint, c.FIPS, c.DualStack); err != nil {
			return target{}, err
		}
		t.base = c.Endpoint
	}
	if svc.Name != "s3api" {
		return t, nil
	}
	// Custom endpoints usually do not have a host name for each bucket. S3 rejects the signature of
	// GetBucketLocation in a host name, if the bucket is in another region.
	return t.forBucket(input, c.Endpoint != "" && !c.VirtualHosts || c.PathStyle || op.Name == "GetBucketLocation")
}

// A NoRegionError reports that the service needs a region and that no region is set. Its text is
// the AWS CLI's.
type NoRegionError struct{ Service string }

func (e *NoRegionError) Error() string {
	return `You must specify a region. You can also configure your region by running "aws configure".`
}

// checkRegion returns an error for a region that cannot be part of a host name.
func checkRegion(region string) error {
	valid := len(region) <= 63 && strings.Trim(region, "0123456789") != "" && !strings.HasPrefix(region, "-") && !strings.HasSuffix(region, "-")
	for _, c := range region {
		valid = valid && (c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	}
	if region == "" || valid {
		return nil
	}
	return fmt.Errorf("Provided region_name '%s' doesn't match a supported format.", region)
}

// forBucket returns the target for the bucket in the input. The bucket
// stays in the path if path is set, or if a host name cannot contain the name of the bucket.
// Otherwise forBucket puts the bucket in the host name.
func (t target) forBucket(input *document.Object, path bool) (target, error) {
	v, ok := input.Get("Bucket")
	bucket, isText := v.(string)
	if !ok || !isText {
		return t, nil
	}
	if strings.HasPrefix(bucket, "arn:") {
		return t, fmt.Errorf("bucket %s: ARNs of access points are not supported", bucket)
	}
	if !bucketName(bucket) {
		return t, &InputError{"", fmt.Sprintf("Invalid bucket name %q: Bucket name must match the regex \"^[a-zA-Z0-9.\\-_]{1,255}$\"", bucket)}
	}
	u, err := url.Parse(t.base)
	if err != nil {
		return t, err
	}
	if path || !hostLabel(bucket) || u.Hostname() == "localhost" || net.ParseIP(u.Hostname()) != nil {
		return t, nil
	}
	u.Host = bucket + "." + u.Host
	t.base, t.bucketPath = u.String(), "/"+bucket
	return t, nil
}

func bucketName(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
	for _, c := range s {
		if !strings.ContainsRune(allowed, c) {
			return false
		}
	}
	return s != "" && len(s) <= 255
}

// hostLabel reports whether a bucket name can be part of a host name. A certificate does not
// cover a name with a dot.
func hostLabel(s string) bool {
	if len(s) < 3 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// moved returns the region of the bucket if S3 has rejected a request because the bucket is in
// another region. Otherwise it returns "".
func (t target) moved(svc *model.Service, err error) string {
	var e *ServiceError
	if svc.Name != "s3api" || !errors.As(err, &e) || e.Region == "" || e.Region == t.region || checkRegion(e.Region) != nil {
		return ""
	}
	switch {
	case e.Status == 301, e.Status == 307, e.Code == "AuthorizationHeaderMalformed", e.Code == "PermanentRedirect",
		e.Code == "IllegalLocationConstraintException", e.Code == "400": // a reply to HEAD
		return e.Region
	}
	return ""
}
