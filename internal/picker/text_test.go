package picker

import "testing"

func TestFit(t *testing.T) {
	tests := []struct {
		in   string
		cols int
		want string
	}{
		{"alpha", 5, "alpha"},
		{"alpha dev", 8, "alpha..."},
		{"日本語", 6, "日本語"},
		{"日本語です", 8, "日本..."},
		{"cafe\u0301 au lait", 7, "cafe\u0301..."},
		{"👩\u200d👩\u200d👧 family", 5, "👩\u200d👩\u200d👧..."},
		{"alpha", 3, "alp"},
		{"alpha", 0, ""},
		{"alpha", -1, ""},
	}
	for _, tt := range tests {
		if got := fit(tt.in, tt.cols); got != tt.want || width(got) > max(tt.cols, 0) {
			t.Errorf("%q in %d columns: %q, want %q", tt.in, tt.cols, got, tt.want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 日本語":                "plain ü 日本語",
		"\x1b[31mred\x1b[0m\n":       "?[31mred?[0m?",
		"\u009b31m":                  "?31m",
		"abc\u202etxt":               "abc?txt",
		"\u2066a\u2069\u200b\ufeff":  "?a???",
		"a\xffb":                     "a?b",
		"👩\u200d👧":                   "👩\u200d👧",
		"line\u2028break":            "line?break",
		"private use \ue0b0 (arrow)": "private use ? (arrow)",
	} {
		if got := visible(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestFlow(t *testing.T) {
	tests := []struct {
		in             string
		cols, row, col int
	}{
		{"", 10, 0, 0},
		{"SSO region [None]: ", 20, 0, 19},
		{"0123456789", 10, 0, 10},
		{"0123456789a", 10, 1, 1},
		{"012345678日", 10, 1, 2},
	}
	for _, tt := range tests {
		if row, col := flow(tt.in, tt.cols); row != tt.row || col != tt.col {
			t.Errorf("%q in %d columns ends at %d, %d, want %d, %d", tt.in, tt.cols, row, col, tt.row, tt.col)
		}
	}
}
