package keystore

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

var errDied = errors.New("the process has died")

// A fakeRing is a ring that fails after a number of changes. This simulates the death of the
// process.
type fakeRing struct {
	entries map[string]string
	left    int // changes until the ring fails; negative means that it never fails
	limit   int
}

func (d *fakeRing) Get(user string) (string, error) {
	v, ok := d.entries[user]
	if !ok {
		return "", errNoEntry
	}
	return v, nil
}

func (d *fakeRing) change() error {
	if d.left == 0 {
		return errDied
	}
	d.left--
	return nil
}

func (d *fakeRing) Set(user, value string) error {
	if len(value) > d.limit {
		return errors.New("too big")
	}
	if err := d.change(); err != nil {
		return err
	}
	d.entries[user] = value
	return nil
}

func (d *fakeRing) Delete(user string) error {
	if _, ok := d.entries[user]; !ok {
		return errNoEntry
	}
	if err := d.change(); err != nil {
		return err
	}
	delete(d.entries, user)
	return nil
}

func put(e *entries, data []byte) error {
	p, err := e.Prepare("sso/x")
	if err != nil {
		return err
	}
	return p.Commit(data)
}

// If the process dies after any change of the keychain, Load returns the old value or the new
// value. A later write removes the remaining pieces.
func TestDeathDuringReplacement(t *testing.T) {
	sizes := []int{1, 99, 100, 101, 250, 1000}
	for _, from := range sizes {
		for _, to := range sizes {
			old, fresh := bytes.Repeat([]byte("o"), from), bytes.Repeat([]byte("n"), to)
			for after := 0; ; after++ {
				d := &fakeRing{entries: map[string]string{}, left: -1, limit: 100}
				e := &entries{ring: d, limit: 100}
				if err := put(e, old); err != nil {
					t.Fatal(err)
				}
				d.left = after
				err := put(e, fresh)
				died := d.left == 0
				d.left = -1
				got, err2 := e.Load("sso/x")
				if err2 != nil || !bytes.Equal(got, old) && !bytes.Equal(got, fresh) {
					t.Fatalf("%d bytes over %d, dead after %d changes: %d bytes, %v", to, from, after, len(got), err2)
				}
				if err == nil && !bytes.Equal(got, fresh) {
					t.Fatalf("%d bytes over %d: Commit succeeded, but the value is the old one", to, from)
				}
				if err := put(e, fresh); err != nil {
					t.Fatal(err)
				}
				for user, value := range d.entries {
					if strings.Contains(value, "oo") || strings.Contains(value, "..") {
						t.Fatalf("%d bytes over %d, dead after %d changes: %s still contains %q", to, from, after, user, value)
					}
				}
				if err := e.Remove("sso/x"); err != nil || len(d.entries) != 0 {
					t.Fatalf("entries after Remove: %v, %v; want none", d.entries, err)
				}
				if !died {
					break
				}
			}
		}
	}
}

// While a value is pending, other processes can write the value. Abort does not change it.
func TestAbortKeepsTheValue(t *testing.T) {
	d := &fakeRing{entries: map[string]string{}, left: -1, limit: 100}
	e := &entries{ring: d, limit: 100}
	first, second := bytes.Repeat([]byte("1"), 300), bytes.Repeat([]byte("2"), 300)
	if err := put(e, first); err != nil {
		t.Fatal(err)
	}
	held, err := e.Prepare("sso/x")
	if err != nil {
		t.Fatal(err)
	}
	if err := put(e, second); err != nil {
		t.Fatal(err)
	}
	held.Abort()
	if got, err := e.Load("sso/x"); err != nil || !bytes.Equal(got, second) {
		t.Errorf("%d bytes, %v; want the second value", len(got), err)
	}
}

func TestInvalidPieces(t *testing.T) {
	d := &fakeRing{entries: map[string]string{}, left: -1, limit: 100}
	e := &entries{ring: d, limit: 100}
	tests := []struct {
		name   string
		change func()
	}{
		{"a piece is missing", func() { delete(d.entries, "sso/x/b/1") }},
		{"a piece of another value", func() { d.entries["sso/x/b/1"] = strings.Repeat("z", 100) }},
		{"an invalid head", func() { d.entries["sso/x"] = "{}" }},
		{"a head with too many pieces", func() { d.entries["sso/x"] = headMagic + "b 9999 00\n" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clear(d.entries)
			if err := errors.Join(put(e, bytes.Repeat([]byte("v"), 300)), put(e, bytes.Repeat([]byte("w"), 300))); err != nil {
				t.Fatal(err)
			}
			if _, ok := d.entries["sso/x/b/1"]; !ok {
				t.Fatalf("the expected piece does not exist: %d entries", len(d.entries))
			}
			tt.change()
			if _, err := e.Load("sso/x"); !errors.Is(err, ssocache.ErrCorrupt) {
				t.Errorf("error %v, want ErrCorrupt", err)
			}
			if err := put(e, []byte("good")); err != nil {
				t.Error(err)
			}
			if got, err := e.Load("sso/x"); err != nil || string(got) != "good" {
				t.Errorf("%q, %v after a new value; want \"good\"", got, err)
			}
		})
	}
	if _, err := e.Load("sso/none"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

func FuzzHead(f *testing.F) {
	f.Add(headMagic + "inline\n{}")
	f.Add(headMagic + "a 2 00ff\n")
	f.Add("lanyard-value")
	f.Fuzz(func(t *testing.T, s string) {
		h, ok := parseHead(s)
		if ok && !h.inline && (h.pieces < 1 || h.pieces > maxPieces || h.side != "a" && h.side != "b") {
			t.Errorf("parseHead(%q) = %+v; want sides a or b and a valid number of pieces", s, h)
		}
	})
}
