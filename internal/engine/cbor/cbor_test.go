package cbor

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// The examples are from RFC 8949, appendix A.
func TestToJSON(t *testing.T) {
	for bytes, want := range map[string]string{
		"00": "0", "17": "23", "1818": "24", "1903e8": "1000", "1a000f4240": "1000000", "1b000000e8d4a51000": "1000000000000",
		"1bffffffffffffffff": "18446744073709551615", "20": "-1", "3863": "-100", "3bffffffffffffffff": "-18446744073709551616",
		"f93e00": "1.5", "f97bff": "65504.0", "f90001": "5.960464477539063e-08", "f9c400": "-4.0", "fa47c35000": "100000.0", "fb3ff199999999999a": "1.1",
		"f4": "false", "f5": "true", "f6": "null", "f7": "null", "c11a514b67b0": "1363896240", "c1fb41d452d9ec200000": "1363896240.5",
		"4401020304": `"AQIDBA=="`, "60": `""`, "6449455446": `"IETF"`, "62c3bc": `"ü"`, "80": "[]", "8301820203820405": "[1,[2,3],[4,5]]",
		"a26161016162820203": `{"a":1,"b":[2,3]}`, "5f42010243030405ff": `"AQIDBAU="`, "7f657374726561646d696e67ff": `"streaming"`,
		"9f018202039f0405ffff": "[1,[2,3],[4,5]]", "bf61610161629f0203ffff": `{"a":1,"b":[2,3]}`, "": "",
	} {
		b, err := hex.DecodeString(bytes)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ToJSON(b)
		if text := strings.NewReplacer(" ", "").Replace(string(got)); text != want || err != nil {
			t.Errorf("%s: %s, %v, want %s", bytes, text, err, want)
		}
	}
	for _, bytes := range []string{"18", "1c", "61", "9f01", "bf6161", "a101", "c200", "f8", "0000", "5f6161ff", "7f7f6161ffff", "ff", "fb00", "9bffffffffffffffff00"} {
		b, err := hex.DecodeString(bytes)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ToJSON(b); err == nil {
			t.Errorf("%s: %s, want an error", bytes, got)
		}
	}
	if _, err := ToJSON([]byte(strings.Repeat("\x81", 100_000))); err == nil {
		t.Error("a list that is nested very deeply: no error")
	}
}

func FuzzToJSON(f *testing.F) {
	f.Add([]byte("\xbf\x61a\x01\x61b\x9f\x02\x03\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := ToJSON(b)
		if err != nil || len(text) == 0 {
			return
		}
		if _, err := document.ParseJSON(text); err != nil && !strings.Contains(string(text), "NaN") && !strings.Contains(string(text), "Infinity") {
			t.Errorf("%x becomes %q: %v", b, text, err)
		}
	})
}
