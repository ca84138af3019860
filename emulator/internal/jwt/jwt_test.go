package jwt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
)

// The token and the key are the example of RFC 7515 appendix A.3, with ES256.
const (
	rfcToken = "eyJhbGciOiJFUzI1NiJ9" +
		".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
	rfcKeys = `{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`
)

func TestVector(t *testing.T) {
	token, err := Parse(rfcToken)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(rfcKeys)
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Verify(keys); err != nil {
		t.Errorf("Verify: %v", err)
	}
	if token.Issuer != "joe" || token.Expires.Unix() != 1300819380 || !token.NotBefore.IsZero() || token.Audience != nil {
		t.Errorf("token = %+v, want joe until 1300819380", token)
	}
	for i := range rfcToken {
		changed := rfcToken[:i] + "x" + rfcToken[i+1:]
		if other, err := Parse(changed); changed != rfcToken && err == nil && other.Verify(keys) == nil {
			t.Fatalf("Verify accepts the token with another character %d", i)
		}
	}
}

func TestClaims(t *testing.T) {
	b64 := base64.RawURLEncoding.EncodeToString
	parse := func(header, claims string) (*Token, error) {
		return Parse(b64([]byte(header)) + "." + b64([]byte(claims)) + ".AA")
	}
	token, err := parse(`{"alg":"RS256"}`, `{"aud":["a","b"],"nbf":1.5,"jti":"i","user":{"name":"jane"},"n":1}`)
	if err != nil || !slices.Equal(token.Audience, []string{"a", "b"}) || token.NotBefore.Unix() != 1 || token.ID != "i" {
		t.Fatalf("token = %+v, error %v", token, err)
	}
	for path, want := range map[string]string{"user.name": "jane", "user": "", "user.name.x": "", "n": "", "": "", "missing.name": ""} {
		if got := token.Text(path); got != want {
			t.Errorf("Text(%q) = %q, want %q", path, got, want)
		}
	}
	for name, part := range map[string][2]string{
		"a list as the header":   {`[]`, `{}`},
		"a list of claims":       {`{}`, `[]`},
		"critical extensions":    {`{"crit":["b64"]}`, `{}`},
		"a negative expiry":      {`{}`, `{"exp":-1}`},
		"an expiry in the sky":   {`{}`, `{"exp":1e300}`},
		"an audience of numbers": {`{}`, `{"aud":[1]}`},
	} {
		if token, err := parse(part[0], part[1]); err == nil {
			t.Errorf("%s: Parse = %+v, want an error", name, token)
		}
	}
	for _, text := range []string{"", "a.b", rfcToken + "\n", rfcToken + ".x", strings.Repeat("a", maxToken+1)} {
		if token, err := Parse(text); err == nil {
			t.Errorf("Parse(%.20q) = %+v, want an error", text, token)
		}
	}
}

func TestParseKeys(t *testing.T) {
	encode := func(kind string, der []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	public := func(key any) string {
		der, err := x509.MarshalPKIXPublicKey(key)
		return encode("PUBLIC KEY", der, err)
	}
	big, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(p256)
	if keys, err := ParseKeys(public(&big.PublicKey) + public(&p256.PublicKey)); err != nil || len(keys) != 2 {
		t.Errorf("two keys in PEM: %d keys, error %v", len(keys), err)
	}
	for name, text := range map[string]string{
		"nothing":             "",
		"a private key":       encode("PRIVATE KEY", der, err),
		"a broken key":        encode("PUBLIC KEY", []byte("x"), nil),
		"the curve P-384":     public(&p384.PublicKey),
		"no JSON":             "{",
		"no keys":             `{"keys":[]}`,
		"only for encryption": `{"keys":[{"kty":"RSA","use":"enc"}]}`,
		"a symmetric key":     `{"keys":[{"kty":"oct","k":"AA"}]}`,
		"a small RSA key":     `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`,
		"no exponent":         `{"keys":[{"kty":"RSA","n":"` + base64.RawURLEncoding.EncodeToString(big.N.Bytes()) + `"}]}`,
		"a point elsewhere":   strings.Replace(rfcKeys, `"x":"f`, `"x":"g`, 1),
		"a short coordinate":  strings.Replace(rfcKeys, `"x":"f83O`, `"x":"`, 1),
	} {
		if keys, err := ParseKeys(text); err == nil {
			t.Errorf("%s: ParseKeys returns %d keys, want an error", name, len(keys))
		}
	}
}

func FuzzParse(f *testing.F) {
	keys, err := ParseKeys(rfcKeys)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(rfcToken)
	f.Fuzz(func(t *testing.T, text string) {
		if token, err := Parse(text); err == nil && token.Verify(keys) == nil && text != rfcToken {
			t.Errorf("Verify accepts %q", text)
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add(rfcKeys)
	f.Add("-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		if keys, err := ParseKeys(text); err == nil && len(keys) == 0 {
			t.Errorf("ParseKeys(%q) returns no keys and no error", text)
		}
	})
}
