package intercept_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// authority returns the certificate of the proxy's authority, which is the last certificate
// in the bundle.
func (r *run) authority(t *testing.T) *x509.Certificate {
	t.Helper()
	rest, err := os.ReadFile(r.bundle)
	if err != nil {
		t.Fatal(err)
	}
	var last *pem.Block
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		last = block
	}
	cert, err := x509.ParseCertificate(last.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// The authority is valid only for AWS's names, so a thief cannot use its key to sign certificates
// for other names. The test makes the same authority certificate with its own key.
func TestAuthorityIsValidForAWSOnly(t *testing.T) {
	ca := start(t).authority(t)
	if life := time.Until(ca.NotAfter); !ca.IsCA || !ca.MaxPathLenZero || life > 24*time.Hour || life < 23*time.Hour {
		t.Errorf("IsCA %v, MaxPathLenZero %v, valid for %v; want true, true, about 24h", ca.IsCA, ca.MaxPathLenZero, life)
	}
	if !ca.PermittedDNSDomainsCritical {
		t.Error("the name constraints are not critical: programs could ignore them")
	}
	key := newKey(t)
	twin := sign(t, ca, ca, key.Public(), key)
	roots := x509.NewCertPool()
	roots.AddCert(twin)
	for _, tt := range []struct {
		name string
		good bool
	}{
		{"oidc.us-east-1.amazonaws.com", true},
		{"portal.sso.cn-north-1.amazonaws.com.cn", true},
		{"d-1234567890.awsapps.com", true},
		{"bucket.s3.eu-west-1.amazonaws.com", true},
		{"example.com", false},
		{"github.com", false},
		{"www.amazon.com", false},
		{"sts.amazonaws.com.example.com", false},
		{"evilamazonaws.com", false},
		{"127.0.0.1", false},
	} {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(2), NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		if ip := net.ParseIP(tt.name); ip != nil {
			template.IPAddresses = []net.IP{ip}
		} else {
			template.DNSNames = []string{tt.name}
		}
		leaf := sign(t, template, twin, newKey(t).Public(), key)
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: tt.name})
		if (err == nil) != tt.good {
			t.Errorf("%s: error %v, want valid %v", tt.name, err, tt.good)
		}
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, public crypto.PublicKey, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	if template == parent { // the certificate is self-signed, with another key than the original
		twin := *template
		twin.PublicKey = public
		template, parent = &twin, &twin
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestEachRunHasItsOwnAuthority(t *testing.T) {
	if bytes.Equal(start(t).authority(t).RawSubjectPublicKeyInfo, start(t).authority(t).RawSubjectPublicKeyInfo) {
		t.Error("two runs share a key")
	}
}

// The proxy writes one file. The file has certificates but no key, and only the user can read it.
func TestNoKeyIsWrittenToDisk(t *testing.T) {
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP", "HOME", "USERPROFILE"} {
		t.Setenv(name, temp)
	}
	r := start(t)
	if _, err := r.client(t, r.env["HTTPS_PROXY"]).Get("https://sts.amazonaws.com/"); err != nil { // the request makes the proxy create a certificate
		t.Fatal(err)
	}
	written, err := os.ReadFile(r.bundle)
	if err != nil {
		t.Fatal(err)
	}
	for rest := written; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			t.Errorf("the bundle contains a %s, want only certificates", block.Type)
		}
	}
	var files []string
	for _, dir := range []string{filepath.Dir(r.bundle), temp} {
		if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path != r.bundle {
				files = append(files, path)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) != 0 {
		t.Errorf("other files than the bundle were written: %q", files)
	}
	if info, err := os.Stat(r.bundle); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v, want mode 0600", info.Mode(), err)
	}
	if err := r.proxy.WriteBundle(r.bundle); err == nil {
		t.Error("WriteBundle overwrote an existing file")
	}
}
