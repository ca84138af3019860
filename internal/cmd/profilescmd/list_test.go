package profilescmd

import (
	"path/filepath"
	"testing"
)

func TestPlaceOfAProfile(t *testing.T) {
	home := t.TempDir()
	tests := []struct{ home, path, want string }{
		{home, filepath.Join(home, ".aws", "config"), filepath.Join("~", ".aws", "config") + ":25"},
		{home, home + "x" + string(filepath.Separator) + "config", home + "x" + string(filepath.Separator) + "config:25"},
		{"", filepath.Join(home, "config"), filepath.Join(home, "config") + ":25"},
		{string(filepath.Separator), filepath.Join(home, "config"), filepath.Join(home, "config") + ":25"},
		{home, "config", "config:25"},
	}
	for _, tt := range tests {
		if got := place(tt.home, tt.path, 25); got != tt.want {
			t.Errorf("place(%q, %q) = %q, want %q", tt.home, tt.path, got, tt.want)
		}
	}
}
