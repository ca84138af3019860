package render_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

var (
	oracleDocs = flag.Int("oracle.docs", 300, "number of random documents to compare with the AWS CLI")
	oracleSeed = flag.Uint64("oracle.seed", 1, "seed of the random documents")
)

// A job is a document and the options for printing it.
type job struct {
	Doc    json.RawMessage `json:"doc"`
	Format string          `json:"format"`
	Title  string          `json:"title,omitempty"`
	Color  bool            `json:"color,omitempty"`
	Width  int             `json:"width,omitempty"`
}

// A result is the output of a job. If the job failed, Error is the error after the output.
type result struct {
	Out   string `json:"out"`
	Error string `json:"error"`
}

func (j job) print() (r result, err error) {
	doc, err := document.ParseJSON(j.Doc)
	if err != nil {
		return r, err
	}
	var b bytes.Buffer
	o := render.Options{Format: j.Format, Title: j.Title, Color: j.Color, Width: j.Width}
	o.Query = answer{doc}
	if err := render.New(&b, o).Print(nil); err != nil {
		r.Error = err.Error()
	}
	r.Out = b.String()
	return r, nil
}

// The output must be equal to the output of an installed AWS CLI, version 2, such as Debian's.
func TestAgainstInstalledAWSCLI(t *testing.T) {
	cli := startOracle(t)
	random := rand.New(rand.NewPCG(*oracleSeed, 0))
	failed := 0
	for i := range *oracleDocs {
		for _, j := range jobs(random) {
			want := cli.ask(t, j)
			got, err := j.print()
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(want.Error, "'<' not supported") {
				want.Error = got.Error // the message names two types, in random order
			}
			if diff := cmp.Diff(want, got); diff != "" {
				in, _ := json.Marshal(j)
				t.Errorf("document %d: %s: the output differs from the AWS CLI's (-want +got)\n%s", i, in, diff)
				if failed++; failed == 10 {
					t.FailNow()
				}
			}
		}
	}
}

// jobs returns jobs that print a random document in every format.
func jobs(random *rand.Rand) []job {
	doc, err := json.Marshal(randomValue(random, 4))
	if err != nil {
		return nil
	}
	width := 20 + random.IntN(120)
	return []job{
		{Doc: doc, Format: "json"},
		{Doc: doc, Format: "text"},
		{Doc: doc, Format: "yaml"},
		{Doc: doc, Format: "yaml-stream"},
		{Doc: doc, Format: "table", Title: "DescribeThings"},
		{Doc: doc, Format: "table", Title: "Get", Color: random.IntN(3) == 0, Width: width},
	}
}

type oracle struct {
	in  *json.Encoder
	out *json.Decoder
}

func startOracle(t *testing.T) *oracle {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		cmd := exec.Command(python, "testdata/oracle.py")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			continue
		}
		t.Cleanup(func() { stop(cmd, stdin) })
		o := &oracle{json.NewEncoder(stdin), json.NewDecoder(stdout)}
		var version string
		if err := o.out.Decode(&version); err == nil {
			t.Log("compared with the AWS CLI", version)
			return o
		}
	}
	t.Skip("no python3 can import the AWS CLI, version 2; on Debian, run: apt-get install awscli")
	return nil
}

func stop(cmd *exec.Cmd, stdin io.Closer) {
	_ = stdin.Close()
	_ = cmd.Wait()
}

func (o *oracle) ask(t *testing.T, j job) (r result) {
	t.Helper()
	if err := o.in.Encode(j); err != nil {
		t.Fatal(err)
	}
	if err := o.out.Decode(&r); err != nil {
		t.Fatal(fmt.Errorf("%s of %s: %w", j.Format, j.Doc, err))
	}
	return r
}
