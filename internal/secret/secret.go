// Package secret holds values that must not be seen: tokens, client secrets,
// secret keys. A [String] prints, logs and encodes as "[redacted]"; a grep for
// Reveal lists every place where a secret leaves the program.
package secret

import (
	"fmt"
	"io"
)

// redacted is what a secret reads wherever it is printed.
const redacted = "[redacted]"

// A String is a secret. However it is printed, logged or encoded it reads
// "[redacted]"; [String.Reveal] is the only way to the value. The zero value is
// the empty secret. Two Strings must be compared by [String.Equal]: == compares
// addresses.
//
// It holds a pointer because fmt prints the unexported fields of other types
// without asking their methods: that way it finds an address.
type String struct{ p *string }

// New makes a secret of s.
func New(s string) String {
	if s == "" {
		return String{}
	}
	return String{&s}
}

// Reveal returns the value itself.
func (s String) Reveal() string {
	if s.p == nil {
		return ""
	}
	return *s.p
}

// IsZero says whether the secret is empty.
func (s String) IsZero() bool { return s.p == nil }

// Equal says whether two secrets have the same value.
func (s String) Equal(t String) bool { return s.Reveal() == t.Reveal() }

// Format implements [fmt.Formatter] for every verb.
func (s String) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements [encoding.TextMarshaler], so JSON, YAML, XML and both
// handlers of log/slog show the same word.
func (s String) MarshalText() ([]byte, error) { return []byte(redacted), nil }
