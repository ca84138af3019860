package emulator

import (
	"encoding/xml"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// s3Skew is how far S3 lets clocks differ.
const s3Skew = 15 * time.Minute

// An s3Error is the body of an S3 error: no wrapper, and details beside it.
type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	Details   []any
	Resource  string
	RequestID string `xml:"RequestId"`
}

// element is an XML element of any name.
type element struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

func failS3(c *call, err *apiError) response { return failS3With(c, err) }

// failS3With adds details by name and value.
func failS3With(c *call, err *apiError, details ...string) response {
	v := s3Error{Code: err.code, Message: err.message, Resource: c.URL.Path, RequestID: c.id}
	for i := 0; i < len(details); i += 2 {
		v.Details = append(v.Details, element{xml.Name{Local: details[i]}, details[i+1]})
	}
	return s3Headers(c, xmlResponse(err.status, v))
}

func s3Headers(c *call, out response) response {
	out.header.Set("Content-Type", "application/xml")
	out.header.Set("Server", "AmazonS3")
	out.header.Set("X-Amz-Request-Id", c.id)
	return out
}

// badS3Signature is what S3 makes of a bad signature.
func badS3Signature(c *call, s signer, err error) response {
	no := func(status int, code, message string) *apiError {
		return &apiError{status: status, code: code, message: message}
	}
	switch {
	case errors.Is(err, errUnsigned):
		return failS3(c, no(http.StatusForbidden, "AccessDenied", "Access Denied"))
	case errors.Is(err, errMalformed):
		return failS3(c, no(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed; "+s.reason))
	case errors.Is(err, errNoKey):
		return failS3With(c, no(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."), "AWSAccessKeyId", s.signature.KeyID)
	case errors.Is(err, errNoToken):
		return failS3(c, no(http.StatusBadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid."))
	case errors.Is(err, errKeyEnded):
		return failS3(c, no(http.StatusBadRequest, "ExpiredToken", "The provided token has expired."))
	case errors.Is(err, errSkewed) && s.signature.Presigned:
		return failS3(c, no(http.StatusForbidden, "AccessDenied", "Request has expired"))
	case errors.Is(err, errSkewed):
		return failS3With(c, no(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
			"RequestTime", s.signature.Time.Format("20060102T150405Z"), "ServerTime", c.now.Format(time.RFC3339),
			"MaxAllowedSkewMilliseconds", strconv.FormatInt(s3Skew.Milliseconds(), 10))
	}
	return failS3With(c, no(http.StatusForbidden, "SignatureDoesNotMatch", signatureMessage[:strings.Index(signatureMessage, " Consult")]),
		"AWSAccessKeyId", s.KeyID, "StringToSign", s.check.StringToSign, "SignatureProvided", s.signature.Hex, "CanonicalRequest", s.check.CanonicalRequest)
}

// bucketOf returns the bucket and the key that the request names, in its path or
// in front of its host.
func bucketOf(c *call) (bucket, key string) {
	host := c.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	path := strings.TrimPrefix(c.URL.Path, "/")
	for _, end := range []string{".localhost", ".s3.", ".s3-"} {
		if i := strings.Index(host, end); i > 0 {
			return host[:i], path
		}
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// s3Operation names and answers a request for S3.
func (e *Emulator) s3Operation(c *call) *operation {
	op := &operation{name: "S3", fail: failS3, run: func(c *call) response {
		return failS3(c, &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "A header you provided implies functionality that is not implemented"})
	}}
	var f func(*call, signer) response
	switch bucket, key := bucketOf(c); {
	case c.Method != http.MethodGet || key != "":
		return op
	case bucket == "":
		op.name, f = "ListBuckets", e.listBuckets
	case c.URL.Query().Get("list-type") == "2":
		op.name, f = "ListObjectsV2", e.listObjects
	default:
		return op
	}
	op.run = func(c *call) response {
		s, err := e.verify(c, "s3", s3Skew)
		if err != nil {
			return badS3Signature(c, s, err)
		}
		return f(c, s)
	}
	return op
}
