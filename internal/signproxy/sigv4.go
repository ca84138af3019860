package signproxy

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// algorithm is the only signature algorithm of the proxy.
const algorithm = "AWS4-HMAC-SHA256"

// The values of X-Amz-Content-Sha256 that are no hash.
const (
	unsignedPayload  = "UNSIGNED-PAYLOAD"
	unsignedTrailer  = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	contentHash      = "X-Amz-Content-Sha256"
	amzDate          = "X-Amz-Date"
	amzToken         = "X-Amz-Security-Token"
	amzDateFormat    = "20060102T150405Z"
	signatureKeyword = "aws4_request"
)

// A signature is the content of a header Authorization.
type signature struct {
	keyID, date, region, service string
	headers                      []string // in lower case, sorted
	sum                          string
}

// parseSignature reads the header Authorization of a request.
func parseSignature(h http.Header) (signature, error) {
	values := h["Authorization"]
	if len(values) != 1 {
		return signature{}, errors.New("a request needs one header Authorization")
	}
	name, rest, _ := strings.Cut(values[0], " ")
	if name != algorithm {
		return signature{}, errors.New("the signature algorithm " + strconv.Quote(name) + " is not " + algorithm)
	}
	var s signature
	for part := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case key == "Credential" && s.keyID == "":
			f := strings.Split(value, "/")
			if len(f) != 5 || f[4] != signatureKeyword || slices.Contains(f, "") {
				return signature{}, errors.New("the scope of the signature is invalid")
			}
			s.keyID, s.date, s.region, s.service = f[0], f[1], f[2], f[3]
		case key == "SignedHeaders" && s.headers == nil:
			s.headers = strings.Split(value, ";")
		case key == "Signature" && s.sum == "":
			s.sum = value
		default:
			return signature{}, errors.New("the header Authorization is invalid")
		}
	}
	if s.keyID == "" || s.sum == "" || !slices.Contains(s.headers, "host") || !slices.IsSorted(s.headers) {
		return signature{}, errors.New("the header Authorization is incomplete")
	}
	return s, nil
}

// A signing is a way to write the path and the query for a signature. Clients differ in it.
type signing struct{ normalize, encode, strict bool }

// forms returns the forms in which clients sign requests to a service.
func forms(service string) []signing {
	if strings.HasPrefix(service, "s3") {
		return []signing{{}, {strict: true}}
	}
	return []signing{{encode: true}, {encode: true, strict: true}, {encode: true, normalize: true}, {encode: true, normalize: true, strict: true}}
}

// path returns the path of a form. escaped is the path as sent.
func (f signing) path(escaped string) string {
	if f.strict && !f.encode {
		if plain, err := url.PathUnescape(escaped); err == nil {
			return percent(plain, "/")
		}
	}
	if f.normalize {
		var parts []string
		for part := range strings.SplitSeq(escaped, "/") {
			if part != "" {
				parts = append(parts, part)
			}
		}
		slash := ""
		if strings.HasSuffix(escaped, "/") && len(parts) > 0 {
			slash = "/"
		}
		escaped = "/" + strings.Join(parts, "/") + slash
	}
	if f.encode {
		escaped = percent(escaped, "/")
	}
	if escaped == "" {
		return "/"
	}
	return escaped
}

// query returns the query of a form. raw is the query as sent.
func (f signing) query(raw string) string {
	if raw == "" {
		return ""
	}
	var pairs [][2]string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		if f.strict {
			key, value = again(key), again(value)
		}
		pairs = append(pairs, [2]string{key, value})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p[0] + "=" + p[1]
	}
	return strings.Join(parts, "&")
}

// again escapes a part of a query in SigV4's way. A plus sign stays one.
func again(s string) string {
	plain, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return percent(plain, "")
}

// percent escapes all characters except SigV4's unreserved characters and those in keep.
func percent(s, keep string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~"+keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// A message is a request to sign.
type message struct {
	method, host, path, query string // path and query as sent
	header                    http.Header
	length                    int64
	hash                      string // of the body
}

// sum returns the signature of a message. date is the value of X-Amz-Date.
func (m *message) sum(f signing, s signature, date, secret string) string {
	var b strings.Builder
	b.WriteString(m.method + "\n" + f.path(m.path) + "\n" + f.query(m.query) + "\n")
	for _, name := range s.headers {
		b.WriteString(name + ":" + m.value(name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.headers, ";") + "\n" + m.hash)
	text := algorithm + "\n" + date + "\n" + strings.Join([]string{s.date, s.region, s.service, signatureKeyword}, "/") + "\n" + hashOf([]byte(b.String()))
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.date, s.region, s.service, signatureKeyword, text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// value returns the value of a header for the signature.
func (m *message) value(name string) string {
	switch name {
	case "host":
		return m.host
	case "content-length":
		return strconv.FormatInt(m.length, 10)
	case "transfer-encoding":
		return "chunked"
	}
	values := slices.Clone(m.header.Values(name))
	for i, v := range values {
		values[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(values, ",")
}

// verify returns the form in which a child has signed a message. ok is false if the signature is
// wrong.
func (m *message) verify(s signature, secret string) (f signing, ok bool) {
	date := m.header.Get(amzDate)
	if date == "" || !strings.HasPrefix(date, s.date) {
		return signing{}, false
	}
	for _, f := range forms(s.service) {
		if subtle.ConstantTimeCompare([]byte(m.sum(f, s, date, secret)), []byte(s.sum)) == 1 {
			return f, true
		}
	}
	return signing{}, false
}

// sign signs a message anew, and sets its headers. s has the key, the region and the service, and the
// headers that the child has signed.
func (m *message) sign(f signing, s signature, secret, token string, now time.Time) {
	date := now.UTC().Format(amzDateFormat)
	m.header.Set(amzDate, date)
	if token != "" {
		m.header.Set(amzToken, token)
	}
	s.date = date[:8]
	names := []string{"host"}
	for _, name := range s.headers { // only the headers that the proxy forwards
		if m.header.Values(name) != nil {
			names = append(names, name)
		}
	}
	for name := range m.header { // S3 requires all of these
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	s.headers = slices.Compact(names)
	sum := m.sum(f, s, date, secret)
	m.header.Set("Authorization", algorithm+" Credential="+strings.Join([]string{s.keyID, s.date, s.region, s.service, signatureKeyword}, "/")+
		", SignedHeaders="+strings.Join(s.headers, ";")+", Signature="+sum)
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// isHash reports whether a text is a SHA-256 hash in hexadecimal.
func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 2*sha256.Size
}
