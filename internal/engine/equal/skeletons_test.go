package equal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/cmd/servicecmd"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

// A sample of skeletons has so many operations.
const sampledSkeletons = 60

// A skeletonCase is a use of --generate-cli-skeleton.
type skeletonCase struct {
	comparedCase

	kind          string // the value of the option
	format, query string // for the kind "output"
}

// A skeletonLine is the answer of skeletons.py.
type skeletonLine struct {
	Out, Error, Absent string
	Members            any
}

// TestSkeletons compares the skeletons of operations with the skeletons of an installed AWS CLI.
func TestSkeletons(t *testing.T) {
	python := awsCLI(t)
	random := rand.New(rand.NewPCG(*seed, 3))
	formats := render.Formats()
	var cases []*skeletonCase
	chosen := chooseCases(t)
	if !*all && *only == "" {
		chosen = chosen[:min(len(chosen), 2*sampledSkeletons)]
	}
	for _, c := range chosen {
		if c.all || c.svc.Protocol == model.CBOR || c.op.OutputStream() != nil {
			continue // the installed AWS CLI does not know CBOR; an output to a file has no skeletons
		}
		for _, kind := range []string{"input", "yaml-input", "output"} {
			s := &skeletonCase{comparedCase: *c, kind: kind, format: "json"}
			if kind == "output" {
				s.format = formats[random.IntN(len(formats))]
			}
			if kind == "output" && random.IntN(4) == 0 {
				s.query = (&queryMaker{random, c.op.Output}).query()
			}
			cases = append(cases, s)
		}
	}
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
		part := cases[len(cases)*w/workers : len(cases)*(w+1)/workers]
		group.Go(func() {
			lines, err := askSkeletons(t, python, part)
			if err != nil {
				t.Error(err)
				return
			}
			for i, c := range part {
				result, diff := c.compare(lines[i])
				mu.Lock()
				counts[result]++
				mu.Unlock()
				if diff != "" {
					t.Errorf("%s %s --generate-cli-skeleton %s --output %s --query %q: %s", c.service, c.op.CLIName, c.kind, c.format, c.query, diff)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d skeletons: %v", len(cases), counts)
	if counts["equal"] < len(cases)*2/3 {
		t.Errorf("only %d of %d skeletons are equal", counts["equal"], len(cases))
	}
}

// askSkeletons returns the skeletons of the AWS CLI.
func askSkeletons(t *testing.T, python string, cases []*skeletonCase) ([]skeletonLine, error) {
	var stdin bytes.Buffer
	for _, c := range cases {
		query := "null"
		if c.query != "" {
			query = asJSON(c.query)
		}
		fmt.Fprintf(&stdin, "[%q,%q,%s,%q,%q,%s]\n", folderOf(c.service), c.op.Name, asJSON(c.input), c.kind, c.format, query)
	}
	out, err := runScript(t, newCLIScript(t.Context(), python, "skeletons.py", fmt.Sprint(*models == "")), stdin.Bytes())
	if err != nil {
		return nil, err
	}
	lines := make([]skeletonLine, len(out))
	for i := range out {
		if err := json.Unmarshal(out[i], &lines[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// compare returns the result of a comparison, and a text if the skeletons differ.
func (c *skeletonCase) compare(theirs skeletonLine) (result, diff string) {
	switch {
	case theirs.Absent != "":
		return "absent", ""
	case *models == "" && !reflect.DeepEqual(theirs.Members, any([]any{membersOf(c.op.Input, nil), membersOf(c.op.Output, nil)})):
		return "other members", "" // the models of the installed programs have other members, or in another order
	}
	var b bytes.Buffer
	err := c.print(&b)
	ours := shown{Out: b.String()}
	if err != nil {
		ours.Error = err.Error()
	}
	if theirs.Error == "'ResponseMetadata'" {
		return "crashed", "" // the AWS CLI cannot print a sample of an operation whose output goes to a file
	}
	if c.query != "" && theirs.Error != "" && ours.Error+ours.Out != "" {
		return "error", "" // messages show the types of Python, such as datetime.datetime
	}
	if d := gocmp.Diff(shown{theirs.Out, theirs.Error}, ours); d != "" {
		return "different", "(-AWS CLI +lanyard)\n" + d
	}
	return "equal", ""
}

func (c *skeletonCase) print(b *bytes.Buffer) error {
	if c.kind != "output" {
		return servicecmd.WriteSkeleton(b, c.op, c.kind)
	}
	o := render.Options{Format: c.format, Title: c.op.Name}
	if c.query != "" {
		query, err := jmespath.Compile(c.query)
		if err != nil {
			return fmt.Errorf("Bad value for --query %s: %w", c.query, err)
		}
		o.Query = query
	}
	return render.New(b, o).PrintSample(arg.OutputSkeleton(c.op))
}
