package sigv4

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const vectorSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

// The first three vectors are from AWS's published test suite. The last vector is from the IAM
// user guide.
func TestVectors(t *testing.T) {
	tests := []struct {
		name, url, service, headers, signature string
		header                                 map[string]string
	}{
		{"get-vanilla", "http://example.amazonaws.com/", "service", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", nil},
		{"get-vanilla-query-order-key-case", "http://example.amazonaws.com/?Param2=value2&Param1=value1", "service", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", nil},
		{"get-vanilla-utf8-query", "http://example.amazonaws.com/?%E1%88%B4=bar", "service", "host;x-amz-date", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04", nil},
		{
			"ListUsers", "http://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "iam", "content-type;host;x-amz-date",
			"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", tt.url, nil)
			r.Header.Set("X-Amz-Date", "20150830T123600Z")
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"+tt.service+"/aws4_request, SignedHeaders="+tt.headers+", Signature="+tt.signature)
			s, err := Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if c := s.Verify(r, nil, vectorSecret); !c.OK {
				t.Errorf("Verify rejects the signature; the canonical request is\n%s", c.CanonicalRequest)
			}
			if s.Verify(r, nil, vectorSecret+"x").OK || s.Verify(r, []byte("x"), vectorSecret).OK {
				t.Error("Verify accepts another secret or body")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const good = "AWS4-HMAC-SHA256 Credential=AK/20150830/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00"
	tests := []struct{ name, auth, date string }{
		{"another scheme", "Basic YTpi", "20150830T123600Z"},
		{"another algorithm", strings.Replace(good, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", 1), "20150830T123600Z"},
		{"no credential", strings.Replace(good, "Credential", "Credentials", 1), "20150830T123600Z"},
		{"a short scope", strings.Replace(good, "/sts", "", 1), "20150830T123600Z"},
		{"no key", strings.Replace(good, "AK/", "/", 1), "20150830T123600Z"},
		{"no signature", strings.Replace(good, "Signature=00", "", 1), "20150830T123600Z"},
		{"no date", good, ""},
		{"another form of date", good, "2015-08-30T12:36:00Z"},
		{"the date of another day", good, "20150831T000000Z"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", tt.auth)
		r.Header.Set("X-Amz-Date", tt.date)
		if s, err := Parse(r); err == nil || errors.Is(err, ErrMissing) {
			t.Errorf("%s: Parse = %+v, %v, want an error about a part", tt.name, s, err)
		}
	}
	if _, err := Parse(httptest.NewRequest("GET", "/", nil)); !errors.Is(err, ErrMissing) {
		t.Errorf("Parse of an unsigned request: error %v, want ErrMissing", err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", good)
	r.Header.Set("Date", "Sun, 30 Aug 2015 12:36:00 GMT")
	if s, err := Parse(r); err != nil || s.KeyID != "AK" || s.Service != "sts" {
		t.Errorf("signature with a Date header = %+v, %v, want the key AK for sts", s, err)
	}
	r.Header.Set("Authorization", strings.Replace(good, "=host", "=date", 1))
	if s, err := Parse(r); err != nil || s.Verify(r, nil, "x").OK {
		t.Errorf("signature without the host: error %v, want a signature that is not right", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AK/20150830/us-east-1/s3/aws4_request, SignedHeaders=host;content-length, Signature=00", "20150830T123600Z", "a=b&c")
	f.Fuzz(func(t *testing.T, auth, date, query string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		r.Header = http.Header{"Authorization": {auth}, "X-Amz-Date": {date}}
		s, err := Parse(r)
		if err == nil && s.Verify(r, nil, "secret").OK {
			t.Error("Verify accepts a made-up signature")
		}
	})
}
