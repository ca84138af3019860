// The table format: turns a value into sections, columns and rows.

package render

import (
	"bufio"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// writeTable prints a value as a table. The value has a section, and each list or object in the
// value has an indented section.
func writeTable(w *bufio.Writer, v any, o Options) error {
	var t table
	if err := t.add(v, &o.Title, 0); err != nil {
		return err
	}
	t.draw(w, o)
	return nil
}

type table struct{ sections []*section }

// add adds a value in a new section. If title is nil, it adds the value to the last section. It
// ignores values that are empty, zero or false.
func (t *table) add(v any, title *string, indent int) error {
	if !truth(v) {
		return nil
	}
	if title != nil {
		t.begin(title, indent)
	}
	switch v := v.(type) {
	case []any:
		if isObject(v[0]) {
			return t.addObjects(v, title, indent)
		}
		return t.addList(v)
	case *document.Object:
		return t.addObject(v, indent)
	}
	return nil // the AWS CLI prints only the title for a scalar
}

func (t *table) begin(title *string, indent int) {
	// Without a title, the AWS CLI reserves the width of Python's "None".
	s := &section{indent: indent, titleWidth: len("None")}
	if title != nil {
		s.title, s.titleWidth = *title, textWidth(*title)
	}
	t.sections = append(t.sections, s)
}

func (t *table) last() *section { return t.sections[len(t.sections)-1] }

func (t *table) addObject(o *document.Object, indent int) error {
	scalars, others := memberNames(o)
	row := cells(o, scalars)
	var err error
	switch len(scalars) {
	case 0:
	case 1: // the row contains the name
		err = t.last().addRow([]cell{newCell(scalars[0]), row[0]})
	default:
		if err = t.last().setHeaders(scalars); err == nil {
			err = t.last().addRow(row)
		}
	}
	if err != nil {
		return err
	}
	return t.addMembers(o, others, indent)
}

// addMembers adds the named members.
func (t *table) addMembers(o *document.Object, names []string, indent int) error {
	for _, n := range names {
		if v, ok := o.Get(n); ok {
			if err := t.add(v, &n, indent+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// addObjects adds a list whose first element is an object. Each element becomes a row. If an
// element contains lists or objects, each element starts a section.
func (t *table) addObjects(list []any, title *string, indent int) error {
	headers, others, err := unionNames(list)
	if err != nil {
		return err
	}
	for i, e := range list {
		if i == 0 || len(others) > 0 {
			if i > 0 {
				t.begin(title, indent)
			}
			if err := t.last().setHeaders(headers); err != nil {
				return err
			}
		}
		o, ok := e.(*document.Object) // a nil object has no members
		if !ok && len(headers) > 0 {
			return shapeErrorf("'%s' object has no attribute 'get'", pytext.TypeName(e))
		}
		if err := t.last().addRow(cells(o, headers)); err != nil {
			return err
		}
		if err := t.addMembers(o, others, indent); err != nil {
			return err
		}
	}
	return nil
}

// addList adds a row for each element. If an element is a list of lists, its rows go to the same
// section.
func (t *table) addList(list []any) error {
	for _, e := range list {
		row, ok := listRow(e)
		if !ok {
			if err := t.add(e, nil, 0); err != nil {
				return err
			}
			continue
		}
		if err := t.last().addRow(row); err != nil {
			return err
		}
	}
	return nil
}

// listRow returns the row for an element of a list. ok is false if the element contains lists or
// objects. If e is an object, its row has the names of the members, as in the AWS CLI.
func listRow(e any) ([]cell, bool) {
	row := []cell{}
	switch e := e.(type) {
	case []any:
		if !slices.ContainsFunc(e, func(v any) bool { return !isScalar(v) }) {
			for _, v := range e {
				row = append(row, newCell(pytext.Str(v)))
			}
			return row, true
		}
		return nil, false
	case *document.Object:
		for n := range e.All() {
			row = append(row, newCell(n))
		}
		return row, true
	}
	return append(row, newCell(pytext.Str(e))), true
}

// cells returns the values of the named members as a row. The cell of a missing member is empty.
func cells(o *document.Object, names []string) []cell {
	row := make([]cell, len(names))
	for i, n := range names {
		if v, ok := o.Get(n); ok {
			row[i] = newCell(pytext.Str(v))
		}
	}
	return row
}

// unionNames returns two sorted lists of names: the members that are scalars in any of the
// objects, and the members that are lists or objects in any of them.
func unionNames(list []any) (scalars, others []string, err error) {
	unsorted := false // an element was a list of positions
	for _, e := range list {
		o, ok := e.(*document.Object)
		if !ok {
			positions, err := notMembers(e)
			if err != nil {
				return nil, nil, err
			}
			unsorted = unsorted || positions
		}
		for n, v := range o.All() {
			if isScalar(v) {
				scalars = append(scalars, n)
			} else {
				others = append(others, n)
			}
		}
	}
	if unsorted && len(scalars) == 0 {
		return nil, nil, shapeErrorf("'list' object has no attribute 'get'")
	}
	if unsorted {
		return nil, nil, shapeErrorf("'<' not supported between instances of 'int' and 'str'")
	}
	return sortedSet(scalars), sortedSet(others), nil
}

func sortedSet(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// notMembers returns the AWS CLI's error for an element that is not an object. The AWS CLI uses
// the elements of v as names of members.
//
// Python accepts a list of numbers if they are valid indices of the list. For such a list,
// notMembers returns no error, and positions is true. Then unionNames returns the error that
// Python reports later.
func notMembers(v any) (positions bool, err error) {
	switch v := v.(type) {
	case string:
		if v != "" {
			return false, shapeErrorf("string indices must be integers, not 'str'")
		}
		return false, nil
	case []any:
		for _, e := range v {
			i, ok := position(e)
			if !ok {
				return false, shapeErrorf("list indices must be integers or slices, not %s", pytext.TypeName(e))
			}
			if i >= int64(len(v)) || i < -int64(len(v)) {
				return false, shapeErrorf("list index out of range")
			}
		}
		return len(v) > 0, nil
	}
	return false, shapeErrorf("'%s' object is not iterable", pytext.TypeName(v))
}

func position(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}
