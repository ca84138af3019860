package signproxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// life is the lifetime of the authority and of its certificates. A command may run for days.
const life = 30 * 24 * time.Hour

// maxLeaves is the largest number of certificates in memory. Each bucket can have its own.
const maxLeaves = 1000

// An authority signs certificates for AWS's host names. It exists for one run. Its own certificate
// does not allow other names, and its key exists only in memory.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

func newAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("key of the proxy: %w", err)
	}
	_, v4, _ := net.ParseCIDR("0.0.0.0/0") // ParseCIDR cannot fail for these texts
	_, v6, _ := net.ParseCIDR("::/0")
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "lanyard exec --allow, this run only"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: model.Domains(),
		ExcludedIPRanges: []*net.IPNet{v4, v6},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate of the proxy: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate of the proxy: %w", err)
	}
	return &authority{key: key, cert: cert, leaves: map[string]*tls.Certificate{}}, nil
}

func serial() *big.Int {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never returns an error
	return new(big.Int).SetBytes(b[:])
}

// leaf returns a certificate for a host of AWS.
func (a *authority) leaf(host string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.leaves[host]; c != nil {
		return c, nil
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "lanyard"}, DNSNames: []string{host},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("certificate for %s: %w", host, err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
	if len(a.leaves) >= maxLeaves {
		clear(a.leaves)
	}
	a.leaves[host] = c
	return c, nil
}

// bundle returns the certificates that a child process must trust: those in the file base, else the
// system's, and the authority's. complete is false if there is no file with the system's
// certificates, as on macOS and Windows.
func (a *authority) bundle(base string) (text []byte, complete bool, err error) {
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if base != "" {
		b, err := datafile.Read(base, datafile.Limit)
		if err != nil {
			return nil, false, fmt.Errorf("certificates: %w", err)
		}
		return append(append(b, '\n'), own...), true, nil
	}
	for _, file := range []string{
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
	} {
		if b, err := datafile.Read(file, datafile.Limit); err == nil {
			return append(append(b, '\n'), own...), true, nil
		}
	}
	return own, false, nil
}
