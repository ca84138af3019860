package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const unsigned = "UNSIGNED-PAYLOAD"

// A Check is the result of [Signature.Verify]. It has two texts, the canonical request and the
// string to sign. Services return these texts if the signatures differ.
type Check struct {
	OK                             bool
	CanonicalRequest, StringToSign string
}

// Verify reports whether the signature is right for r, the body and the secret key. S3 has other
// rules than other services: it does not encode the path twice, and it allows signatures without
// the body.
func (s *Signature) Verify(r *http.Request, body []byte, secret string) Check {
	payload, ok := s.payloadHash(r, body)
	if !ok || !slices.Contains(s.headers, "host") {
		return Check{}
	}
	canonical := strings.Join([]string{
		r.Method, s.path(r.URL), s.query(r.URL.RawQuery), s.headerLines(r), strings.Join(s.headers, ";"), payload,
	}, "\n")
	scope := s.day + "/" + s.Region + "/" + s.Service + "/aws4_request"
	text := strings.Join([]string{algorithm, s.Time.Format(timeFormat), scope, hexSum([]byte(canonical))}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.day, s.Region, s.Service, "aws4_request", text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return Check{hmac.Equal([]byte(hex.EncodeToString(key)), []byte(s.Hex)), canonical, text}
}

// payloadHash returns the hash of the body in the canonical request. ok is false if the
// header has another hash.
func (s *Signature) payloadHash(r *http.Request, body []byte) (hash string, ok bool) {
	claimed := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case s.Service == "s3" && (claimed == unsigned || claimed == "" && s.Presigned):
		return unsigned, true
	case s.Service == "s3" && claimed == "":
		return "", false
	case claimed != "":
		return claimed, claimed == hexSum(body)
	}
	return hexSum(body), true
}

// path returns the canonical URI: the path with each segment encoded again. For S3, it does not
// encode the segments again.
func (s *Signature) path(u *url.URL) string {
	p := u.EscapedPath()
	if p == "" {
		p = "/"
	}
	if s.Service == "s3" {
		return escape(u.Path, true)
	}
	return escape(p, true)
}

// query returns the canonical query string.
func (s *Signature) query(raw string) string {
	type pair struct{ k, v string }
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		if s.Presigned && k == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, pair{reescape(k), reescape(v)})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.k, b.k); c != 0 {
			return c
		}
		return strings.Compare(a.v, b.v)
	})
	out := make([]string, len(pairs))
	for i, p := range pairs {
		out[i] = p.k + "=" + p.v
	}
	return strings.Join(out, "&")
}

// headerLines returns the canonical headers.
func (s *Signature) headerLines(r *http.Request) string {
	var b strings.Builder
	for _, name := range s.headers {
		values := r.Header.Values(name)
		switch name { // net/http stores these two headers in fields
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{strconv.FormatInt(r.ContentLength, 10)}
		}
		clean := make([]string, len(values))
		for i, v := range values {
			clean[i] = strings.Join(strings.Fields(v), " ")
		}
		b.WriteString(name + ":" + strings.Join(clean, ",") + "\n")
	}
	return b.String()
}

// reescape returns a part of a query in its canonical form. It returns a part that it cannot
// decode unchanged; this part then does not match a signature.
func reescape(s string) string {
	d, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return escape(d, false)
}

// escape encodes all bytes except the unreserved bytes (RFC 3986) and, if slash is true, the
// slash.
func escape(s string, slash bool) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && slash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
