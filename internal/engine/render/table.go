package render

import (
	"bufio"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// writeTable draws a value as a table: a section for the value itself and one,
// indented, for every list or object in it.
func writeTable(w *bufio.Writer, v any, o Options) error {
	var t table
	if err := t.add(v, &o.Title, 0); err != nil {
		return err
	}
	t.draw(w, o)
	return nil
}

type table struct{ sections []*section }

// add puts a value into sections of its own, or into the last one if there is no
// title. What is empty, zero or false leaves no trace.
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
	return nil // a scalar is a title without rows
}

func (t *table) begin(title *string, indent int) {
	// The AWS CLI draws no title then, but keeps room for Python's "None".
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
	case 1: // its name stands beside it
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

// addMembers adds those of the named members that the object has.
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

// addObjects adds a list whose first element is an object, a row for each. If
// there is more than scalars in any of them, each begins a section.
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
		o, ok := e.(*document.Object) // nil if not, which has no members
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

// addList adds a row for each element. A list of lists within it is added as
// rows of the same section.
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
