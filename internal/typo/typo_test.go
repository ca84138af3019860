package typo

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"dev-admin", "dev-reader", "prod", "Prod2", "x"}
	for name, want := range map[string]string{
		"dev-admni": "dev-admin", "Dev-Admin": "dev-admin", "prd": "prod Prod2", "staging": "", "y": "", "devadmin": "dev-admin",
	} {
		if got := strings.Join(Nearest(name, names), " "); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
