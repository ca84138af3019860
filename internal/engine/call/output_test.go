package call

import "testing"

// Python gives the same results: bytes.decode("utf-8", "replace").
func TestValidText(t *testing.T) {
	for in, want := range map[string]string{
		"plain é😀":             "plain é😀",
		"\xff\xfe":             "\ufffd\ufffd",
		"a\xe2\x82b":           "a\ufffdb",
		"\xf0\x9f\x98":         "\ufffd",
		"\xf0\x9f\x98\xf0\x9f": "\ufffd\ufffd",
		"\xe0\x80\x80":         "\ufffd\ufffd\ufffd",
		"\xed\xa0\x80":         "\ufffd\ufffd\ufffd",
		"\xc3":                 "\ufffd",
		"\xf5\x80":             "\ufffd\ufffd",
	} {
		if got := validText([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
