package render

import (
	"bufio"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// writeText writes a value in the tab-separated format: a line for each object,
// which begins with the name of the member that holds it in capitals.
func writeText(w *bufio.Writer, v any) error {
	return text{w}.value(v, "")
}

type text struct{ w *bufio.Writer }

// value prints v. The label is what its lines begin with: the name of the member
// in capitals and a tab, or "" at the top.
func (t text) value(v any, label string) error {
	switch v := v.(type) {
	case *document.Object:
		return t.object(v, label, nil)
	case []any:
		return t.list(v, label)
	}
	_, _ = t.w.WriteString(pytext.Str(v))
	return t.w.WriteByte('\n')
}

// object prints the scalars of an object on a line and then the rest. Columns
// are those of the list it stands in; nil means its own.
func (t text) object(o *document.Object, label string, columns []string) error {
	scalars, others := memberNames(o)
	if columns == nil {
		columns = scalars
	}
	if len(columns) > 0 {
		_, _ = t.w.WriteString(label)
		for i, c := range columns {
			if i > 0 {
				_ = t.w.WriteByte('\t')
			}
			if v, ok := o.Get(c); ok {
				_, _ = t.w.WriteString(pytext.Str(v))
			}
		}
		_ = t.w.WriteByte('\n')
	}
	for _, n := range others {
		if slices.Contains(columns, n) {
			continue // a scalar in another element of the list, so it was a cell of the line
		}
		v, _ := o.Get(n)
		if err := t.value(v, upper(n)+"\t"); err != nil {
			return err
		}
	}
	return nil
}

func (t text) list(list []any, label string) error {
	if slices.ContainsFunc(list, isObject) {
		return t.objects(list, label)
	}
	var scalars, lists []any
	for _, e := range list {
		if isScalar(e) {
			scalars = append(scalars, e)
		} else {
			lists = append(lists, e)
		}
	}
	t.scalars(scalars, label)
	for _, e := range lists {
		if err := t.value(e, label); err != nil {
			return err
		}
	}
	return nil
}

func (t text) objects(list []any, label string) error {
	columns := []string{}
	seen := make(map[string]bool)
	for _, e := range list {
		o, ok := e.(*document.Object)
		if !ok {
			return shapeErrorf("'%s' object has no attribute 'items'", pytext.TypeName(e))
		}
		for n, v := range o.All() {
			if isScalar(v) && !seen[n] {
				seen[n] = true
				columns = append(columns, n)
			}
		}
	}
	slices.Sort(columns)
	for _, e := range list {
		if err := t.object(e.(*document.Object), label, columns); err != nil {
			return err
		}
	}
	return nil
}

// scalars prints a list of scalars: on one line, or one line for each if there
// is a name to begin it with.
func (t text) scalars(list []any, label string) {
	for i, e := range list {
		_, _ = t.w.WriteString(label)
		_, _ = t.w.WriteString(pytext.Str(e))
		if label != "" || i == len(list)-1 {
			_ = t.w.WriteByte('\n')
		} else {
			_ = t.w.WriteByte('\t')
		}
	}
}

func isObject(v any) bool {
	_, ok := v.(*document.Object)
	return ok
}

// memberNames returns the sorted names of an object's scalar members and of the
// others.
func memberNames(o *document.Object) (scalars, others []string) {
	for n, v := range o.All() {
		if isScalar(v) {
			scalars = append(scalars, n)
		} else {
			others = append(others, n)
		}
	}
	slices.Sort(scalars)
	slices.Sort(others)
	return scalars, others
}
