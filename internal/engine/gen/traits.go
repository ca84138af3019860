package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A reason says why an operation is not in the tables. It is one of the reasons of package model,
// or "trait NAME" for a trait that the generator does not know.
type reason string

func (r reason) Error() string { return string(r) }

// The reasons that follow from a model.
const (
	authReason       reason = "auth"        // a signature that we do not make
	checksumReason   reason = "checksum"    // a checksum that a setting turns off, or of the reply
	compressReason   reason = "compression" // a compressed request
	endpointReason   reason = "endpoint"    // the endpoint depends on the input or the account
	eventsReason     reason = "events"      // an event stream
	outputFileReason reason = "outfile"     // the output goes to a file
	pagesReason      reason = "pages"       // a paginator with an expression
	presignReason    reason = "presign"     // a signed URL in the request
	resultReason     reason = "result"      // a result that the client cannot read exactly
	protocolReason   reason = "protocol"    // a protocol that we do not have
	streamReason     reason = "stream"      // the input is a file of any size
)

// A known lists the traits of a part of a model: those that the generator reads, and those that
// change neither requests nor outputs. An operation with any other trait is not in the tables.
type known struct{ read, ignored []string }

var (
	operationTraits = known{
		[]string{
			"name", "http", "input", "output", "errors", "auth", "authtype", "endpoint", "endpointdiscovery", "httpChecksum",
			"httpChecksumRequired", "requestcompression", "endpointoperation", "staticContextParams", "operationContextParams", "unsignedPayload",
		},
		[]string{"idempotent", "readonly", "deprecated", "deprecatedMessage", "deprecatedSince", "documentation", "documentationUrl", "alias"},
	}
	httpTraits      = known{[]string{"method", "requestUri"}, []string{"responseCode"}}
	referenceTraits = known{[]string{"shape", "locationName", "xmlNamespace", "resultWrapper"}, []string{"documentation", "exception", "error", "fault"}}
	shapeTraits     = known{
		[]string{
			"type", "members", "member", "key", "value", "required", "sensitive", "enum", "min", "payload", "error", "flattened", "document",
			"streaming", "eventstream", "timestampFormat", "locationName", "xmlNamespace", "union", "event",
		},
		[]string{
			"max", "pattern", "exception", "fault", "retryable", "deprecated", "deprecatedMessage", "deprecatedSince", "box", "synthetic",
			"wrapper", "xmlOrder", "sparse", "requiresLength", "documentation",
		},
	}
	memberTraits = known{
		[]string{
			"shape", "location", "locationName", "queryName", "flattened", "xmlAttribute", "xmlNamespace", "streaming", "jsonvalue",
			"idempotencyToken", "timestampFormat", "contextParam", "hostLabel", "eventpayload",
		},
		[]string{"box", "deprecated", "deprecatedMessage", "deprecatedSince", "documentation", "enum", "max", "min"},
	}
	metadataTraits = known{
		[]string{
			"apiVersion", "auth", "awsQueryCompatible", "endpointPrefix", "jsonVersion", "protocol", "protocols", "serviceId",
			"signatureVersion", "signingName", "targetPrefix", "xmlNamespace",
		},
		[]string{"checksumFormat", "globalEndpoint", "protocolSettings", "ripServiceName", "serviceAbbreviation", "serviceFullName", "uid"},
	}
)

// check returns a reason if a part of a model has a trait that is not known.
func (k known) check(o *document.Object) error {
	for name := range o.All() {
		if !slices.Contains(k.read, name) && !slices.Contains(k.ignored, name) {
			return reason("trait " + name)
		}
	}
	return nil
}

// protocols lists the protocols in the order in which the AWS CLI prefers them.
var protocols = []string{"json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor", "query", "ec2"}

// protocolOf returns the protocol that the AWS CLI uses for a service.
func protocolOf(metadata *document.Object) string {
	offered := texts(metadata, "protocols")
	for _, p := range protocols {
		if slices.Contains(offered, p) {
			return p
		}
	}
	return text(metadata, "protocol")
}

// checkService returns a reason if no operation of the service can be in the tables.
func checkService(metadata *document.Object) error {
	if err := metadataTraits.check(metadata); err != nil {
		return err
	}
	if p := protocolOf(metadata); !slices.Contains(protocols, p) {
		return protocolReason
	}
	switch version := text(metadata, "signatureVersion"); {
	case slices.Contains([]string{"v4", "s3", "s3v4"}, version):
	case version == "v2" && protocolOf(metadata) == "query":
	default:
		return authReason
	}
	schemes := texts(metadata, "auth")
	for _, scheme := range schemes {
		switch scheme {
		case "aws.auth#sigv4", sigv4aAuth, bearerAuth:
		default:
			return reason("trait auth " + scheme)
		}
	}
	if schemes != nil && !slices.Contains(schemes, "aws.auth#sigv4") && !slices.Contains(schemes, sigv4aAuth) {
		return authReason
	}
	return nil
}

// discoveryOf returns the field that says whether the endpoint comes from another operation.
func discoveryOf(op *document.Object) string {
	switch {
	case truth(object(op, "endpointdiscovery"), "required"):
		return "discovery=required"
	case has(op, "endpointdiscovery"):
		return "discovery=optional"
	}
	return ""
}

// unsignedBody is the kind of signature that does not cover the body.
const unsignedBody = "v4-unsigned-body"

// bearerAuth is the trait of a service that also accepts a token instead of a signature.
const bearerAuth = "smithy.api#httpBearerAuth"

// sigv4aAuth is the signature with a key pair. If it is the first in the list of a service, the AWS CLI
// uses it.
const sigv4aAuth = "aws.auth#sigv4a"

// checkOperation returns a reason if the operation cannot be in the tables. Reasons in shapes are
// found later.
func checkOperation(op *document.Object) error {
	for _, part := range []struct {
		known
		o *document.Object
	}{
		{operationTraits, op},
		{httpTraits, object(op, "http")},
		{referenceTraits, object(op, "input")},
		{referenceTraits, object(op, "output")},
	} {
		if err := part.check(part.o); err != nil {
			return err
		}
	}
	switch text(op, "authtype") {
	case "", "none", unsignedBody:
	default:
		return authReason
	}
	for _, scheme := range texts(op, "auth") {
		if scheme != "smithy.api#noAuth" {
			return authReason
		}
	}
	switch {
	case truth(op, "unsignedPayload") != (text(op, "authtype") == unsignedBody):
		return authReason
	case has(op, "requestcompression") && !slices.Equal(texts(object(op, "requestcompression"), "encodings"), []string{"gzip"}):
		return compressReason
	case has(op, "httpChecksum") && !plainChecksum(object(op, "httpChecksum")):
		return checksumReason
	}
	return checkHost(op)
}

// plainChecksum reports whether members name the algorithm for requests, or ask for a check of the reply.
func plainChecksum(c *document.Object) bool {
	for name := range c.All() {
		if !slices.Contains([]string{"requestAlgorithmMember", "requestChecksumRequired", "requestValidationModeMember", "responseAlgorithms"}, name) {
			return false
		}
	}
	return text(c, "requestAlgorithmMember") != "" || text(c, "requestValidationModeMember") != ""
}

// checkHost returns an error for a host prefix with other placeholders than members.
func checkHost(op *document.Object) error {
	prefix := text(object(op, "endpoint"), "hostPrefix")
	for name := range object(op, "endpoint").All() {
		if name != "hostPrefix" {
			return reason("trait endpoint " + name)
		}
	}
	if strings.ContainsAny(prefix, "\t\n") {
		return fmt.Errorf("host prefix %q: a separator", prefix)
	}
	return nil
}
