package jmespath

import (
	"errors"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// FuzzSearch finds panics, undocumented error types, and undocumented result types.
func FuzzSearch(f *testing.F) {
	for _, expr := range []string{
		"Reservations[].Instances[].{Id: InstanceId, Name: Tags[?Key=='Name']|[0].Value}",
		"sort_by(@, &a)[::-1].[a, b.*] | [?x >= `1` && !(y != 'z')]",
		"merge(`{\"a\": [1, 2.5e3]}`, a) || \"q\\u00e9\"[-1:2:-1]",
		"to_string(map(&to_number(@), *))", "max_by(m, &[0])", "[&a]", "`", "a.[", "'\\'", "foo`NaN`",
	} {
		f.Add(expr, ec2)
		f.Add(expr, mixed)
	}
	f.Fuzz(func(t *testing.T, expr, doc string) {
		// A few characters of an expression can double a list. So the result of a long expression
		// may not fit into memory.
		if len(expr) > 120 || len(doc) > 2000 {
			t.Skip("too long")
		}
		e, err := Compile(expr)
		if err != nil {
			if _, ok := errors.AsType[*SyntaxError](err); !ok {
				t.Errorf("Compile(%q): %T %v", expr, err, err)
			}
			return
		}
		v, err := document.ParseJSON([]byte(doc))
		if err != nil {
			v = doc
		}
		before := pytext.Str(v)
		r, err := e.Search(v)
		if _, ok := errors.AsType[*EvalError](err); err != nil && !ok {
			t.Errorf("Search of %q: %T %v", expr, err, err)
		}
		if holdsReference(r) {
			t.Errorf("Search of %q: the result contains a reference", expr)
		}
		if pytext.Str(v) != before {
			t.Errorf("Search of %q changed the value", expr)
		}
	})
}
