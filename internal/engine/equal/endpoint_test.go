package equal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A settings holds the settings that change endpoints. The zero value has no settings.
type settings struct {
	Endpoint string         `json:"endpoint"` // --endpoint-url
	S3       map[string]any `json:"s3"`       // botocore's names
}

// apply changes a client according to the settings.
func (s settings) apply(client *call.Client) {
	client.Endpoint = s.Endpoint
	client.PathStyle, client.VirtualHosts = s.S3["addressing_style"] == "path", s.S3["addressing_style"] == "virtual"
	client.EndpointParameters = map[string]any{"UseArnRegion": nil, "Accelerate": s.S3["use_accelerate_endpoint"]}
	if v, ok := s.S3["use_arn_region"]; ok {
		client.EndpointParameters["UseArnRegion"] = v
	}
}

// endpointValues has values for the parameters of endpoint rules. A value can be right or wrong for the
// operation.
var endpointValues = map[string][]string{
	"AccountId": {"111122223333"},
	"Bucket": {
		"my-bucket", "my-bucket", "my.bucket", "arn:aws:s3:eu-west-1:111122223333:accesspoint/my-point",
		"arn:aws:s3:us-west-2:111122223333:accesspoint:my-point", "arn:aws:s3::111122223333:accesspoint:mfzwi23gnjvgw.mrap",
		"arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/my-point",
		"arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-01234567890123456/accesspoint/my-point",
		"arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-01234567890123456/bucket/my-bucket",
		"arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/my-point", "my-point-abcdefghijklmnopqrstuvwxyz0123456-s3alias", "My_Bucket",
		"my-bucket--usw2-az1--x-s3", "my-bucket--usw2-az1--x-s3",
	},
	"AccessPointName": {
		"my-point", "arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-01234567890123456/accesspoint/my-point",
		"arn:aws:s3-outposts:us-west-2:111122223333:outpost:op-01234567890123456:accesspoint:my-point",
	},
	"OutpostId":   {"op-01234567890123456"},
	"ResourceArn": {"my-table", "arn:aws:dynamodb:eu-west-1:444455556666:table/my-table", "arn:aws:dynamodb:us-west-2:444455556666:table/my-table"},
	"StreamARN":   {"arn:aws:kinesis:eu-west-1:444455556666:stream/my-stream", "arn:aws-us-gov:kinesis:us-gov-west-1:444455556666:stream/x"},
	"ConsumerARN": {"arn:aws:kinesis:eu-west-1:444455556666:stream/my-stream/consumer/c:1"},
	"ResourceARN": {"arn:aws:kinesis:eu-west-1:444455556666:stream/my-stream", "arn:aws:kinesis:eu-west-1:444455556666:stream/my-stream/consumer/c:1"},
	"StreamId":    {"abcdefghijklmnopqrst/1", "shard-1"},
	"KvsARN":      {"arn:aws:cloudfront::444455556666:key-value-store/01234567-89ab-cdef-0123-456789abcdef"},
	"EndpointId":  {"abcde.veo"},
}

// endpointValue returns a value for a member that is a parameter of the endpoint rules, and its name.
func (g *inputMaker) endpointValue(op *model.Operation, m *model.Member) (string, bool) {
	if m.Name == "PredictEndpoint" {
		return "https://realtime.machinelearning.eu-west-1.amazonaws.com", true
	}
	for _, p := range op.EndpointParameters {
		values := slices.DeleteFunc(slices.Clone(endpointValues[p.Name]), func(v string) bool { return len(v) < m.Shape.Min })
		if p.Member == m.Name && m.Shape.Kind == model.String && len(values) > 0 {
			if !g.arns {
				return values[0], true
			}
			return values[g.IntN(len(values))], true
		}
	}
	return "", false
}

// TestEndpointRules compares the endpoints of services with endpoint rules, for ARNs and settings.
func TestEndpointRules(t *testing.T) {
	needBotocore(t)
	random := rand.New(rand.NewPCG(*seed, 2))
	part := 24 // one of so many operations
	if *all {
		part = 3
	}
	var cases []*comparedCase
	for _, service := range model.Services() {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), service) {
			continue
		}
		svc, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		if !svc.HasRules() {
			continue
		}
		for _, set := range someSettings {
			if set.S3 != nil && !strings.HasPrefix(service, "s3") {
				continue
			}
			for _, name := range svc.Operations() {
				if random.IntN(part) > 0 {
					continue
				}
				op, _ := svc.Operation(name)
				for _, v := range []struct {
					region     string
					fips, dual bool
				}{{"eu-west-1", false, false}, {"us-east-1", random.IntN(2) == 0, true}, {regions[random.IntN(len(regions))], random.IntN(3) == 0, false}} {
					if set.Endpoint != "" && (v.fips || v.dual) {
						continue
					}
					g := &inputMaker{Rand: random, arns: true, all: random.IntN(4) == 0}
					cases = append(cases, &comparedCase{
						service: service, operation: name, region: v.region, fips: v.fips, dual: v.dual, svc: svc, op: op, input: g.input(op), settings: set,
					})
				}
			}
		}
	}
	compareAll(t, cases)
}

// someSettings lists combinations of settings.
var someSettings = []settings{
	{},
	{Endpoint: "http://127.0.0.1:9000"},
	{Endpoint: "https://storage.example/base/"},
	{Endpoint: "https://storage.example/base", S3: map[string]any{"addressing_style": "virtual"}},
	{S3: map[string]any{"addressing_style": "path"}},
	{S3: map[string]any{"use_accelerate_endpoint": true}},
	{S3: map[string]any{"use_arn_region": true}},
	{S3: map[string]any{"use_arn_region": false}},
}

// handedOff reports whether package call leaves the request to the AWS CLI.
func handedOff(err error) bool { return errors.As(err, new(*call.AwayError)) }

func (s settings) String() string {
	if s.Endpoint == "" && s.S3 == nil {
		return ""
	}
	return fmt.Sprintf("; endpoint %q, s3 %v", s.Endpoint, s.S3)
}
