package configfile

import (
	"bytes"
	"context"
	"errors"
	"strings"
)

// undoOf stands before the description of a change that was undone.
const undoOf = "undo of "

// Undo puts back what the file held before the change, if it still reads as the
// change left it; else it returns a [*ChangedError] and leaves the file alone.
// The other errors are those of [Editor.Edit].
//
// A file that the change created is removed: that is how it was. The record keeps
// its content. An undo is a change itself, so that the undo of an undo does the
// change again; a file that is created by that has mode 0600.
func (e *Editor) Undo(ctx context.Context, r *Record) error {
	if r == nil {
		return errors.New("there is no change to undo")
	}
	_, err := e.apply(ctx, r.Path, opposite(r.What), func(now state) (state, error) {
		if now.exists == r.Removed || !bytes.Equal(now.data, r.After) {
			p, err := locate(r.Path)
			if err != nil {
				return now, err
			}
			return now, p.changed(r.What)
		}
		return state{exists: !r.Created, data: r.Before}, nil
	})
	return err
}

// opposite describes the undoing of a change. To undo an undo is to make the
// change again, and it can be undone under its own name.
func opposite(what string) string {
	if again, ok := strings.CutPrefix(what, undoOf); ok {
		return again
	}
	return undoOf + what
}
