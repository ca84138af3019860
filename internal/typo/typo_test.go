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

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"start", "start", 0},
		{"strat", "start", 1},
		{"ab", "ba", 1},
		{"fliters", "filters", 1},
		{"stat", "start", 1},
		{"sstart", "start", 1},
		{"smart", "start", 1},
		{"tsratx", "start", 3},
		{"", "ab", 2},
	} {
		if got := Distance(c.a, c.b, 3); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	if got := Distance("abcdef", "x", 2); got <= 2 {
		t.Errorf("Distance of words that differ by five bytes is %d, want more than the limit 2", got)
	}
}
