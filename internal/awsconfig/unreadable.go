package awsconfig

// Unreadable returns the Doc of a file that exists and that could not be read because
// of err. Find finds nothing in it; Lookup and All return err.
func Unreadable(path string, credentials bool, err error) *Doc {
	return &Doc{Path: path, Credentials: credentials, unreadable: err}
}

// Unreadable returns the reason why the file could not be read, nil if it was read.
func (d *Doc) Unreadable() error {
	if d == nil {
		return nil
	}
	return d.unreadable
}
