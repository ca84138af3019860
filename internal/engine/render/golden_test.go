package render_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateGolden = flag.Bool("golden.update", false, "make testdata/golden.jsonl with the installed AWS CLI")

// A golden is a line of golden.jsonl: a job and the output of the AWS CLI.
type golden struct {
	Job  job    `json:"job"`
	Want result `json:"want"`
}

// The output must be equal to the AWS CLI's. testdata/README.md describes how the AWS CLI's
// output was recorded.
func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "golden.jsonl")
	if *updateGolden {
		if err := os.WriteFile(path, makeGolden(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(file) {
		var g golden
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		got, err := g.Job.print()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(g.Want, got); diff != "" {
			t.Errorf("%s of %s: the output differs from the AWS CLI's (-want +got)\n%s", g.Job.Format, g.Job.Doc, diff)
		}
	}
}

// makeGolden records single words in YAML, and small random documents in every format.
func makeGolden(t *testing.T) []byte {
	t.Helper()
	const random, largest = 150, 160
	cli := startOracle(t)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	add := func(j job) {
		if err := enc.Encode(golden{j, cli.ask(t, j)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range words {
		doc, err := json.Marshal(map[string]any{w: w})
		if err != nil {
			t.Fatal(err)
		}
		add(job{Doc: doc, Format: "yaml"})
	}
	source := rand.New(rand.NewPCG(7, 7))
	for n := 0; n < random; {
		js := jobs(source)
		if size := len(js[0].Doc); size > largest || size < 40 && n%8 != 0 {
			continue
		}
		n++
		for _, j := range js {
			add(j)
		}
	}
	return out.Bytes()
}
