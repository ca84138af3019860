// The target of a request by AWS's endpoint rules, for services whose endpoints depend on the input,
// the account or further settings.

package call

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/rules"
	"github.com/lanyard-cli/lanyard/internal/engine/sigv4a"
)

// An AwayError reports that the AWS CLI sends the request in a way that this package does not know.
type AwayError struct {
	Operation string
	Reason    string
}

func (e *AwayError) Error() string { return e.Operation + ": " + e.Reason }

// Elsewhere returns an [AwayError] if the client cannot send the request as the AWS CLI does. It sends
// no request. A caller can pass the call to the AWS CLI then.
func (c *Client) Elsewhere(svc *model.Service, op *model.Operation, input *document.Object) error {
	var away *AwayError
	if c.Endpoint != "" && op.Output != nil && slices.ContainsFunc(op.Output.Shape.Members, func(m *model.Member) bool { return m.Location == model.Headers }) {
		return &AwayError{op.Name, "only S3 itself is known to send metadata in lower case"}
	}
	t, err := c.targetIn(c.regionFor(input), svc, op, input)
	if err == nil && svc.Name == "machinelearning" && op.Name == "Predict" {
		_, err = predictEndpoint(t, input)
	}
	if errors.As(err, &away) {
		return away
	}
	return nil
}

// predictEndpoint returns the endpoint of a machine learning model, which is in the input.
func predictEndpoint(t target, input *document.Object) (string, error) {
	v, _ := input.Get("PredictEndpoint")
	base, _ := v.(string)
	switch {
	case base == "":
		return t.base, nil
	case strings.HasPrefix(base, "https://") && ofPartition(base, t.region):
		return base, nil
	}
	return "", &AwayError{"Predict", "the endpoint " + base + " is not a host of AWS in " + t.region}
}

// ruled returns the target by the endpoint rules of the service.
func (c *Client) ruled(region string, svc *model.Service, op *model.Operation, input *document.Object) (target, error) {
	set, err := c.rulesOf(svc)
	if err != nil {
		return target{}, err
	}
	region, fips := svc.EndpointRegion(region, c.FIPS)
	parameters := map[string]any{
		"Region": region, "UseFIPS": fips, "UseDualStack": c.DualStack,
	}
	if set.Has("UseArnRegion") {
		parameters["UseArnRegion"] = svc.Name == "s3api"
	}
	if set.Has("AccountIdEndpointMode") {
		parameters["AccountIdEndpointMode"] = "preferred"
		if c.AccountID != "" {
			parameters["AccountId"] = c.AccountID
		}
	}
	if c.Endpoint != "" {
		parameters["Endpoint"], parameters["UseFIPS"], parameters["UseDualStack"] = c.Endpoint, false, false
	}
	for name, v := range c.EndpointParameters {
		if v != nil {
			parameters[name] = v
		}
	}
	if set.Has("ForcePathStyle") {
		parameters["ForcePathStyle"] = c.pathStyle(op, input)
	}
	if err := addInput(parameters, op, input); err != nil {
		return target{}, err
	}
	found, err := set.Resolve(parameters, model.PartitionData)
	var refusal rules.Refusal
	switch {
	case errors.As(err, &refusal):
		return target{}, endpointError(svc, op, input, string(refusal))
	case err != nil:
		return target{}, err
	}
	t := target{base: found.URL, region: region, headers: found.Headers}
	if len(found.Schemes) == 0 {
		return t, nil
	}
	i := slices.IndexFunc(found.Schemes, func(s rules.Scheme) bool {
		return s.Name == "sigv4" || s.Name == sessionScheme || s.Name == "sigv4a" && !c.NoSigV4A
	})
	if i < 0 {
		return target{}, &AwayError{op.Name, "the endpoint needs the signature " + found.Schemes[0].Name}
	}
	scheme := found.Schemes[i]
	if scheme.Name == sessionScheme {
		bucket, _ := input.Get("Bucket")
		t.session, _ = bucket.(string)
	}
	if scheme.Name == "sigv4a" { // all rules of AWS allow all regions
		t.regionSet = cmp.Or(c.RegionSet, sigv4a.AllRegions)
	}
	t.signingName = scheme.SigningName
	if scheme.SigningRegion != "" {
		t.region = scheme.SigningRegion
	}
	return t, nil
}

// rulesOf returns the endpoint rules of a service. It parses them once.
func (c *Client) rulesOf(svc *model.Service) (*rules.Set, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rules[svc.Name] == nil {
		set, err := rules.Parse(svc.Rules())
		if err != nil {
			return nil, err
		}
		if c.rules == nil {
			c.rules = make(map[string]*rules.Set)
		}
		c.rules[svc.Name] = set
	}
	return c.rules[svc.Name], nil
}

// sessionScheme is the signature with the keys of a session of S3 Express.
const sessionScheme = "sigv4-s3express"

// pathStyle reports whether the name of a bucket goes into the path.
func (c *Client) pathStyle(op *model.Operation, input *document.Object) bool {
	switch {
	case op.Name == "GetBucketLocation":
		// S3 rejects the signature of this operation in a host name, if the bucket is in another region.
		return true
	case isARN(input):
		return false
	case c.EndpointParameters["Accelerate"] == true:
		return false
	}
	// Custom endpoints usually do not have a host name for each bucket.
	return c.Endpoint != "" && !c.VirtualHosts || c.PathStyle
}

// isARN reports whether the bucket of an input is an ARN.
func isARN(input *document.Object) bool {
	v, _ := input.Get("Bucket")
	bucket, _ := v.(string)
	return strings.HasPrefix(bucket, "arn:") && strings.Count(bucket, ":") >= 5
}

// addInput adds the parameters that an operation sets.
func addInput(parameters map[string]any, op *model.Operation, input *document.Object) error {
	for _, p := range op.EndpointParameters {
		var v any
		var err error
		switch {
		case p.Value != "":
			v, err = document.ParseJSON([]byte(p.Value))
		case p.Member != "":
			v, _ = input.Get(p.Member)
		default:
			var path *jmespath.Expr
			if path, err = jmespath.Compile(p.Path); err == nil {
				v, err = path.Search(input)
			}
		}
		if err != nil {
			return fmt.Errorf("%s: the endpoint parameter %s: %w", op.Name, p.Name, err)
		}
		if v != nil {
			parameters[p.Name] = v
		}
	}
	return nil
}

// endpointError returns the error for a refusal of the endpoint rules, in the AWS CLI's words.
func endpointError(svc *model.Service, op *model.Operation, input *document.Object, text string) error {
	begins := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(text, w) })
	}
	switch {
	case svc.Name == "s3api" && (text == "S3 Object Lambda does not support S3 Accelerate" || text == "Accelerate cannot be used with FIPS"):
		return errors.New("Unsupported configuration when using S3: " + text)
	case svc.Name == "s3api" && begins("S3 Outposts does not support", "S3 MRAP does not support", "S3 Object Lambda does not support",
		"Access Points do not support", "Invalid configuration:", "Client was configured for partition"):
		return errors.New("Unsupported configuration when using S3 access-points: " + text)
	case svc.Name == "s3api" && strings.HasPrefix(strings.ToLower(text), "invalid arn:"):
		return &InputError{op.Name, text}
	case svc.Name == "s3control" && begins("Invalid ARN:"):
		bucket, _ := input.Get("Bucket")
		return fmt.Errorf(`S3 ARN "%v" provided is invalid for this operation. %s`, bucket, text)
	case svc.Name == "s3control" && begins("Invalid configuration:", "Client was configured for partition"):
		return errors.New("Unsupported configuration when using S3 Control: " + text)
	case svc.Name == "events" && (text == "EndpointId must be a valid host label." ||
		begins("Invalid Configuration: FIPS is not supported with EventBridge multi-region endpoints.")):
		return errors.New("Invalid endpoint configuration: " + text)
	case svc.Name == "s3control" && text == "AccountId is required but not set":
		return &InputError{op.Name, text}
	}
	return errors.New(text)
}

// withAccount returns the input of an operation of S3 Control with the account of an ARN.
func (c *Client) withAccount(svc *model.Service, op *model.Operation, input *document.Object) (*document.Object, error) {
	if svc.Name != "s3control" || op.Name == "CreateBucket" || op.Name == "ListRegionalBuckets" {
		return input, nil
	}
	for name, kind := range map[string]string{"Name": "accesspoint", "Bucket": "bucket"} {
		v, _ := input.Get(name)
		text, _ := v.(string)
		parts := strings.SplitN(text, ":", 6)
		if len(parts) < 6 || name == "Name" && op.Name == "CreateAccessPoint" {
			continue
		}
		resource := strings.Split(strings.ReplaceAll(parts[5], ":", "/"), "/")
		invalid := func(reason string) error {
			return fmt.Errorf(`S3 ARN "%s" provided is invalid for this operation. %s`, text, reason)
		}
		account, given := input.Get("AccountId")
		switch {
		case strings.HasPrefix(parts[3], "fips-") || strings.HasSuffix(parts[3], "fips-"):
			return nil, invalid("Invalid ARN, FIPS region not allowed in ARN.")
		case c.EndpointParameters["Accelerate"] == true:
			return nil, errors.New("Unsupported configuration when using S3 Control: S3 control client does not support accelerate endpoints")
		case parts[2] != "s3-outposts" || len(resource) != 4 || resource[0] != "outpost" || resource[2] != kind:
			return nil, invalid("The " + name + " parameter does not support the provided ARN")
		case given && account != parts[4]:
			return nil, invalid(fmt.Sprintf(`Account ID in arn does not match the AccountId parameter provided: "%v"`, account))
		}
		made := new(document.Object)
		for name, v := range input.All() {
			made.Set(name, v)
		}
		made.Set("AccountId", parts[4])
		return made, nil
	}
	return input, nil
}
