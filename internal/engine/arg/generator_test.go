package arg

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A generator generates random command lines. Most of them are nearly valid.
type generator struct {
	*rand.Rand
	dir      string
	services []string
	depth    int // the number of values in shorthand that contain the current value
}

var generated = map[string]string{
	"json":  `[{"Name": "n", "Values": ["v"]}]`,
	"short": "Name=n,Values=a,b",
	"text":  "abc\r\ndef\n",
	"bytes": "\xff\xfe",
	"input": `{"DryRun": true, "MaxResults": 7, "Filters": []}`,
	"empty": "",
}

func (g *generator) writeFiles(t *testing.T) {
	for name, content := range generated {
		if err := os.WriteFile(filepath.Join(g.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// compared returns the services whose operations the tests compare with the AWS CLI. The AWS CLI
// changes many operations of other services in code.
func compared() []string {
	return []string{"cloudformation", "ec2", "iam", "organizations", "s3api", "sns", "sqs", "sso", "sts"}
}

// addServices adds n random services whose models have the same name as their commands.
func (g *generator) addServices(n int) {
	all := model.Services()
	g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, name := range all {
		s, err := model.Load(name)
		renamed := name == "deploy" || name == "configservice" || name == "agent-toolkit" || name == "signin"
		if n > 0 && err == nil && len(s.Operations()) > 0 && !renamed && !slices.Contains(g.services, name) {
			g.services = append(g.services, name)
			n--
		}
	}
}

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

func (g *generator) next(t *testing.T) oracleCase {
	c := oracleCase{service: pick(g, g.services), noPages: g.chance(8), raw: g.chance(20)}
	s, err := model.Load(c.service)
	if err != nil {
		t.Fatal(err)
	}
	name := pick(g, s.Operations())
	if g.chance(30) {
		c.service, name = "sts", pick(g, everything()).CLIName
	}
	op := operation(t, c.service, name)
	c.words = []string{name}
	parameters := op.Parameters()
	for _, p := range parameters {
		if p.Member.Required && g.chance(96) || g.chance(min(30, 300/len(parameters))) {
			c.words = append(c.words, g.option(p)...)
		}
	}
	for g.chance(20) {
		c.words = append(c.words, g.extra(op)...)
	}
	if g.chance(4) {
		i := 1 + g.IntN(len(c.words))
		c.words = append(c.words[:i:i], append([]string{g.noise()}, c.words[i:]...)...)
	}
	if g.chance(4) && len(c.words) > 1 {
		i := 1 + g.IntN(len(c.words)-1)
		c.words = append(c.words[:i:i], c.words[i+1:]...)
	}
	for i, w := range c.words { // a single word "help" prints the help
		if w == "help" {
			c.words[i] = "helped"
		}
	}
	return c
}

// option returns an option and its value.
func (g *generator) option(p model.Parameter) []string {
	name := "--" + p.Name
	if g.chance(4) {
		name = name[:3+g.IntN(len(name)-2)]
	}
	if p.Member.Shape.Kind == model.Boolean {
		return []string{pick(g, []string{"--" + p.Name, "--no-" + p.Name, name, name + "=true"}[:2+g.IntN(3)])}
	}
	words := g.words(p.Member.Shape)
	if len(words) == 1 && g.chance(15) {
		return []string{name + "=" + words[0]}
	}
	return append([]string{name}, words...)
}

func (g *generator) extra(op *model.Operation) []string {
	switch g.IntN(9) {
	case 0:
		return []string{"--page-size", pick(g, []string{"5", "0", "-1", "x", "1000", ""})}
	case 1:
		return []string{"--max-items", pick(g, []string{"5", "0", "-1", "x", "1_0", " 7 "})}
	case 2:
		return []string{"--starting-token", pick(g, []string{"t", "", "None", "x___y"})}
	case 3:
		return []string{"--cli-input-json", g.input(op)}
	case 4:
		return []string{"--cli-input-yaml", g.input(op)}
	case 5:
		return []string{pick(g, []string{"--foo", "-x", "--", "bar", "-5", "--foo=bar", "-a b", ""})}
	case 6:
		return []string{"--generate-cli-skeleton"}
	case 7:
		return []string{"--generate-cli-skeleton", "input"}
	}
	if p := op.Parameters(); len(p) > 0 {
		return g.option(pick(g, p))
	}
	return nil
}

func (g *generator) input(op *model.Operation) string {
	switch g.IntN(12) {
	case 0:
		return "file://" + filepath.Join(g.dir, "input")
	case 1:
		return pick(g, []string{"", "{", "[]", "1", "null", `"x"`, "file://no/such", "{} x", "fileb://" + filepath.Join(g.dir, "input")})
	}
	members := make(map[string]json.RawMessage)
	for _, p := range op.Parameters() {
		if g.chance(40) || p.Member.Required {
			members[p.Member.Name] = json.RawMessage(g.json(p.Member.Shape, 0))
		}
	}
	if g.chance(5) {
		members["None"] = json.RawMessage("1")
	}
	b, err := json.Marshal(members)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// words returns random words for an option of this shape: a value or a file, valid or not.
func (g *generator) words(s *model.Shape) []string {
	switch {
	case g.chance(3):
		return []string{"file://" + filepath.Join(g.dir, pick(g, []string{"json", "short", "text", "bytes", "empty", "none"}))}
	case g.chance(2):
		return []string{"fileb://" + filepath.Join(g.dir, pick(g, []string{"text", "bytes", "none"}))}
	case s.Kind == model.List && g.chance(80):
		words := []string{}
		for len(words) == 0 && g.chance(97) || g.chance(40) {
			words = append(words, g.word(s.Element.Shape))
		}
		return words
	}
	return []string{g.word(s)}
}

func (g *generator) word(s *model.Shape) string {
	var w string
	switch {
	case s.Kind != model.Structure && s.Kind != model.List && s.Kind != model.Map:
		w = g.scalar(s.Kind)
	case g.chance(30):
		w = g.json(s, 0)
	default:
		w = g.short(s)
	}
	for g.chance(6) {
		i := g.IntN(len(w) + 1)
		if i < len(w) && g.chance(40) {
			w = w[:i] + w[i+1:]
		} else {
			w = w[:i] + g.noise() + w[i:]
		}
	}
	return strings.ToValidUTF8(w, "")
}

func (g *generator) noise() string {
	return pick(g, []string{"{", "}", "[", "]", "=", ",", "'", `"`, `\`, `\,`, `\\`, " ", "\n", "a", "Key", ":", "@", "é", "😀", "\t", "é ", "null", "NaN", "1", `\"`, `\'`, `\u00e9`, `\ud83d\ude00`, "==", "@=", "\x7f", "\x01"})
}

// short returns a value in shorthand.
func (g *generator) short(s *model.Shape) string {
	if g.depth > 4 {
		return "k=v"
	}
	g.depth++
	defer func() { g.depth-- }()
	switch s.Kind {
	case model.Structure:
		var parts []string
		for _, m := range s.Members {
			if g.chance(85) {
				parts = append(parts, m.Name+pick(g, []string{"=", "=", "=", "=", " = ", "@="})+g.shortItem(m.Shape, true))
			}
		}
		if g.chance(4) {
			parts = append(parts, "Other=1")
		}
		return strings.Join(parts, pick(g, []string{",", ",", ", ", " , "}))
	case model.Map:
		return "k1=" + g.shortItem(s.Value.Shape, true) + ",k2=" + g.shortItem(s.Value.Shape, true)
	}
	return g.shortItem(s, false)
}

func (g *generator) shortItem(s *model.Shape, top bool) string {
	switch s.Kind {
	case model.Structure, model.Map:
		return "{" + g.short(s) + "}"
	case model.List:
		var items []string
		for g.chance(60) {
			items = append(items, g.shortItem(s.Element.Shape, false))
		}
		list := strings.Join(items, ",")
		if top && g.chance(50) {
			return list
		}
		return "[" + list + "]"
	}
	v := g.scalar(s.Kind)
	switch g.IntN(6) {
	case 0:
		return "'" + v + "'"
	case 1:
		return `"` + v + `"`
	case 2:
		return strings.ReplaceAll(v, ",", `\,`)
	}
	return v
}

func (g *generator) scalar(k model.Kind) string {
	if g.chance(5) {
		return pick(g, []string{"", " ", "x,y", `a\,b`, `q"q`, "q'q", "true", "False", "-1", "[", "{}", "a=b", "é", "file://none", "  x  "})
	}
	switch k {
	case model.Integer, model.Long:
		return pick(g, []string{"5", "0", "900", "1000", " 10", "+5", "1_000", "-3", "x", "1.5", "_1", "12__3"})
	case model.Float, model.Double:
		return pick(g, []string{"1", "1.5", "1e3", "x", "-.5", "inf"})
	case model.Boolean:
		return pick(g, []string{"true", "false", "True", "no"})
	case model.Timestamp:
		return pick(g, []string{"2026-01-02T03:04:05Z", "0", "2026-01-02"})
	case model.Blob:
		return pick(g, []string{"YQ==", "YQ", "a", "*"})
	}
	return pick(g, []string{"tag:Name", "i-0123456789abcdef0", "arn:aws:iam::123456789012:role/example", "a b", "x", "some-name", "123456789012", "longer/path/with/slashes-and-more"})
}

// json returns a value as JSON, sometimes with the wrong type.
func (g *generator) json(s *model.Shape, depth int) string {
	if g.chance(4) || depth > 4 {
		return pick(g, []string{"null", "1", "-2.50", "true", `"x"`, "[]", "{}", `[1, "a'b", null, {"k": [false]}]`, `{"a": 1.0, "b": "c\n"}`, "1e20", "1e-7", `"\u00e9"`})
	}
	switch s.Kind {
	case model.Structure:
		var parts []string
		for _, m := range s.Members {
			if g.chance(80) {
				parts = append(parts, fmt.Sprintf("%q: %s", m.Name, g.json(m.Shape, depth+1)))
			}
		}
		if g.chance(4) {
			parts = append(parts, `"Other": 1`)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case model.List:
		var parts []string
		for g.chance(60) {
			parts = append(parts, g.json(s.Element.Shape, depth+1))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case model.Map:
		return fmt.Sprintf(`{"k1": %s}`, g.json(s.Value.Shape, depth+1))
	case model.Integer, model.Long:
		return pick(g, []string{"5", "0", "1000", "-1"})
	case model.Boolean:
		return pick(g, []string{"true", "false"})
	case model.Float, model.Double:
		return pick(g, []string{"1.5", "2"})
	}
	b, err := json.Marshal(g.scalar(s.Kind))
	if err != nil {
		return `""`
	}
	return string(b)
}
