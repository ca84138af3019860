package emulator

import (
	"fmt"
	"testing"
	"time"
)

func TestStore(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var gone []string
	s := newStore(3, func(v string) { gone = append(gone, v) })
	expect := func(what string, wantGone string, wantLen int) {
		t.Helper()
		if fmt.Sprint(gone) != wantGone || s.len() != wantLen {
			t.Errorf("%s: removed %v, %d left; want %s, %d", what, gone, s.len(), wantGone, wantLen)
		}
		gone = nil
	}
	for i, id := range []string{"a", "b", "c"} {
		s.put(id, id, now.Add(time.Duration(i+1)*time.Minute))
	}
	expect("three records", "[]", 3)
	if v, ok := s.get("b", now); !ok || v != "b" {
		t.Errorf("get: %q %v", v, ok)
	}
	s.put("d", "d", now.Add(4*time.Minute))
	expect("one too many", "[a]", 3)
	s.put("c", "c2", now.Add(5*time.Minute))
	expect("one replaced", "[c]", 3)
	if _, ok := s.get("b", now.Add(2*time.Minute)); ok {
		t.Error("record b is valid at its expiry")
	}
	expect("looked up too late", "[b]", 2)
	s.sweep(now.Add(4 * time.Minute))
	expect("swept", "[d]", 1)
	s.delete("nothing")
	s.delete("c")
	s.sweep(now.Add(time.Hour))
	expect("deleted", "[c2]", 0)
}

// The vectors are from RFC 6238 appendix B, cut to six digits.
func TestTOTP(t *testing.T) {
	const secret = "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got, err := TOTPCode(secret, time.Unix(at, 0)); err != nil || got != want {
			t.Errorf("at %d: %s %v, want %s", at, got, err, want)
		}
	}
	at := time.Unix(1111111109, 0)
	for off, want := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 61 * time.Second: false} {
		e, err := New(Config{Now: func() time.Time { return at.Add(off) }})
		if err != nil {
			t.Fatal(err)
		}
		e.Advance(8 * time.Hour) // the authenticator app still uses the real time
		if ok := e.useTOTP("jane", secret, "081804"); ok != want {
			t.Errorf("code with a clock %v ahead: valid %v, want %v", off, ok, want)
		}
		moved, _ := TOTPCode(secret, e.Now())
		if !e.useTOTP("jane", secret, moved) || e.useTOTP("jane", secret, moved) || e.useTOTP("jane", secret, "081804") {
			t.Errorf("clock %v ahead: a code of the moved clock must work once, and a used code must not work", off)
		}
	}
	if _, err := TOTPCode("1", at); err == nil {
		t.Error("TOTPCode accepts a secret that is not base32")
	}
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"*", "", true},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"a*c", "ac", true},
		{"a*a", "a", false},
		{"a*b*c", "a-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"arn:aws:iam::1:role/X_*", "arn:aws:iam::2:role/X_1", false},
	} {
		if got := matches(tt.pattern, tt.text); got != tt.want {
			t.Errorf("matches(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}
