// Package jwt verifies JSON Web Tokens (RFC 7519) that are signed with RS256 or ES256.
package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// A Token is a token whose signature is not verified yet. Make it with [Parse].
type Token struct {
	Issuer   string
	Audience []string
	// Expires and NotBefore are the zero time if the token does not have the claim.
	Expires, NotBefore time.Time
	ID                 string // the claim jti

	claims         map[string]any
	algorithm, key string
	signed         string // the part of the token that the signature covers
	signature      []byte
}

// maxToken is the largest size of a token in bytes.
const maxToken = 48 << 10

// Parse reads a token.
func Parse(text string) (*Token, error) {
	part := strings.Split(text, ".")
	if len(part) != 3 || len(text) > maxToken {
		return nil, errors.New("it is not a JWT")
	}
	var header struct {
		Alg, Kid string
		Crit     []string
	}
	var claims struct {
		Iss, Jti string
		Aud      audience
		Exp, Nbf *float64
	}
	t := &Token{signed: part[0] + "." + part[1]}
	for _, f := range []struct {
		text string
		to   []any
	}{{part[0], []any{&header}}, {part[1], []any{&claims, &t.claims}}} {
		data, err := decode(f.text)
		if err != nil {
			return nil, errors.New("it is not a JWT")
		}
		for _, to := range f.to {
			if err := json.Unmarshal(data, to); err != nil {
				return nil, fmt.Errorf("it is not a JWT: %w", err)
			}
		}
	}
	var err error
	if t.signature, err = decode(part[2]); err != nil {
		return nil, errors.New("it is not a JWT")
	}
	if len(header.Crit) > 0 {
		return nil, errors.New("the header has critical extensions") // RFC 7515 section 4.1.11
	}
	t.algorithm, t.key = header.Alg, header.Kid
	t.Issuer, t.Audience, t.ID = claims.Iss, claims.Aud, claims.Jti
	if t.Expires, err = date(claims.Exp); err != nil {
		return nil, fmt.Errorf("exp: %w", err)
	}
	if t.NotBefore, err = date(claims.Nbf); err != nil {
		return nil, fmt.Errorf("nbf: %w", err)
	}
	return t, nil
}

func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // the decoder skips line breaks
		return nil, errors.New("line break")
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

// date returns the time of a claim. It returns the zero time if the claim is missing.
func date(seconds *float64) (time.Time, error) {
	if seconds == nil {
		return time.Time{}, nil
	}
	if *seconds < 1 || *seconds > 1<<40 {
		return time.Time{}, errors.New("it is not a time")
	}
	return time.Unix(int64(*seconds), 0), nil
}

// An audience is the claim aud: a text or a list of texts.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	var all []string
	err := json.Unmarshal(data, &all)
	*a = all
	return err
}

// Text returns the claim at a path such as "email" or "user.email". It returns "" if the claim is
// missing or not a text.
func (t *Token) Text(path string) string {
	var v any = t.claims
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	text, _ := v.(string)
	return text
}

// Verify returns an error if no key of the issuer made the signature. It does not check the claims.
func (t *Token) Verify(keys Keys) error {
	hash := sha256.Sum256([]byte(t.signed))
	tried := false
	for _, k := range keys {
		if t.key != "" && k.id != "" && t.key != k.id {
			continue
		}
		switch public := k.public.(type) {
		case *rsa.PublicKey:
			if t.algorithm != "RS256" {
				continue
			}
			if rsa.VerifyPKCS1v15(public, crypto.SHA256, hash[:], t.signature) == nil {
				return nil
			}
		case *ecdsa.PublicKey:
			if t.algorithm != "ES256" {
				continue
			}
			if len(t.signature) == 64 && ecdsa.Verify(public, hash[:], new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:])) {
				return nil
			}
		}
		tried = true
	}
	if !tried {
		return fmt.Errorf("the issuer has no key for the algorithm %q and the key id %q", t.algorithm, t.key)
	}
	return errors.New("the signature is wrong")
}
