// Package sigv4a signs requests with AWS Signature Version 4A. It signs with a key pair that is derived
// from the secret access key, and the signature is valid in a set of regions. Multi-Region access points
// of S3 and a few services need it. See
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html.
package sigv4a

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// AllRegions is the region set of a signature that is valid in every region.
const AllRegions = "*"

const (
	algorithm  = "AWS4-ECDSA-P256-SHA256"
	dateFormat = "20060102T150405Z"
)

// Options say how to sign a request.
type Options struct {
	AccessKeyID     string
	SecretAccessKey secret.String
	SessionToken    secret.String // zero without a session
	Service         string        // the signing name
	RegionSet       string        // region names, joined by commas, or AllRegions
	PayloadHash     string        // of the body, in hexadecimal digits; or a word such as UNSIGNED-PAYLOAD
	EscapePath      bool          // escape the path once more: true for all services except S3
	Now             time.Time
}

// Sign sets the headers Authorization, X-Amz-Date, X-Amz-Region-Set and X-Amz-Security-Token of a
// request.
func Sign(req *http.Request, o Options) error {
	key, err := deriveKey(o.AccessKeyID, o.SecretAccessKey)
	if err != nil {
		return err
	}
	date := o.Now.UTC().Format(dateFormat)
	req.Header.Set("X-Amz-Date", date)
	req.Header.Set("X-Amz-Region-Set", o.RegionSet)
	if !o.SessionToken.IsZero() {
		req.Header.Set("X-Amz-Security-Token", o.SessionToken.Reveal())
	}
	canonical, names := canonicalRequest(req, o)
	scope := date[:8] + "/" + o.Service + "/aws4_request"
	text := algorithm + "\n" + date + "\n" + scope + "\n" + hash(canonical)
	sum := sha256.Sum256([]byte(text))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", algorithm+" Credential="+o.AccessKeyID+"/"+scope+", SignedHeaders="+names+", Signature="+hex.EncodeToString(signature))
	return nil
}

// deriveKey derives the key pair of an access key, by the key derivation in counter mode of NIST SP
// 800-108 with HMAC-SHA256. A candidate that is no valid private key is skipped.
func deriveKey(keyID string, secretKey secret.String) (*ecdsa.PrivateKey, error) {
	curve := elliptic.P256()
	limit := new(big.Int).Sub(curve.Params().N, big.NewInt(2)) // the largest candidate
	for counter := 1; counter <= 254; counter++ {
		mac := hmac.New(sha256.New, []byte("AWS4A"+secretKey.Reveal()))
		mac.Write(binary.BigEndian.AppendUint32(nil, 1)) // the first block of the output
		mac.Write([]byte(algorithm + "\x00" + keyID))
		mac.Write([]byte{byte(counter)})
		mac.Write(binary.BigEndian.AppendUint32(nil, 256)) // the length of the output in bits
		candidate := new(big.Int).SetBytes(mac.Sum(nil))
		if candidate.Cmp(limit) > 0 {
			continue
		}
		d := candidate.Add(candidate, big.NewInt(1))
		return ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, 32)))
	}
	return nil, errors.New("no key pair can be derived from the access key") // about as likely as a guessed key
}

// canonicalRequest returns the text whose hash is signed, and the names of the signed headers.
func canonicalRequest(req *http.Request, o Options) (text, names string) {
	path := req.URL.EscapedPath()
	if o.EscapePath {
		path = escape(path)
	}
	if path == "" {
		path = "/"
	}
	headers := map[string]string{"host": req.Host}
	if req.Host == "" {
		headers["host"] = req.URL.Host
	}
	for name, values := range req.Header {
		if name = strings.ToLower(name); signed(name) {
			clean := make([]string, len(values))
			for i, v := range values {
				clean[i] = strings.Join(strings.Fields(v), " ")
			}
			headers[name] = strings.Join(clean, ",")
		}
	}
	sorted := make([]string, 0, len(headers))
	for name := range headers {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	var b strings.Builder
	b.WriteString(req.Method + "\n" + path + "\n" + query(req.URL.RawQuery) + "\n")
	for _, name := range sorted {
		b.WriteString(name + ":" + headers[name] + "\n")
	}
	names = strings.Join(sorted, ";")
	b.WriteString("\n" + names + "\n" + o.PayloadHash)
	return b.String(), names
}

// signed reports whether a header is part of the signature. Proxies may change the others.
func signed(name string) bool {
	return strings.HasPrefix(name, "x-amz-") || name == "content-type" || name == "content-md5"
}

// query returns the query with sorted parameters. raw has escapes as SigV4 wants them.
func query(raw string) string {
	if raw == "" {
		return ""
	}
	parts := strings.Split(raw, "&")
	for i, p := range parts {
		if !strings.Contains(p, "=") {
			parts[i] += "="
		}
	}
	slices.SortFunc(parts, func(a, b string) int { // by the name, then by the value: "=" sorts after "-" and "."
		an, av, _ := strings.Cut(a, "=")
		bn, bv, _ := strings.Cut(b, "=")
		if c := strings.Compare(an, bn); c != 0 {
			return c
		}
		return strings.Compare(av, bv)
	})
	return strings.Join(parts, "&")
}

// escape escapes all characters except slashes and SigV4's unreserved characters.
func escape(path string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
