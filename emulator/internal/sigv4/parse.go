// Package sigv4 verifies AWS Signature Version 4. The rules are in the IAM user guide,
// "AWS Signature Version 4 for API requests".
package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	// timeFormat is the basic form of ISO 8601, which AWS requires.
	timeFormat = "20060102T150405Z"
)

// ErrMissing is the error for a request without a signature.
var ErrMissing = errors.New("the request is not signed")

// A Signature holds the parts of a request's signature. Parse does not verify them.
type Signature struct {
	KeyID, Region, Service string
	// Token is the session token; "" if the request has no token.
	Token string
	// Time is the signing time.
	Time time.Time
	// Presigned reports whether the signature is in the query. Then the request is valid from
	// Time until Expires later.
	Presigned bool
	Expires   time.Duration

	// Hex is the signature in hexadecimal.
	Hex string

	day     string   // the day in the scope
	headers []string // the signed headers, in the order of the request
}

// Parse returns the signature of r. The error is [ErrMissing], or it names a missing or malformed
// part.
func Parse(r *http.Request) (*Signature, error) {
	if auth := r.Header.Get("Authorization"); auth != "" {
		return fromHeader(r, auth)
	}
	q := r.URL.Query()
	if q.Get("X-Amz-Algorithm") != "" || q.Get("X-Amz-Signature") != "" {
		return fromQuery(q)
	}
	return nil, ErrMissing
}

func fromHeader(r *http.Request, auth string) (*Signature, error) {
	alg, rest, _ := strings.Cut(auth, " ")
	if alg != algorithm {
		return nil, errors.New("unsupported authorization type")
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	at := r.Header.Get("X-Amz-Date")
	if at == "" {
		if t, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			at = t.UTC().Format(timeFormat)
		}
	}
	return build(fields["Credential"], fields["SignedHeaders"], fields["Signature"], at, r.Header.Get("X-Amz-Security-Token"))
}

func fromQuery(q url.Values) (*Signature, error) {
	if q.Get("X-Amz-Algorithm") != algorithm {
		return nil, errors.New("X-Amz-Algorithm must be " + algorithm)
	}
	s, err := build(q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"), q.Get("X-Amz-Signature"), q.Get("X-Amz-Date"), q.Get("X-Amz-Security-Token"))
	if err != nil {
		return nil, err
	}
	s.Presigned = true
	seconds := 900 // presigned requests to STS omit X-Amz-Expires
	if text := q.Get("X-Amz-Expires"); text != "" {
		if seconds, err = strconv.Atoi(text); err != nil || seconds < 1 || seconds > 7*24*3600 {
			return nil, errors.New("X-Amz-Expires must be a number of seconds up to a week")
		}
	}
	s.Expires = time.Duration(seconds) * time.Second
	return s, nil
}

func build(credential, headers, signature, at, token string) (*Signature, error) {
	for _, f := range []struct{ name, value string }{{"Credential", credential}, {"SignedHeaders", headers}, {"Signature", signature}, {"X-Amz-Date", at}} {
		if f.value == "" {
			return nil, fmt.Errorf("the request signature lacks %s", f.name)
		}
	}
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || scope[0] == "" || scope[4] != "aws4_request" {
		return nil, errors.New("the credential must be KEY/DAY/REGION/SERVICE/aws4_request")
	}
	t, err := time.Parse(timeFormat, at)
	if err != nil {
		return nil, errors.New("the date must look like " + timeFormat)
	}
	s := &Signature{
		KeyID: scope[0], day: scope[1], Region: scope[2], Service: scope[3], Token: token,
		Time: t, headers: strings.Split(headers, ";"), Hex: signature,
	}
	if s.day != t.Format("20060102") {
		return nil, errors.New("the day of the credential differs from the date")
	}
	return s, nil
}
