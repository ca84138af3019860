// Package model holds what the program knows of AWS services: their
// operations, the shapes of what goes in and comes out, and where they are.
//
// The knowledge is AWS's own: the public API models, reduced to the operations
// named in operations.txt and written by the generator in gen as small text
// tables that the program carries. To add an operation, add its name there and run
//
//	go generate ./internal/engine/model
//
// Nothing is parsed before [Load], and the shapes of an operation not before it is
// asked for.
package model

//go:generate go run ../gen

import "strings"

// A Protocol is how a service writes its requests and replies.
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
	ID             string // AWS's name of the service's API: "EC2", "SSO OIDC"; see EnvName
	APIVersion     string // "2016-11-15"
	Protocol       Protocol
	EndpointPrefix string // the service in names of hosts: "portal.sso"
	SigningName    string // the service in signatures
	JSONVersion    string // of JSON: "1.1"
	TargetPrefix   string // of JSON: what stands before the operation in X-Amz-Target
	XMLNamespace   string // "" is none

	operations []entry           // in the table's order
	shapes     map[string]string // name to the table's text of it
}

// EnvName is the service's name in variables such as AWS_ENDPOINT_URL_SSO_OIDC. In
// lower case it is the name in a [services] section of the config.
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

// Operation returns the operation that has the name on the command line, such as
// "describe-instances". Each call builds the shapes anew.
func (s *Service) Operation(cliName string) (*Operation, bool) {
	for _, e := range s.operations {
		if e.cliName == cliName {
			return s.build(e), true
		}
	}
	return nil, false
}
