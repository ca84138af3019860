package emulator

import (
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"time"
)

const (
	stsVersion = "2011-06-15"
	querySkew  = 5 * time.Minute // what STS and EC2 let clocks differ
)

// xmlResponse returns v as the body of an answer.
func xmlResponse(status int, v any) response {
	b, err := xml.Marshal(v)
	if err != nil { // only our own types come here, and they marshal
		panic(err)
	}
	return response{status, http.Header{"Content-Type": {"text/xml"}}, append([]byte(xml.Header), b...)}
}

// failSTS is how STS tells an error.
func failSTS(c *call, err *apiError) response {
	return xmlResponse(err.status, struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
		Error     xmlDetail
		RequestID string `xml:"RequestId"`
	}{Error: detailOf(err), RequestID: c.id})
}

// An xmlDetail is an error of the query protocol.
type xmlDetail struct{ Type, Code, Message string }

func detailOf(err *apiError) xmlDetail {
	if err.status >= 500 {
		return xmlDetail{"Receiver", err.code, err.message}
	}
	return xmlDetail{"Sender", err.code, err.message}
}

// stsOperation answers with what f returns, once the signature has been verified.
func (e *Emulator) stsOperation(f func(*call, url.Values, signer) (any, *apiError)) func(*call, url.Values) response {
	return func(c *call, in url.Values) response {
		s, err := e.verify(c, "sts", querySkew)
		if err != nil {
			return failSTS(c, stsError(s, err))
		}
		v, no := f(c, in, s)
		if no != nil {
			return failSTS(c, no)
		}
		return xmlResponse(http.StatusOK, v)
	}
}

// stsError is what STS makes of a bad signature.
func stsError(s signer, err error) *apiError {
	no := &apiError{status: http.StatusForbidden}
	switch {
	case errors.Is(err, errUnsigned):
		no.code, no.message = "MissingAuthenticationToken", "Request is missing Authentication Token"
	case errors.Is(err, errMalformed):
		no.status, no.code, no.message = http.StatusBadRequest, "IncompleteSignature", s.reason
	case errors.Is(err, errNoKey), errors.Is(err, errNoToken):
		no.code, no.message = "InvalidClientTokenId", "The security token included in the request is invalid"
	case errors.Is(err, errKeyEnded):
		no.code, no.message = "ExpiredToken", "The security token included in the request is expired"
	case s.reason != "":
		no.code, no.message = "SignatureDoesNotMatch", s.reason
	default:
		no.code, no.message = "SignatureDoesNotMatch", signatureMessage
	}
	return no
}

const signatureMessage = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

type responseMetadata struct {
	RequestID string `xml:"RequestId"`
}

// getCallerIdentity is the operation GetCallerIdentity. It needs no permission.
func (e *Emulator) getCallerIdentity(c *call, _ url.Values, s signer) (any, *apiError) {
	type result struct {
		Arn     string
		UserID  string `xml:"UserId"`
		Account string
	}
	return struct {
		XMLName  xml.Name         `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Result   result           `xml:"GetCallerIdentityResult"`
		Metadata responseMetadata `xml:"ResponseMetadata"`
	}{Result: result{s.ARN, s.UserID, s.Account}, Metadata: responseMetadata{c.id}}, nil
}
