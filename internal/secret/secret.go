// Package secret keeps secrets out of output and logs: tokens, client secrets, secret
// keys. A [String] prints, logs and encodes as "[redacted]". A grep for Reveal lists
// every place where a secret leaves the program.
package secret

import (
	"fmt"
	"io"
)

// redacted is printed instead of a secret.
const redacted = "[redacted]"

// A String is a secret. It prints, logs and encodes as "[redacted]". Only [String.Reveal]
// returns its value. The zero value is the empty secret. Compare two Strings with
// [String.Equal], because == compares addresses.
//
// A String holds a pointer because fmt does not call the methods of unexported fields. For
// such a field, fmt prints only the address.
type String struct{ p *string }

// New returns a secret with the value s.
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

// IsZero reports whether the secret is empty.
func (s String) IsZero() bool { return s.p == nil }

// Equal reports whether two secrets have the same value.
func (s String) Equal(t String) bool { return s.Reveal() == t.Reveal() }

// Format implements [fmt.Formatter] for every verb.
func (s String) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements [encoding.TextMarshaler]. JSON, YAML, XML and both handlers of
// log/slog use it.
func (s String) MarshalText() ([]byte, error) { return []byte(redacted), nil }
