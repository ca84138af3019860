package document

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMembersKeepTheirOrder(t *testing.T) {
	o := new(Object)
	o.Set("b", int64(1))
	o.Set("a", int64(2))
	o.Set("b", int64(3)) // b stays before c
	o.Set("c", nil)
	o.Delete("a")
	o.Delete("none")
	var got []any
	for name, v := range o.All() {
		got = append(got, name, v)
	}
	if diff := cmp.Diff([]any{"b", int64(3), "c", nil}, got); diff != "" {
		t.Error(diff)
	}
	if v, ok := o.Get("c"); v != nil || !ok {
		t.Errorf("Get(c) = %v, %v, want nil, true", v, ok)
	}
	if o.Len() != 2 {
		t.Errorf("Len() = %d, want 2", o.Len())
	}
}

func TestParseJSON(t *testing.T) {
	v, err := ParseJSON([]byte(`{"z": [1, 1.0, 1e2, -0, 99999999999999999999, "é", null, true], "a": {}, "z2": []}`))
	if err != nil {
		t.Fatal(err)
	}
	o := v.(*Object)
	z, _ := o.Get("z")
	big20, _ := new(big.Int).SetString("99999999999999999999", 10)
	want := []any{int64(1), 1.0, 100.0, int64(0), big20, "é", nil, true}
	if diff := cmp.Diff(want, z, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })); diff != "" {
		t.Error(diff)
	}
	if l, _ := o.Get("z2"); l == nil {
		t.Error("empty list is nil")
	}
	for _, bad := range []string{strings.Repeat("[", 1_000_000), "", "{", "[1", `{"a"}`, "1 2", "[1,]", "1e999", "{]", strings.Repeat("9", 4301)} {
		if v, err := ParseJSON([]byte(bad)); err == nil {
			t.Errorf("ParseJSON(%.40q) = %v, want an error", bad, v)
		}
	}
}
