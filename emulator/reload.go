package emulator

import "fmt"

// A FieldError says which entry of a Config is wrong.
type FieldError struct {
	// Field is the path to the entry, such as "accounts[2].id", in the names that
	// an organization file uses.
	Field   string
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// wrong returns a FieldError. The path comes in parts: texts and indexes.
func wrong(problem string, path ...any) error {
	e := &FieldError{Problem: problem}
	for i, p := range path {
		switch p := p.(type) {
		case int:
			e.Field += fmt.Sprintf("[%d]", p)
		case string:
			if i > 0 {
				e.Field += "."
			}
			e.Field += p
		}
	}
	return e
}

// Validate returns what [New] would find wrong with c: nil or a *[FieldError].
func (c Config) Validate() error {
	_, err := newDirectory(c.withDefaults())
	return err
}

// Reload puts what an organization file holds in place of what is served: the
// organization, what lies in its accounts, the start URL, the region and the
// lifetimes. The other fields of c do not count. People stay signed in, as far as
// they are still there, and tokens live as long as they were promised. If c is not
// valid nothing changes, and the error is a *[FieldError].
func (e *Emulator) Reload(c Config) error {
	old := e.config()
	c.Now, c.Seed, c.Log, c.PublicURL = old.Now, old.Seed, old.Log, old.PublicURL
	c.AutoApprove, c.RateLimits, c.AdminToken = old.AutoApprove, old.RateLimits, old.AdminToken
	dir, err := newDirectory(c.withDefaults())
	if err != nil {
		return err
	}
	e.dir.Store(dir)
	defer e.lock()()
	for user, sessions := range e.byUser {
		if _, still := dir.users[user]; still {
			continue
		}
		for id := range sessions {
			e.sessions.delete(id)
		}
	}
	return nil
}

// config returns the Config that is served, with its defaults filled in.
func (e *Emulator) config() *Config { return &e.dir.Load().cfg }
