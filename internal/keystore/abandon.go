package keystore

import "errors"

// Abandon removes what a session, by one of its names, has in a store that is about
// to end. Nothing is written elsewhere; the files are the session's store again.
func (f Files) Abandon(session, store string) error {
	paths, unknown := f.Belonging(session)
	failures := []error{unknown}
	for _, path := range append(paths, f.TokenPath(session)) {
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
	markers, _ := marked(f.SSO())
	for _, m := range markers {
		if m.store == store {
			return true
		}
	}
	return false
}
