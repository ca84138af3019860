// Package sigv4 checks AWS Signature Version 4 from the service's side. The rules
// are those of the IAM user guide, "AWS Signature Version 4 for API requests".
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
	// timeFormat is ISO 8601 in its basic form, the only one allowed.
	timeFormat = "20060102T150405Z"
)

// ErrMissing means that the request carries no signature.
var ErrMissing = errors.New("the request is not signed")

// A Signature is what a request says about how it was signed. Nothing in it has
// been checked.
type Signature struct {
	KeyID, Region, Service string
	// Token is the session token that came with the key; "" if there was none.
	Token string
	// Time is when the request was signed.
	Time time.Time
	// Presigned means that the signature is in the query, and that the request may
	// be sent until Expires after Time.
	Presigned bool
	Expires   time.Duration

	// Hex is the signature itself.
	Hex string

	day     string   // of the scope
	headers []string // signed, in the order given
}

// Parse reads the signature of r. The error is [ErrMissing], or says which part
// is missing or malformed.
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
	seconds := 900 // STS lets it out
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
		return nil, errors.New("the day of the credential is not that of the date")
	}
	return s, nil
}
