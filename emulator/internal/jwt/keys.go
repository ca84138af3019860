package jwt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Keys are the public keys of an issuer. Make them with [ParseKeys].
type Keys []key

type key struct {
	id     string // "" if the key has no id
	public any    // *rsa.PublicKey or *ecdsa.PublicKey
}

// ParseKeys reads a JSON Web Key Set (RFC 7517), or public keys or certificates in PEM. Keys are
// RSA keys of 2048 bits or more, or keys of the curve P-256. In a key set, ParseKeys skips keys for
// encryption.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	var err error
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		keys, err = parseSet(text)
	} else {
		keys, err = parsePEM(text)
	}
	if err == nil && len(keys) == 0 {
		err = errors.New("has no public key")
	}
	return keys, err
}

func parsePEM(text string) (keys Keys, err error) {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		var public any
		switch block.Type {
		case "PUBLIC KEY":
			public, err = x509.ParsePKIXPublicKey(block.Bytes)
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(block.Bytes); err == nil {
				public = c.PublicKey
			}
		default:
			err = fmt.Errorf("has a block %q, want PUBLIC KEY or CERTIFICATE", block.Type)
		}
		if err == nil {
			err = check(public)
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, key{"", public})
	}
	return keys, nil
}

func parseSet(text string) (keys Keys, err error) {
	var set struct {
		Keys []struct{ Kty, Kid, Use, Crv, N, E, X, Y string }
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, fmt.Errorf("is not a JSON Web Key Set: %w", err)
	}
	for i, k := range set.Keys {
		if k.Use == "enc" {
			continue
		}
		var public any
		switch {
		case k.Kty == "RSA":
			n, e, ok := numbers(k.N, k.E)
			if !ok || !e.IsInt64() || e.Int64() > 1<<31-1 {
				return nil, fmt.Errorf("key %d: n or e is wrong", i+1)
			}
			public = &rsa.PublicKey{N: n, E: int(e.Int64())}
		case k.Kty == "EC" && k.Crv == "P-256":
			x, err := decode(k.X)
			y, err2 := decode(k.Y)
			if err := errors.Join(err, err2); err != nil || len(x) != 32 || len(y) != 32 {
				return nil, fmt.Errorf("key %d: x or y is wrong", i+1)
			}
			// ParseUncompressedPublicKey rejects points that are not on the curve.
			if public, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...)); err != nil {
				return nil, fmt.Errorf("key %d: %w", i+1, err)
			}
		default:
			return nil, fmt.Errorf("key %d: only RSA, and EC with the curve P-256, are supported", i+1)
		}
		if err := check(public); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		keys = append(keys, key{k.Kid, public})
	}
	return keys, nil
}

// numbers decodes two numbers.
func numbers(a, b string) (x, y *big.Int, ok bool) {
	p, err := decode(a)
	q, err2 := decode(b)
	return new(big.Int).SetBytes(p), new(big.Int).SetBytes(q), err == nil && err2 == nil
}

// check rejects keys that this package cannot use.
func check(public any) error {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 || k.N.BitLen() > 8192 || k.E < 3 {
			return fmt.Errorf("an RSA key of %d bits is not supported; use 2048 to 8192 bits", k.N.BitLen())
		}
		return nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return nil
		}
	}
	return errors.New("only RSA, and EC with the curve P-256, are supported")
}
