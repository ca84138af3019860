// Package model describes AWS services: their operations, the shapes of inputs and outputs,
// and their endpoints.
//
// The data comes from AWS's public API models. The generator in gen reduces them to the
// operations in operations.txt, and writes small text tables that are embedded in the
// program. To add an operation, add its name to operations.txt and run
//
//	go generate ./internal/engine/model
//
// [Load] parses the table of a service, and [Service.Operation] builds the shapes of an
// operation.
package model

//go:generate go run ../gen

import "strings"

// A Protocol is the format of a service's requests and replies.
type Protocol string

// The protocols of AWS.
const (
	Query    Protocol = "query"
	EC2      Protocol = "ec2"
	JSON     Protocol = "json"
	RESTJSON Protocol = "rest-json"
	RESTXML  Protocol = "rest-xml"
)

// A Service is an AWS service as [Load] returns it. It is safe for concurrent use.
type Service struct {
	Name           string // on the command line: "ec2", "s3api"
	ID             string // AWS's name for the API: "EC2", "SSO OIDC"; see EnvName
	APIVersion     string // "2016-11-15"
	Protocol       Protocol
	EndpointPrefix string // the service in host names: "portal.sso"
	SigningName    string // the service in signatures
	JSONVersion    string // for JSON: "1.1"
	TargetPrefix   string // for JSON: the part of X-Amz-Target before the operation
	XMLNamespace   string // "" if the service has no namespace

	operations []entry           // sorted by the name on the command line
	shapes     map[string]string // from the name to the text in the table
}

// EnvName returns the name of the service in variables such as AWS_ENDPOINT_URL_SSO_OIDC. A
// [services] section of the config uses the same name in lower case.
func (s *Service) EnvName() string {
	return strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(s.ID))
}

// Operations returns the names of the operations on the command line, sorted.
func (s *Service) Operations() []string {
	names := make([]string, len(s.operations))
	for i, e := range s.operations {
		names[i] = e.cliName
	}
	return names
}

// Operation returns an operation by its name on the command line, such as
// "describe-instances". Each call builds new shapes.
func (s *Service) Operation(cliName string) (*Operation, bool) {
	for _, e := range s.operations {
		if e.cliName == cliName {
			return s.build(e), true
		}
	}
	return nil, false
}
