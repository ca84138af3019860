package keystore

import "errors"

// Abandon removes what a session, by one of its names, has in a store that is about
// to end. Nothing is written elsewhere; the files are the session's store again.
func (f Files) Abandon(session, store string) error {
	var failures []error
	for _, path := range append(f.Belonging(session), f.TokenPath(session)) {
		m, err := readMarker(path)
		if err != nil || m.store != store {
			failures = append(failures, err)
			continue
		}
		f.Vaults.forget(path)
		failures = append(failures, f.removeFrom(store, path), unmark(path))
	}
	return errors.Join(failures...)
}

// Uses says whether some token is said to be in the store.
func (f Files) Uses(store string) bool {
	for _, m := range marked(f.SSO()) {
		if m.store == store {
			return true
		}
	}
	return false
}
