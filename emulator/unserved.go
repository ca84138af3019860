package emulator

import (
	"encoding/xml"
	"net"
	"net/http"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator/internal/awshost"
)

// findUnserved returns the operation that answers for a service that the emulator
// does not have, in the protocol of that service; nil if the request may be for one
// that it has. Clients of another protocol could not read the answer.
func findUnserved(c *call, signed string) *operation {
	host := c.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	switch {
	case awshost.Is(host) && !awshost.Served(host):
		return unserved("Unknown", strings.ToLower(host))
	case c.Header.Get("X-Amz-Target") != "", c.Header.Get("Smithy-Protocol") != "":
		return unserved("Unknown", signed) // no service here has these protocols
	case c.URL.Path == "/token" && (c.URL.Query().Has("aws_iam") || signed == "sso-oauth"):
		return unserved("CreateTokenWithIAM", "CreateTokenWithIAM, only CreateToken")
	}
	return nil
}

// unserved returns an operation that says that the emulator does not serve what,
// which is a host, a service or an operation; "" if nothing tells.
func unserved(name, what string) *operation {
	return &operation{
		name: name,
		run:  func(c *call) response { return failUnserved(c, notServed(c, what)) },
		fail: func(c *call, err *apiError) response {
			if err.message == errBodyTooLarge.Error() {
				err = notServed(c, what) // whatever the body is
			}
			return failUnserved(c, err)
		},
	}
}

// notServed names what is not served and what the client asked for. No SDK tries
// again after status 501.
func notServed(c *call, what string) *apiError {
	asked := c.Header.Get("X-Amz-Target")
	if action := c.form().Get("Action"); asked == "" && action != "" {
		asked = action
	}
	if asked == "" {
		asked = c.Method + " " + c.URL.Path
	}
	if what == "" {
		what = "this service"
	}
	return &apiError{
		status: http.StatusNotImplemented, code: "NotImplemented",
		message: "The emulator does not serve " + what + " (" + asked + "). It serves IAM Identity Center, STS, S3 and EC2.",
	}
}

// failUnserved tells an error in the protocol of the request: by the headers that
// the JSON and CBOR protocols have, by the form of the query protocol, or else by
// the service.
func failUnserved(c *call, err *apiError) response {
	kind := c.Header.Get("Content-Type")
	service := signedFor(c) + "." + c.Host
	switch {
	case c.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return response{err.status, http.Header{"Content-Type": {"application/cbor"}, "Smithy-Protocol": {"rpc-v2-cbor"}}, cborError(err)}
	case c.Header.Get("X-Amz-Target") != "" || strings.HasPrefix(kind, "application/x-amz-json-"):
		out := jsonError(err)
		if strings.HasPrefix(kind, "application/x-amz-json-") {
			out.header.Set("Content-Type", kind)
		}
		return out
	case c.form().Get("Version") == ec2Version, strings.HasPrefix(service, "ec2."):
		return failEC2(c, err)
	case c.form().Has("Action"):
		return xmlError(c, err)
	case strings.Contains(service, "s3-control."), strings.Contains(service, "route53."), strings.Contains(service, "cloudfront."):
		return xmlError(c, err)
	case strings.HasPrefix(service, "s3"), strings.Contains(service, ".s3"):
		return failS3(c, err)
	}
	return jsonError(err)
}

// jsonError is how services of the JSON protocols tell an error.
func jsonError(err *apiError) response {
	out := jsonResponse(err.status, map[string]string{"__type": err.code, "message": err.message})
	out.header.Set("X-Amzn-Errortype", err.code)
	return out
}

// xmlError is how services of the query protocol and of REST-XML tell an error, but
// for STS, EC2 and S3.
func xmlError(c *call, err *apiError) response {
	return xmlResponse(err.status, struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     xmlDetail
		RequestID string `xml:"RequestId"`
	}{Error: detailOf(err), RequestID: c.id})
}

// cborError is a map of two texts (RFC 8949), which is all that an error needs.
func cborError(err *apiError) []byte {
	text := func(s string) []byte {
		s = s[:min(len(s), 1<<16-1)]
		return append([]byte{0x79, byte(len(s) >> 8), byte(len(s))}, s...) // a text with a length of 16 bits
	}
	b := []byte{0xa2}
	for _, s := range []string{"__type", err.code, "message", err.message} {
		b = append(b, text(s)...)
	}
	return b
}
