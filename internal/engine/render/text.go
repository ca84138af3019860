// The text format: values separated by tabs.

package render

import (
	"bufio"
	"slices"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// writeText writes a value in the text format, which has a line for each object. The line begins
// with the name of the member that contains the object, in capitals.
func writeText(w *bufio.Writer, v any) error {
	return text{w}.value(v, "")
}

type text struct{ w *bufio.Writer }

// value prints v. Each line begins with label: the name of the member in capitals, and a tab. At
// the top level, label is "".
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

// object prints the scalars of an object on one line, and then its lists and objects. columns
// names the members on the line. If columns is nil, the line has all scalars of the object.
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
			continue // another object of the list has a scalar here, so this value is a cell
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

// scalars prints a list of scalars on one line. If there is a label, each scalar has its own
// line.
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

// memberNames returns the sorted names of an object's scalar members, and of its other members.
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

// upper returns s in capitals like Python. Unlike strings.ToUpper, it also handles letters
// with several capitals, such as "SS" for "\u00df".
func upper(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return strings.ToUpper(s)
	}
	var b strings.Builder
	for _, r := range s {
		if capitals, ok := specialUpper(r); ok {
			b.WriteString(capitals)
		} else {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}

func specialUpper(r rune) (string, bool) {
	_, after, ok := strings.Cut(specialCasing, string(r)+"=")
	if !ok {
		return "", false
	}
	capitals, _, _ := strings.Cut(after, " ")
	return capitals, true
}

// specialCasing contains the unconditional rules for capitals from Unicode's SpecialCasing.txt.
const specialCasing = "" +
	"\u00df=SS \u0149=\u02bcN \u01f0=J\u030c \u0390=\u0399\u0308\u0301 \u03b0=\u03a5\u0308\u0301 " +
	"\u0587=\u0535\u0552 \u1e96=H\u0331 \u1e97=T\u0308 \u1e98=W\u030a \u1e99=Y\u030a \u1e9a=A\u02be " +
	"\u1f50=\u03a5\u0313 \u1f52=\u03a5\u0313\u0300 \u1f54=\u03a5\u0313\u0301 \u1f56=\u03a5\u0313\u0342 " +
	"\u1f80=\u1f08\u0399 \u1f81=\u1f09\u0399 \u1f82=\u1f0a\u0399 \u1f83=\u1f0b\u0399 \u1f84=\u1f0c\u0399 " +
	"\u1f85=\u1f0d\u0399 \u1f86=\u1f0e\u0399 \u1f87=\u1f0f\u0399 \u1f88=\u1f08\u0399 \u1f89=\u1f09\u0399 " +
	"\u1f8a=\u1f0a\u0399 \u1f8b=\u1f0b\u0399 \u1f8c=\u1f0c\u0399 \u1f8d=\u1f0d\u0399 \u1f8e=\u1f0e\u0399 " +
	"\u1f8f=\u1f0f\u0399 \u1f90=\u1f28\u0399 \u1f91=\u1f29\u0399 \u1f92=\u1f2a\u0399 \u1f93=\u1f2b\u0399 " +
	"\u1f94=\u1f2c\u0399 \u1f95=\u1f2d\u0399 \u1f96=\u1f2e\u0399 \u1f97=\u1f2f\u0399 \u1f98=\u1f28\u0399 " +
	"\u1f99=\u1f29\u0399 \u1f9a=\u1f2a\u0399 \u1f9b=\u1f2b\u0399 \u1f9c=\u1f2c\u0399 \u1f9d=\u1f2d\u0399 " +
	"\u1f9e=\u1f2e\u0399 \u1f9f=\u1f2f\u0399 \u1fa0=\u1f68\u0399 \u1fa1=\u1f69\u0399 \u1fa2=\u1f6a\u0399 " +
	"\u1fa3=\u1f6b\u0399 \u1fa4=\u1f6c\u0399 \u1fa5=\u1f6d\u0399 \u1fa6=\u1f6e\u0399 \u1fa7=\u1f6f\u0399 " +
	"\u1fa8=\u1f68\u0399 \u1fa9=\u1f69\u0399 \u1faa=\u1f6a\u0399 \u1fab=\u1f6b\u0399 \u1fac=\u1f6c\u0399 " +
	"\u1fad=\u1f6d\u0399 \u1fae=\u1f6e\u0399 \u1faf=\u1f6f\u0399 \u1fb2=\u1fba\u0399 \u1fb3=\u0391\u0399 " +
	"\u1fb4=\u0386\u0399 \u1fb6=\u0391\u0342 \u1fb7=\u0391\u0342\u0399 \u1fbc=\u0391\u0399 " +
	"\u1fc2=\u1fca\u0399 \u1fc3=\u0397\u0399 \u1fc4=\u0389\u0399 \u1fc6=\u0397\u0342 " +
	"\u1fc7=\u0397\u0342\u0399 \u1fcc=\u0397\u0399 \u1fd2=\u0399\u0308\u0300 \u1fd3=\u0399\u0308\u0301 " +
	"\u1fd6=\u0399\u0342 \u1fd7=\u0399\u0308\u0342 \u1fe2=\u03a5\u0308\u0300 \u1fe3=\u03a5\u0308\u0301 " +
	"\u1fe4=\u03a1\u0313 \u1fe6=\u03a5\u0342 \u1fe7=\u03a5\u0308\u0342 \u1ff2=\u1ffa\u0399 " +
	"\u1ff3=\u03a9\u0399 \u1ff4=\u038f\u0399 \u1ff6=\u03a9\u0342 \u1ff7=\u03a9\u0342\u0399 " +
	"\u1ffc=\u03a9\u0399 \ufb00=FF \ufb01=FI \ufb02=FL \ufb03=FFI \ufb04=FFL \ufb05=ST \ufb06=ST " +
	"\ufb13=\u0544\u0546 \ufb14=\u0544\u0535 \ufb15=\u0544\u053b \ufb16=\u054e\u0546 \ufb17=\u0544\u053d"
