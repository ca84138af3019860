// The target of a request: the service's endpoint.

package call

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/sigv4a"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

// A target is the destination of a request and the region of its signature.
type target struct {
	base        string      // a URL; it can have a path
	region      string      // the region of the signature
	regionSet   string      // for SigV4A: the regions of the signature; "" for SigV4
	signingName string      // the service in the signature; "" means that of the model
	headers     [][2]string // to add to the request
	session     string      // the directory bucket whose session signs; may be ""
}

// targetIn returns the target for a service in a region. For some services, the target depends on the
// input.
func (c *Client) targetIn(region string, svc *model.Service, op *model.Operation, input *document.Object) (target, error) {
	if err := checkRegion(region); err != nil {
		return target{}, err
	}
	e, ok := svc.Endpoint(region, c.FIPS, c.DualStack)
	if !ok {
		return target{}, &NoRegionError{svc.Name}
	}
	if c.Endpoint != "" {
		if err := idcenter.CheckEndpoint(c.Endpoint, c.FIPS, c.DualStack); err != nil {
			return target{}, err
		}
	}
	if svc.HasRules() {
		return c.ruled(region, svc, op, input)
	}
	t := target{base: cmp.Or(c.Endpoint, e.URL), region: e.Region}
	if svc.SigV4A && !c.NoSigV4A {
		t.regionSet = cmp.Or(c.RegionSet, sigv4a.AllRegions)
	}
	return t, nil
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

// checkBucket returns an error for a bucket that is neither a name nor an ARN of S3.
func checkBucket(svc *model.Service, input *document.Object) error {
	v, _ := input.Get("Bucket")
	bucket, isText := v.(string)
	if svc.Name != "s3api" || !isText || bucketName(bucket) || strings.HasPrefix(bucket, "arn:") {
		return nil
	}
	return &InputError{"", fmt.Sprintf("Invalid bucket name %q: Bucket name must match the regex \"^[a-zA-Z0-9.\\-_]{1,255}$\"", bucket)}
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

// moved returns the region of the bucket if S3 has rejected a request because the bucket is in
// another region. Otherwise it returns "".
func (t target) moved(svc *model.Service, input *document.Object, err error) string {
	var e *ServiceError
	if svc.Name != "s3api" || !errors.As(err, &e) || e.Region == "" || e.Region == t.region || isARN(input) || checkRegion(e.Region) != nil {
		return ""
	}
	switch {
	case e.Status == 301, e.Status == 307, e.Code == "AuthorizationHeaderMalformed", e.Code == "PermanentRedirect",
		e.Code == "IllegalLocationConstraintException", e.Code == "400": // a reply to HEAD
		return e.Region
	}
	return ""
}

// withPrefix returns the target with the operation's host prefix. Like the AWS CLI, it also adds the
// prefix to a custom endpoint.
func (t target) withPrefix(op *model.Operation, input *document.Object) (target, error) {
	if op.HostPrefix == "" {
		return t, nil
	}
	prefix, bad := op.HostPrefix, []string(nil)
	if op.Input != nil {
		for _, m := range op.Input.Shape.Members {
			if !strings.Contains(prefix, "{"+m.Name+"}") {
				continue
			}
			v, _ := input.Get(m.Name)
			label, _ := v.(string)
			if !hostCharacters(label) {
				bad = append(bad, m.Name)
			}
			prefix = strings.ReplaceAll(prefix, "{"+m.Name+"}", label)
		}
	}
	if bad != nil {
		return t, &InputError{op.Name, "Invalid value for parameter(s): " + strings.Join(bad, ", ") +
			". Must contain only alphanumeric characters, hyphen, or period."}
	}
	u, err := url.Parse(t.base)
	if err != nil {
		return t, err
	}
	u.Host = prefix + u.Host
	t.base = u.String()
	return t, nil
}

// hostCharacters reports whether a text has only the characters that the AWS CLI allows in a host
// prefix.
func hostCharacters(s string) bool {
	for _, c := range s {
		if c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}
