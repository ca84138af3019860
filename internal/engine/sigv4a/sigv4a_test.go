package sigv4a

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// TestDeriveKey has the key of AWS's test vectors for SigV4A.
func TestDeriveKey(t *testing.T) {
	key, err := deriveKey("AKISORANDOMAASORANDOM", secret.New("q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom"))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := new(big.Int).SetString("15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb", 16)
	y, _ := new(big.Int).SetString("515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0", 16)
	public, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want := append([]byte{4}, append(x.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32))...)...)
	if !bytes.Equal(public, want) {
		t.Errorf("public key is %x, want %x", public, want)
	}
}

func request(t *testing.T, method, url string, headers ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return req
}

func options() Options {
	return Options{
		AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secret.New("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), SessionToken: secret.New("token"),
		Service: "s3", RegionSet: AllRegions, PayloadHash: hash(""), Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

func TestCanonicalRequest(t *testing.T) {
	req := request(t, "GET", "https://mrap.accesspoint.s3-global.amazonaws.com/a%20b//c?x=2&list-type=2&x=1&acl", "X-Amz-Date", "20260301T120000Z", "User-Agent", "no", "X-Amz-Meta-A", "1  2")
	o := options()
	got, names := canonicalRequest(req, o)
	want := "GET\n/a%20b//c\nacl=&list-type=2&x=1&x=2\nhost:mrap.accesspoint.s3-global.amazonaws.com\nx-amz-date:20260301T120000Z\nx-amz-meta-a:1 2\n\nhost;x-amz-date;x-amz-meta-a\n" + o.PayloadHash
	if got != want || names != "host;x-amz-date;x-amz-meta-a" {
		t.Errorf("canonical request is\n%s\nwant\n%s", got, want)
	}
	o.EscapePath = true
	if got, _ := canonicalRequest(req, o); !strings.HasPrefix(got, "GET\n/a%2520b//c\n") {
		t.Errorf("with EscapePath, the canonical request is\n%s", got)
	}
}

var parts = regexp.MustCompile(`^AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/s3/aws4_request, SignedHeaders=([^,]*), Signature=([0-9a-f]+)$`)

// TestSign verifies the signature with the public key.
func TestSign(t *testing.T) {
	req, o := request(t, "PUT", "https://example.com/key"), options()
	if err := Sign(req, o); err != nil {
		t.Fatal(err)
	}
	m := parts.FindStringSubmatch(req.Header.Get("Authorization"))
	if m == nil || m[1] != "host;x-amz-date;x-amz-region-set;x-amz-security-token" {
		t.Fatalf("Authorization is %q", req.Header.Get("Authorization"))
	}
	canonical, _ := canonicalRequest(req, o)
	if !verified(t, o, canonical, m[2]) {
		t.Error("the signature is not valid")
	}
	if verified(t, o, canonical+"x", m[2]) {
		t.Error("the signature is valid for another request")
	}
}

func verified(t *testing.T, o Options, canonical, signature string) bool {
	t.Helper()
	key, err := deriveKey(o.AccessKeyID, o.SecretAccessKey)
	if err != nil {
		t.Fatal(err)
	}
	der, err := hex.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("AWS4-ECDSA-P256-SHA256\n20260301T120000Z\n20260301/" + o.Service + "/aws4_request\n" + hash(canonical)))
	return ecdsa.VerifyASN1(&key.PublicKey, sum[:], der)
}

// TestAsCRT lets AWS's own library sign requests, and verifies its signatures. So both derive the same
// key and build the same text.
func TestAsCRT(t *testing.T) {
	const python = "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import awscrt").CombinedOutput(); err != nil {
		t.Skipf("%s cannot import awscrt: %s", python, out)
	}
	for _, c := range []struct {
		service, path string
		escape        bool
	}{
		{"s3", "/a%20b//c?x=2&list-type=2&x=1", false},
		{"events", "/", true},
		{"cloudfront-keyvaluestore", "/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A1/keys/a%20b", true},
	} {
		o := options()
		o.Service, o.EscapePath, o.SessionToken = c.service, c.escape, secret.String{}
		in, err := json.Marshal(map[string]any{"service": c.service, "path": c.path, "escape": c.escape, "id": o.AccessKeyID, "secret": o.SecretAccessKey.Reveal()})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(python, "testdata/crt.py")
		cmd.Stdin = bytes.NewReader(in)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var headers map[string]string
		if err := json.Unmarshal(out, &headers); err != nil {
			t.Fatal(err)
		}
		req := request(t, "GET", "https://example.com"+c.path)
		for name, value := range headers {
			if name != "host" && name != "Authorization" {
				req.Header.Set(name, value)
			}
		}
		canonical, names := canonicalRequest(req, o)
		_, signature, _ := strings.Cut(headers["Authorization"], "Signature=")
		if !strings.Contains(headers["Authorization"], "SignedHeaders="+names+",") || !verified(t, o, canonical, signature) {
			t.Errorf("%s: awscrt signs otherwise: %s\n%s", c.service, headers["Authorization"], canonical)
		}
	}
}
