package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lanyard/internal/document"
)

func TestHarmless(t *testing.T) {
	v, err := document.ParseJSON([]byte(`{"na\u001bme": ["a\u001b]0;owned\u0007b\u202ec", 1, null, true, {"x": "line\nand\ttab\u009bÿ👩‍💻"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := harmless(v).(*document.Object)
	list, _ := o.Get("na\ufffdme")
	inner := list.([]any)[4].(*document.Object)
	x, _ := inner.Get("x")
	got := append(list.([]any)[:4:4], x)
	if diff := cmp.Diff([]any{"a\ufffd]0;owned\ufffdb\ufffdc", int64(1), nil, true, "line\nand\ttab\ufffdÿ👩‍💻"}, got); diff != "" {
		t.Error(diff)
	}
}
