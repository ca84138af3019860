package equal

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// queryForms lists the forms of the queries. A queryMaker replaces the capital letters: S is the
// path of a single value, L the path of a list, and M and N are members of an element of this list.
var queryForms = []string{
	"S", "L", "L[]", "L[*]", "L[0]", "L[-1]", "L[].M", "L[*].[M, N]", "L[].{A: M, B: N}", "L[0].{A: M, B: N}",
	"L[?M=='a']", "L[?M!=`null`].N", "L[?contains(to_string(M), 'a')]", "L[?starts_with(M, 'e')].M", "L[?M > `5` && N]", "L[?!M || N <= `7`].[N]",
	"L[0:2]", "L[::-1]", "L[::2].M", "L[*].M | [0]", "L[].M | sort(@)", "sort_by(L, &M)", "sort_by(L, &M)[*].[N, M]", "[max_by(L, &M), min_by(L, &N)]",
	"length(L)", "keys(@)", "values(@)", "{Count: length(L || `[]`), First: L[0].M}", "[S, length(S)]", "not_null(S, L[0].M, 'x')",
	"map(&M, L)", "to_array(S)", "join(', ', L[].to_string(M))", "@", "*", "*.*", "L[*].*", "L[].M[]", "[type(L), type(S), to_string(@)]",
	"S == 'a' && L || `false`", "reverse(L)", "merge({a: S}, {b: `1.50`})", "[sum(L[].M), avg(L[].N)]", "L[].[M, N][]", "to_number(S)", "ends_with(S, 'a')",
	"`{\"a\": [1, 2.5, \"é\"]}`", "'a text'", "[floor(`1.5`), ceil(`1.5`), abs(`-3`)]", "L[*].not_null(M, N)", "{S: S, L: L}", "\"S\"",
	"L[", "nosuch(@)", "length()", "abs('x')", "L[?M=a", "S S", "[?", "length(`5`)", "@.{}", "L[::0]", "\"a", "`{`", "keys(L)",
}

// A queryMaker makes queries of the output of an operation.
type queryMaker struct {
	*rand.Rand

	output *model.Member // nil if the operation has no output
}

func (g *queryMaker) query() string {
	form := queryForms[g.IntN(len(queryForms))]
	single, list := "Nothing", "Nothing"
	element := &model.Shape{Kind: model.String}
	if g.output != nil {
		if path, _ := g.path(g.output.Shape, model.List, 3); path != "" {
			list = path
		}
		single, _ = g.path(g.output.Shape, model.String, 3)
		if path, shape := g.path(g.output.Shape, model.List, 3); path != "" {
			list, element = path, shape.Element.Shape
		}
	}
	return strings.NewReplacer("S", orNothing(single), "L", list, "M", g.member(element), "N", g.member(element)).Replace(form)
}

func orNothing(path string) string {
	if path == "" {
		return "Nothing"
	}
	return path
}

// path returns the path of a random value below a structure, and its shape. The value is a list if
// kind is List. It returns "" if there is no such value.
func (g *queryMaker) path(s *model.Shape, kind model.Kind, depth int) (string, *model.Shape) {
	if s.Kind != model.Structure || depth == 0 {
		return "", nil
	}
	for _, i := range g.Perm(len(s.Members)) {
		m := s.Members[i]
		if m.Shape.Kind == kind || kind != model.List && m.Shape.Kind > model.Map {
			return name(m), m.Shape
		}
		if inner, shape := g.path(m.Shape, kind, depth-1); inner != "" {
			return name(m) + "." + inner, shape
		}
	}
	return "", nil
}

func (g *queryMaker) member(s *model.Shape) string {
	if len(s.Members) == 0 {
		return "Name"
	}
	return name(s.Members[g.IntN(len(s.Members))])
}

// name returns the name of a member as an identifier of JMESPath.
func name(m *model.Member) string {
	if strings.Trim(strings.ToLower(m.Name), "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return `"` + m.Name + `"`
	}
	return m.Name
}

// TestQueryForms checks that most forms are right, and some are wrong.
func TestQueryForms(t *testing.T) {
	right, wrong := 0, 0
	for _, form := range queryForms {
		if _, err := jmespath.Compile(form); err == nil {
			right++
		} else {
			wrong++
		}
	}
	if right < 40 || wrong < 5 {
		t.Errorf("%d right and %d wrong queries, want 40 and 5", right, wrong)
	}
}
