package equal

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

var (
	all    = flag.Bool("all", false, "compare all operations of the tables, not a sample")
	models = flag.String("models", "", "the `folder` of models that botocore uses; \"\" means botocore's own models")
	seed   = flag.Uint64("seed", 1, "the seed of the sample and of the inputs")
	only   = flag.String("only", "", "compare only the operations of this `service`")
)

// A sample has at least so many operations, and at most so many of one service. A sample of
// endpoints has so many services.
const sampled, ofOneService, sampledServices = 300, 5, 60

// A comparedCase is one input of an operation.
type comparedCase struct {
	service, operation string // the operation has its name on the command line
	all                bool   // the input has all members
	region             string
	fips, dual         bool
	svc                *model.Service
	op                 *model.Operation
	input              *document.Object
	settings           settings
}

func (c *comparedCase) String() string {
	kind := "required members"
	if c.all {
		kind = "all members"
	}
	return fmt.Sprintf("%s %s (%s; %s, FIPS %t, dual-stack %t%v)", c.service, c.op.Name, kind, c.region, c.fips, c.dual, c.settings)
}

// A line is the answer of requests.py.
type line struct {
	Method, URL             string
	Headers                 map[string]string
	Body                    []byte
	NoEndpoint              string
	Absent, Invalid, Broken string
}

// TestRequests compares the requests that package call and botocore make from the same inputs.
func TestRequests(t *testing.T) {
	needBotocore(t)
	compareAll(t, chooseCases(t))
}

// TestEndpoints compares the endpoints and the regions of signatures. In each region, one operation
// of each service makes a request, and one operation for each set of endpoint parameters.
func TestEndpoints(t *testing.T) {
	needBotocore(t)
	random := rand.New(rand.NewPCG(*seed, 1))
	var cases []*comparedCase
	services := chosenServices(random)
	if !*all {
		services = services[:min(len(services), sampledServices)]
	}
	for _, service := range services {
		svc, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, name := range svc.Operations() {
			op, _ := svc.Operation(name)
			set := fmt.Sprint(op.EndpointParameters)
			if seen[set] {
				continue
			}
			seen[set] = true
			g := &inputMaker{Rand: random}
			addRegions(func(region string, fips, dual bool) {
				cases = append(cases, &comparedCase{service, name, false, region, fips, dual, svc, op, g.input(op), settings{}})
			})
		}
	}
	compareAll(t, cases)
}

// addRegions calls add for all regions, or for a sample.
func addRegions(add func(region string, fips, dual bool)) {
	for i, region := range regions {
		if *all || i%5 == 0 {
			add(region, false, false)
		}
		if !(*all && i%4 == 0 || i%12 == 0) {
			continue
		}
		add(region, true, false)
		if region == "eu-isoe-west-1" {
			continue // the endpoint rules have dual-stack endpoints here, and botocore's older list has none
		}
		add(region, false, true)
		add(region, true, true)
	}
}

// regions lists regions of all partitions. AWS has no region with the last name.
var regions = strings.Fields(`us-east-1 us-gov-west-1 cn-north-1 eu-west-1 us-west-2 eusc-de-east-1 us-east-2 us-west-1 us-gov-east-1
	cn-northwest-1 us-iso-east-1 us-isob-east-1 eu-central-1 eu-north-1 ap-southeast-2 us-iso-west-1 eu-isoe-west-1 us-isof-south-1
	ap-northeast-1 ca-central-1 il-central-1 sa-east-1 mx-central-1 us-isof-east-1 eu-atlantis-7`)

// modelsOf is the version of botocore whose own models are nearly those of the tables.
const modelsOf = "1.43.11"

func needBotocore(t *testing.T) {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import botocore; print(botocore.__version__)").CombinedOutput()
	switch {
	case err != nil:
		t.Skipf("python3 cannot import botocore; run: pip install botocore==%s (%v %s)", modelsOf, err, lastLine(out))
	case *models == "" && lastLine(out) != modelsOf:
		t.Skipf("botocore is %s; the tables are from the models of %s; for other versions, add -models", lastLine(out), modelsOf)
	}
}

// compareAll compares the requests for the cases, and logs figures.
func compareAll(t *testing.T, cases []*comparedCase) {
	t.Helper()
	workers := 1
	if *all {
		workers = runtime.NumCPU()
	}
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		counts = make(map[string]int)
		failed = make(map[string]bool)
	)
	for w := range workers {
		group.Go(func() {
			part := partOf(cases, w, workers)
			lines, err := ask(t, part)
			if err != nil {
				t.Error(err)
				return
			}
			for i, c := range part {
				result, diff := compareCase(t.Context(), c, lines[i])
				mu.Lock()
				counts[result]++
				if result == "different" || result == "refused" {
					failed[c.service+" "+c.op.Name] = true
				}
				mu.Unlock()
				switch {
				case diff != "":
					t.Errorf("%s: %s", c, diff)
				case result == "handed off":
					t.Logf("%s: handed off", c)
				case result == "invalid" && *models != "":
					t.Logf("%s: %s", c, lines[i].Invalid)
				}
			}
		})
	}
	group.Wait()
	total := 0
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range counts {
			if !yield(name) {
				return
			}
		}
	}) {
		t.Logf("%-10s %6d requests", name, counts[name])
		total += counts[name]
	}
	t.Logf("%-10s %6d requests, of which two for each operation; %d operations are not equal", "all", total, len(failed))
	if counts["equal"] == 0 {
		t.Error("no request was compared")
	}
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// chooseCases returns the cases of all operations, or of a sample, service by service.
func chooseCases(t *testing.T) []*comparedCase {
	t.Helper()
	random := rand.New(rand.NewPCG(*seed, 0))
	var cases []*comparedCase
	for _, service := range chosenServices(random) {
		svc, err := model.Load(service)
		if err != nil {
			t.Fatal(err)
		}
		names := svc.Operations()
		if !*all && *only == "" {
			random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
			names = names[:min(len(names), ofOneService)]
			if len(cases) >= 2*sampled {
				break
			}
		}
		for _, name := range names {
			op, ok := svc.Operation(name)
			if !ok {
				t.Fatalf("%s has no operation %s", service, name)
			}
			for _, full := range []bool{false, true} {
				g := &inputMaker{Rand: random, all: full}
				cases = append(cases, &comparedCase{service, name, full, "eu-west-1", false, false, svc, op, g.input(op), settings{}})
			}
		}
	}
	return cases
}

// chosenServices returns all services, in a random order for a sample.
func chosenServices(random *rand.Rand) []string {
	services := model.Services()
	switch {
	case *only != "":
		return strings.Split(*only, ",")
	case *all:
		return services
	}
	random.Shuffle(len(services), func(i, j int) { services[i], services[j] = services[j], services[i] })
	// The paths of geo-routes have changed between botocore 1.43.11 and the models of the tables.
	return slices.DeleteFunc(services, func(s string) bool { return s == "geo-routes" && *models == "" })
}

// partOf returns the cases of every n-th service.
func partOf(cases []*comparedCase, w, n int) []*comparedCase {
	var part []*comparedCase
	service, i := "", -1
	for _, c := range cases {
		if c.service != service {
			service, i = c.service, i+1
		}
		if i%n == w {
			part = append(part, c)
		}
	}
	return part
}

// ask returns botocore's requests.
func ask(t *testing.T, cases []*comparedCase) ([]line, error) {
	var stdin bytes.Buffer
	for _, c := range cases {
		set, err := json.Marshal(c.settings)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&stdin, "[%q,%q,%q,%t,%t,%s,%s]\n", folderOf(c.service), c.op.Name, c.region, c.fips, c.dual, asJSON(c.input), set)
	}
	out, err := runScript(t, exec.CommandContext(t.Context(), "python3", "testdata/requests.py"), stdin.Bytes())
	if err != nil {
		return nil, err
	}
	lines := make([]line, len(out))
	for i := range out {
		if err := json.Unmarshal(out[i], &lines[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// setEnv gives a Python program an environment without settings of the user, and with the models.
func setEnv(t *testing.T, cmd *exec.Cmd) error {
	home := t.TempDir()
	cmd.Env = append(append(os.Environ(), cmd.Env...), "HOME="+home, "AWS_CONFIG_FILE="+home+"/none", "AWS_SHARED_CREDENTIALS_FILE="+home+"/none", "AWS_EC2_METADATA_DISABLED=true")
	if *models != "" {
		folder, err := modelsOnly(home)
		if err != nil {
			return err
		}
		cmd.Env = append(cmd.Env, "AWS_DATA_PATH="+folder)
	}
	return nil
}

// modelsOnly makes a folder with links to the models, but not to endpoints.json. With another
// endpoints.json than its own, botocore would not use the endpoint rules.
func modelsOnly(home string) (string, error) {
	entries, err := os.ReadDir(*models)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(home, "models")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Name() == "endpoints.json" {
			continue
		}
		if err := os.Symlink(filepath.Join(*models, e.Name()), filepath.Join(folder, e.Name())); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// asJSON returns a value as JSON, with its members in order.
func asJSON(v any) string {
	switch v := v.(type) {
	case *document.Object:
		var parts []string
		for name, m := range v.All() {
			parts = append(parts, asJSON(name)+":"+asJSON(m))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, asJSON(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "null" // impossible for the values of inputMaker
	}
	return string(b)
}

// parse reads the input like a command line with --cli-input-json. Some operations do not have this
// option: those with an argument for the output. Only rules that change the input matter here.
func (c *comparedCase) parse() (*document.Object, error) {
	op := *c.op
	op.Output = nil
	op.Rules = slices.DeleteFunc(slices.Clone(op.Rules), func(r model.Rule) bool {
		return r.Kind != model.RuleUserData && r.Kind != model.RuleProtocol
	})
	in, err := arg.Parse(&op, []string{"--cli-input-json", asJSON(c.input)}, arg.Options{Service: c.service, NoPaginate: true})
	if err != nil {
		return nil, err
	}
	return in.Document, nil
}
