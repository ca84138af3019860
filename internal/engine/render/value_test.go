package render_test

import (
	"math"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

// The AWS CLI 2.9.19 prints single scalars in this form.
func TestNumbers(t *testing.T) {
	tests := []struct {
		v                any
		json, yaml, text string
	}{
		{1e16, "1e+16", "1e+16", "1e+16"},
		{9999999999999998.0, "9999999999999998.0", "9999999999999998.0", "9999999999999998.0"},
		{1e-5, "1e-05", "1e-05", "1e-05"},
		{0.0001, "0.0001", "0.0001", "0.0001"},
		{math.Copysign(0, -1), "-0.0", "-0.0", "-0.0"},
		{0.30000000000000004, "0.30000000000000004", "0.30000000000000004", "0.30000000000000004"},
		{math.Inf(1), "Infinity", ".inf", "inf"},
		{math.Inf(-1), "-Infinity", "-.inf", "-inf"},
		{math.NaN(), "NaN", ".nan", "nan"},
		{int64(math.MinInt64), "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
		{true, "true", "true", "True"},
		{nil, "null", "null", "None"},
	}
	for _, tt := range tests {
		for format, want := range map[string]string{"json": tt.json, "yaml": tt.json, "yaml-stream": "- " + tt.yaml, "text": tt.text} {
			if got := printed(t, render.Options{Format: format}, tt.v); got != want+"\n" {
				t.Errorf("%s of %v: %q, want %q", format, tt.v, got, want+"\n")
			}
		}
	}
}

// Labels are in capitals. In Unicode, the capitals of a letter can be several letters, so a label
// can be longer than the name.
func TestLabelsOfText(t *testing.T) {
	tests := []struct{ name, want string }{
		{"Tags", "TAGS"},
		{"ß", "SS"},
		{"\u0149", "\u02bcN"},
		{"ǆ", "Ǆ"},
		{"\ufb01x", "FIX"},
		{"\u1fb7", "\u0391\u0342\u0399"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := printed(t, render.Options{Format: "text"}, object(tt.name, []any{int64(1)})); got != tt.want+"\t1\n" {
			t.Errorf("%q: %q, want %q", tt.name, got, tt.want+"\t1\n")
		}
	}
}
