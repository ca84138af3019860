// Package model describes AWS services: their operations, the shapes of inputs and outputs,
// and their endpoints.
//
// The data comes from AWS's public API models. The generator in gen writes compressed tables that
// are embedded in the program. It leaves out the operations for which the engine might not do the
// same as the AWS CLI, and records the reason. To write the tables again, run
//
//	make tables DATA=FOLDER
//
// with the data folder of botocore.
//
// [Load] reads the head of the table of a service, and [Service.Operation] reads and builds the
// shapes of an operation.
package model

import (
	"slices"
	"strings"
)

// A Protocol is the format of a service's requests and replies.
type Protocol string

// The protocols of AWS.
const (
	Query    Protocol = "query"
	EC2      Protocol = "ec2"
	JSON     Protocol = "json"
	RESTJSON Protocol = "rest-json"
	RESTXML  Protocol = "rest-xml"
	CBOR     Protocol = "smithy-rpc-v2-cbor"
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
	TargetPrefix   string // for JSON: the part of X-Amz-Target before the operation; for CBOR: the service in paths
	XMLNamespace   string // "" if the service has no namespace
	QueryErrors    bool   // for JSON: the service can reply with the error codes of its former protocol, Query

	SignatureV2 bool // the service needs this old signature

	SigV4A bool // the AWS CLI signs with SigV4A, although the service also accepts SigV4

	Bearer bool // the service also accepts a token instead of a signature

	global     string   // the pseudo region without a region; "" if the service needs a region
	rules      string   // the number of the block with the endpoint rules; "" if the service has no rules
	endpoints  []string // the lines of the endpoints that do not follow the rule of their partition
	operations []entry  // sorted by the name on the command line
	without    []row    // the operations that are not built in: "without", name, reason
	waiters    string   // the number of the block with the waiters; "" if the service has none
	blocks     *blocks
}

// An entry is an operation whose shapes are not built yet.
type entry struct {
	name          string // "DescribeInstances"; see SplitName
	shapes, enums string // the numbers of blocks
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
		names[i] = commandName(e.name)
	}
	return names
}

// find returns the index of an operation.
func (s *Service) find(cliName string) (int, bool) {
	return slices.BinarySearchFunc(s.operations, cliName, func(e entry, name string) int {
		return strings.Compare(commandName(e.name), name)
	})
}

// Has reports whether an operation is built in. cliName is its name on the command line, such as
// "describe-instances".
func (s *Service) Has(cliName string) bool {
	_, ok := s.find(cliName)
	return ok
}

// Operation returns an operation by its name on the command line, such as
// "describe-instances". Each call builds new shapes.
func (s *Service) Operation(cliName string) (op *Operation, ok bool) {
	i, ok := s.find(cliName)
	if !ok {
		return nil, false
	}
	e := s.operations[i]
	err := s.blocks.with(numbers(e.shapes), func(text map[string]string) {
		op = build(text[key("operation", e.name)], text, enums{s.blocks, e.enums})
	})
	return op, err == nil // a test reads all blocks
}
