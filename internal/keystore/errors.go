// The errors of a store, and how callers tell them apart.

package keystore

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A StoreError means that a store cannot be used now, so it is not known what it holds.
type StoreError struct {
	Store string
	Err   error
	Hint  string // what the person can do
}

func (e *StoreError) Error() string { return fmt.Sprintf("the %s store: %v", e.Store, e.Err) }

func (e *StoreError) Unwrap() error { return e.Err }

// Unavailable reports whether an error says that a store cannot be used now.
func Unavailable(err error) bool {
	var s *StoreError
	return errors.As(err, &s)
}

// An UnreadableError means that a file cannot be read, so it is not known whether it holds
// a token.
type UnreadableError struct {
	Path string
	Err  error
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%s: cannot be read, so what it holds is not known: %v", e.Path, e.Err)
}

func (e *UnreadableError) Unwrap() error { return e.Err }

// unreadable wraps an error of reading path.
func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &UnreadableError{path, err}
}

// Unknown reports whether an error of a Load method leaves open what is there, because a
// store cannot be used or a file cannot be read.
func Unknown(err error) bool {
	return err != nil && !errors.Is(err, ssocache.ErrNotFound) && !errors.Is(err, ssocache.ErrCorrupt) && !errors.Is(err, ssocache.ErrNotSSO)
}

func notFound(name string) error { return fmt.Errorf("%s: %w", name, ssocache.ErrNotFound) }

func corrupt(name, why string) error {
	return fmt.Errorf("%w %s: %s", ssocache.ErrCorrupt, name, why)
}

func isCorrupt(err error) bool { return errors.Is(err, ssocache.ErrCorrupt) }
