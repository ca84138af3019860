// Package awsop calls the operations of AWS services that the program offers
// itself.
package awsop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"lanyard/internal/secret"
)

// Options say where a service is and who calls it.
type Options struct {
	Region          string // "" means the global endpoint, signed for us-east-1
	Endpoint        string // "" means the SDK's rules for the region
	FIPS, DualStack bool
	MaxAttempts     int            // 0 means 3
	HTTP            aws.HTTPClient // nil means the SDK's

	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String // SessionToken is empty for long-term keys
}

// globalSTS serves callers without a region, as in the AWS CLI.
const globalSTS = "https://sts.amazonaws.com"

// A CallerIdentity says whom a set of keys belongs to.
type CallerIdentity struct{ UserID, Account, Arn string }

// GetCallerIdentity asks STS whom the keys belong to. The error is an [Error]
// when the service refused; otherwise it wraps what HTTP said.
func GetCallerIdentity(ctx context.Context, o Options) (CallerIdentity, error) {
	if o.Region == "" {
		o.Region = "us-east-1"
		if o.Endpoint == "" {
			o.Endpoint = globalSTS
		}
	}
	options := sts.Options{
		Region: o.Region, HTTPClient: o.HTTP, AppID: "lanyard",
		Retryer: retry.NewStandard(func(r *retry.StandardOptions) {
			if o.MaxAttempts > 0 {
				r.MaxAttempts = o.MaxAttempts
			}
		}),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: o.AccessKeyID, SecretAccessKey: o.SecretAccessKey.Reveal(), SessionToken: o.SessionToken.Reveal(),
			}, nil
		}),
	}
	if o.FIPS {
		options.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	if o.DualStack {
		options.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	if o.Endpoint != "" {
		options.BaseEndpoint = &o.Endpoint
	}
	ctx, cancel := context.WithTimeout(ctx, callBudget)
	defer cancel()
	out, err := sts.New(options).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return CallerIdentity{}, translate("GetCallerIdentity", err)
	}
	return CallerIdentity{aws.ToString(out.UserId), aws.ToString(out.Account), aws.ToString(out.Arn)}, nil
}

// callBudget is how long one call with its retries may take.
const callBudget = 25 * time.Second

// An Error is a service's refusal, in the AWS CLI's words.
type Error struct {
	Operation, Code, Message string
	Status                   int // HTTP; 0 if unknown
}

func (e *Error) Error() string {
	text := fmt.Sprintf("An error occurred (%s) when calling the %s operation:", e.Code, e.Operation)
	if e.Message != "" {
		text += " " + e.Message
	}
	return text
}

// oneLine keeps a server's text from looking like several lines of ours.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// translate gives the service's refusal as an [Error]; what the HTTP client said
// stays as it is.
func translate(operation string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		e := &Error{Operation: operation, Code: oneLine(api.ErrorCode()), Message: oneLine(api.ErrorMessage())}
		var resp *awshttp.ResponseError
		if errors.As(err, &resp) {
			e.Status = resp.HTTPStatusCode()
		}
		return e
	}
	return fmt.Errorf("%s: %w", operation, err)
}
