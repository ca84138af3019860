package call

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// The AWS CLI writes numbers as Python does.
func TestNumbersAsPython(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{2.0, "2.0"},
		{0.25, "0.25"},
		{1e16, "1e+16"},
		{-0.00001, "-1e-05"},
		{int64(2), "2"},
	} {
		got, err := scalar("Operation", "N", &model.Shape{Kind: model.Double}, c.v, "")
		if err != nil || got != c.want {
			t.Errorf("scalar(%v) = %q, %v, want %q", c.v, got, err, c.want)
		}
	}
}
