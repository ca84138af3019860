package awsconfig

import (
	"errors"
	"testing"
)

// verify rejects every result that differs from the expected settings.
func TestVerify(t *testing.T) {
	const file = "[default]\nregion = a\ns3 =\n  a = 1\n[profile b]\nregion = b\n"
	tests := []struct {
		name, edited string
		ok           bool
	}{
		{"the expected content", file, true},
		{"the same settings in another layout", "[default]\nREGION:a\n\ns3=\n\ta=1\n[profile b] # b\nregion = b", true},
		{"another value", "[default]\nregion = x\ns3 =\n  a = 1\n[profile b]\nregion = b\n", false},
		{"another nested value", "[default]\nregion = a\ns3 =\n  a = 2\n[profile b]\nregion = b\n", false},
		{"one more nested key", "[default]\nregion = a\ns3 =\n  a = 1\n  b = 1\n[profile b]\nregion = b\n", false},
		{"a missing block", "[default]\nregion = a\ns3 =\n[profile b]\nregion = b\n", false},
		{"one more key", file + "output = x\n", false},
		{"a missing key", "[default]\nregion = a\ns3 =\n  a = 1\n[profile b]\n", false},
		{"another order", "[default]\ns3 =\n  a = 1\nregion = a\n[profile b]\nregion = b\n", false},
		{"a header inside a block", "[default]\nregion = a\ns3 =\n  a = 1\n  [profile b] =\nregion = b\n", false},
		{"one more section", file + "[profile c]\n", false},
		{"another section", "[default]\nregion = a\ns3 =\n  a = 1\n[profile c]\nregion = b\n", false},
		{"a duplicate key", file + "region = b\n", false},
		{"a duplicate section", file + "[default]\n", false},
		{"a byte order mark", bom + file, false},
		{"invalid", file + "x\n", false},
		{"invalid at its end", file + "x =\n  y\n", false},
	}
	for _, tt := range tests {
		e, err := newEditor("config", []byte(file), false)
		if err != nil {
			t.Fatal(err)
		}
		err = e.verify([]byte(tt.edited))
		var refused *EditError
		if tt.ok && err != nil || !tt.ok && !errors.As(err, &refused) {
			t.Errorf("%s: %v; want success: %v", tt.name, err, tt.ok)
		}
	}
}
