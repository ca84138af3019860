package awsconfig

import (
	"errors"
	"testing"
)

// The net below the editor: whatever would come out wrong is not returned.
func TestVerify(t *testing.T) {
	const file = "[default]\nregion = a\ns3 =\n  a = 1\n[profile b]\nregion = b\n"
	tests := []struct {
		name, edited string
		ok           bool
	}{
		{"what is wanted", file, true},
		{"in other words", "[default]\nREGION:a\n\ns3=\n\ta=1\n[profile b] # b\nregion = b", true},
		{"a value", "[default]\nregion = x\ns3 =\n  a = 1\n[profile b]\nregion = b\n", false},
		{"a nested value", "[default]\nregion = a\ns3 =\n  a = 2\n[profile b]\nregion = b\n", false},
		{"a nested key more", "[default]\nregion = a\ns3 =\n  a = 1\n  b = 1\n[profile b]\nregion = b\n", false},
		{"no block", "[default]\nregion = a\ns3 =\n[profile b]\nregion = b\n", false},
		{"a key more", file + "output = x\n", false},
		{"a key less", "[default]\nregion = a\ns3 =\n  a = 1\n[profile b]\n", false},
		{"another order", "[default]\ns3 =\n  a = 1\nregion = a\n[profile b]\nregion = b\n", false},
		{"a header swallowed", "[default]\nregion = a\ns3 =\n  a = 1\n  [profile b] =\nregion = b\n", false},
		{"a section more", file + "[profile c]\n", false},
		{"another section", "[default]\nregion = a\ns3 =\n  a = 1\n[profile c]\nregion = b\n", false},
		{"a key twice", file + "region = b\n", false},
		{"a section twice", file + "[default]\n", false},
		{"a byte order mark", bom + file, false},
		{"not readable", file + "x\n", false},
		{"not readable at its end", file + "x =\n  y\n", false},
	}
	for _, tt := range tests {
		e, err := newEditor("config", []byte(file), false)
		if err != nil {
			t.Fatal(err)
		}
		err = e.verify([]byte(tt.edited))
		var refused *EditError
		if tt.ok && err != nil || !tt.ok && !errors.As(err, &refused) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
