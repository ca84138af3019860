package equal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/cmd/servicecmd"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

var answers = flag.Int("answers", 0, "how many answers to compare with the AWS CLI's; 0 means 300, or 5000 with -all")

// A sample of answers has so many operations of one service, because a client of the AWS CLI is slow
// to start.
const answersOfOneService = 15

// An answerCase is a call of an operation, an output format and a query.
type answerCase struct {
	comparedCase

	refused  bool // the service replies with an error
	pages    bool // all pages are fetched
	maxItems int  // 0 means all items
	format   string
	query    string // "" means no query
}

func (c *answerCase) String() string {
	return fmt.Sprintf("%s %s --output %s --query %q --max-items %d, refused: %t", c.service, c.op.CLIName, c.format, c.query, c.maxItems, c.refused)
}

// A shown is the output of a case.
type shown struct{ Out, Error string }

// An answerLine is the answer of answers.py.
type answerLine struct {
	Replies                 [][3]any
	Out, Error              string
	Members                 any
	Absent, Invalid, Broken string
}

// TestAnswers compares the output of operations with the output of an installed AWS CLI. Both read
// the same random replies.
func TestAnswers(t *testing.T) {
	python := awsCLI(t)
	cases := chooseAnswers(t)
	workers := 1
	if *all {
		workers = runtime.NumCPU()
	}
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		counts = make(map[string]int)
	)
	for w := range workers {
		group.Go(func() {
			var part []*answerCase
			for i, c := range cases {
				if i*workers/len(cases) == w {
					part = append(part, c)
				}
			}
			lines, err := askAnswers(t, python, part)
			if err != nil {
				t.Error(err)
				return
			}
			for i, c := range part {
				result, diff := c.compare(t.Context(), lines[i])
				mu.Lock()
				counts[result]++
				counts[result+", "+c.format]++
				mu.Unlock()
				switch {
				case diff != "":
					t.Errorf("%s: %s", c, diff)
				case result == "invalid":
					t.Logf("%s: %s", c, lines[i].Invalid)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d answers: %v", len(cases), counts)
	if counts["equal"] < len(cases)*2/3 {
		t.Errorf("only %d of %d answers are equal", counts["equal"], len(cases))
	}
}

// chooseAnswers returns the cases, service by service.
func chooseAnswers(t *testing.T) []*answerCase {
	t.Helper()
	random := rand.New(rand.NewPCG(*seed, 2))
	limit, each := 300, answersOfOneService
	if *all {
		limit, each = 5000, 5000
	}
	if *answers > 0 {
		limit = *answers
	}
	type name struct{ service, operation string }
	var names []name
	services := chosenServices(random)
	for _, service := range services {
		svc, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		list := svc.Operations()
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for _, operation := range list[:min(len(list), each)] {
			names = append(names, name{service, operation})
		}
		if !*all && len(names) >= limit {
			break
		}
	}
	if *all { // a part of the operations of each service
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	names = names[:min(len(names), limit)]
	slices.SortFunc(names, func(a, b name) int { return strings.Compare(a.service, b.service) })
	var cases []*answerCase
	for _, n := range names {
		svc, err := model.Load(n.service)
		if err != nil {
			t.Fatal(err)
		}
		op, ok := svc.Operation(n.operation)
		if !ok {
			t.Fatalf("%s has no operation %s", n.service, n.operation)
		}
		if len(op.Rules) > 0 || svc.Protocol == model.CBOR || slices.ContainsFunc(arg.List(op), func(o arg.Option) bool { return o.Name == "outfile" }) {
			continue // --cli-input-json is not enough or does not exist, or the AWS CLI does not know CBOR
		}
		g := &inputMaker{Rand: random}
		c := &answerCase{comparedCase: comparedCase{
			service: n.service, operation: n.operation, region: "eu-west-1", svc: svc, op: op, input: g.input(op),
		}}
		formats := render.Formats()
		c.format = formats[random.IntN(len(formats))]
		c.refused = random.IntN(12) == 0
		in, err := c.read()
		if err != nil {
			t.Fatalf("%s %s: %v", n.service, n.operation, err)
		}
		c.pages = in.Paginate
		if c.pages && random.IntN(3) == 0 {
			c.maxItems = 1 + random.IntN(2)
		}
		if random.IntN(6) > 0 {
			c.query = (&queryMaker{random, op.Output}).query()
		}
		cases = append(cases, c)
	}
	return cases
}

// askAnswers returns the answers of the AWS CLI.
func askAnswers(t *testing.T, python string, cases []*answerCase) ([]answerLine, error) {
	var stdin bytes.Buffer
	for _, c := range cases {
		limit, query := "null", "null"
		if c.maxItems > 0 {
			limit = fmt.Sprint(c.maxItems)
		}
		if c.query != "" {
			query = asJSON(c.query)
		}
		fmt.Fprintf(&stdin, "[%q,%q,%s,%t,%t,%s,%q,%s]\n", folderOf(c.service), c.op.Name, asJSON(c.input), c.refused, c.pages, limit, c.format, query)
	}
	out, err := runScript(t, newCLIScript(t.Context(), python, "answers.py", fmt.Sprint(*seed), fmt.Sprint(*models == "")), stdin.Bytes())
	if err != nil {
		return nil, err
	}
	lines := make([]answerLine, len(out))
	for i, line := range out {
		if err := json.Unmarshal(line, &lines[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// compare returns the result of a comparison, and a text if the outputs differ.
func (c *answerCase) compare(ctx context.Context, theirs answerLine) (result, diff string) {
	switch {
	case theirs.Absent != "":
		return "absent", ""
	case theirs.Invalid != "":
		return "invalid", "" // the installed AWS CLI is too old for the input
	case theirs.Broken != "":
		return "different", "AWS CLI: " + theirs.Broken
	case *models == "" && !reflect.DeepEqual(theirs.Members, membersOf(c.op.Output, nil)):
		return "other members", "" // the models of the installed programs have other members, or in another order
	}
	ours, err := c.show(ctx, theirs.Replies)
	if err != nil {
		return "refused", err.Error()
	}
	want := shown{theirs.Out, theirs.Error}
	if c.refused && strings.HasPrefix(want.Error, "An error occurred") {
		want.Error = oneLine(want.Error)
	}
	switch {
	case want.Error == "unhashable type: 'slice'" && strings.Contains(ours.Error, "--max-items cannot divide"):
		want.Error = ours.Error
	case want.Error == "'NoneType' object does not support item assignment" && c.pages && c.format == "text":
		return "crashed", "" // the AWS CLI cannot print a first page without results
	}
	if strings.HasPrefix(want.Error, "'<' not supported") {
		want.Error = ours.Error // the message names two types, in random order
	}
	if d := gocmp.Diff(want, ours); d != "" {
		replies, _ := json.Marshal(theirs.Replies)
		return "different", fmt.Sprintf("(-AWS CLI +lanyard)\n%s\nreplies: %s", d, replies)
	}
	return "equal", ""
}

// membersOf returns the names of the members of a shape in their order, like the function in
// answers.py.
func membersOf(m *model.Member, outer []string) any {
	list := []any{}
	if m == nil || m.Shape.Name != "" && slices.Contains(outer, m.Shape.Name) {
		return list
	}
	within := append(slices.Clip(outer), m.Shape.Name)
	switch m.Shape.Kind {
	case model.Structure:
		for _, inner := range m.Shape.Members {
			list = append(list, []any{inner.Name, membersOf(inner, within)})
		}
		return list
	case model.List:
		return membersOf(m.Shape.Element, within)
	case model.Map:
		return membersOf(m.Shape.Value, within)
	}
	return list
}

// read reads the options of the operation.
func (c *answerCase) read() (*arg.Input, error) {
	words := []string{"--cli-input-json", asJSON(c.input)}
	if c.maxItems > 0 {
		words = append(words, "--max-items", fmt.Sprint(c.maxItems))
	}
	return arg.Parse(c.op, words, arg.Options{Service: c.service})
}

// show returns the output of lanyard. The error reports a mistake in the input.
func (c *answerCase) show(ctx context.Context, replies [][3]any) (shown, error) {
	in, err := c.read()
	if err != nil {
		return shown{}, err
	}
	o := render.Options{Format: c.format, Title: c.op.Name}
	if c.query != "" {
		query, err := jmespath.Compile(c.query)
		if err != nil {
			return shown{Error: fmt.Sprintf("Bad value for --query %s: %v", c.query, err)}, nil
		}
		o.Query = query
	}
	client := &call.Client{
		Region: c.region, MaxAttempts: 1,
		Credentials: call.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: secret.New("secret")},
		HTTP: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			if len(replies) == 0 {
				return nil, errors.New("no more replies")
			}
			r := response(asObject(replies[0][1]), replies[0][2])
			if status, ok := replies[0][0].(float64); ok {
				r.StatusCode = int(status)
			}
			replies = replies[1:]
			return r, nil
		})},
	}
	if strings.HasPrefix(c.service, "timestream-") {
		client.Endpoint = "https://discovered.example" // so that the client does not ask for the endpoint
	}
	var b bytes.Buffer
	if err := servicecmd.Show(ctx, client, c.svc, c.op, in, c.format, render.New(&b, o)); err != nil {
		return shown{b.String(), strings.Replace(err.Error(), " (reached max retries: 0)", "", 1)}, nil
	}
	return shown{Out: b.String()}, nil
}

// asObject returns an object of encoding/json as an object of package document.
func asObject(v any) *document.Object {
	o := new(document.Object)
	m, _ := v.(map[string]any)
	for name, e := range m {
		o.Set(name, e)
	}
	return o
}
