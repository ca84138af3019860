package render

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// listRow returns the row that an element of a list makes, unless there is more
// than scalars in it. Of an object these are, as in the AWS CLI, the names of
// its members.
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

// cells returns the values of the named members as a row; what is missing is
// empty.
func cells(o *document.Object, names []string) []cell {
	row := make([]cell, len(names))
	for i, n := range names {
		if v, ok := o.Get(n); ok {
			row[i] = newCell(pytext.Str(v))
		}
	}
	return row
}

// unionNames returns the sorted names that are of a scalar in any of the
// objects, and those that are of something else in any of them.
func unionNames(list []any) (scalars, others []string, err error) {
	unsorted := false // whether there were positions among the names
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

// notMembers returns the error with which the AWS CLI ends when it looks for
// members in something that has none: it takes each element for a name. Numbers
// happen to be good for positions in a list, but do not sort among names.
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
