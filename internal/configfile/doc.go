// Package configfile changes the files in ~/.aws that people write by hand and
// other programs read: config and credentials.
//
// An edit is made under a lock, replaces the file in one step, keeps its mode,
// owner and group, follows symbolic links to the file itself, and can be undone.
// Whatever dies in between, the file holds the old content or the new, byte for
// byte. What is not kept: access control lists and other extended attributes,
// and hard links (see [Editor.Edit]).
//
// Beside the file itself, behind all links, lie
//
//	.NAME.lock                 the lock; never removed, or two processes could hold "the same" one
//	.NAME.tmp-…                a file about to be renamed; the next edit removes those of killed processes
//	.lanyard/NAME-YYYY-MM-DD   the content before the first change of that day, for 30 such days
//	.lanyard/NAME.last         how to undo the last change: the content before it, and a hash of the one after
//	.lanyard/NAME.next         the same for a change that was interrupted in its last step
//	.lanyard/.gitignore        keeps all of these out of a dotfiles repository
//
// Backups and records of a credentials file hold secrets, as the file does: they
// are 0600 in a folder that is 0700. The AWS CLI looks at none of these.
//
// Other programs do not take the lock. What they write while an edit is being
// made is noticed up to the moment of the replacement, and kept; the lock keeps
// our own processes apart.
package configfile

import "time"

// An Editor changes files that people and other programs use too. The zero
// value works.
type Editor struct {
	Now  func() time.Time        // dates the backups (its day) and records; nil means time.Now
	Wait time.Duration           // how long to wait for another process's edit; 0 means 10 s
	Warn func(text, hint string) // told of what does not stop an edit; nil: nobody is
}

func (e *Editor) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

func (e *Editor) warn(text, hint string) {
	if e.Warn != nil {
		e.Warn(text, hint)
	}
}
