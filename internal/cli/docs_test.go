package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestDocs checks that the scripts in testdata/docs run each command line of the README, of
// docs/*.md and of the examples of the help pages. A script must check the effect of each line.
// TestDocsScripts runs the scripts. A script has these lines besides testscript's:
//
//	$ LINE       runs a line of the page in a shell; " &" at the end runs it in the background
//	$255 LINE    is like "$ LINE", but the exit code must be 255
//	+ LINE       runs another line of the page in the same shell
//	> LINE       types a line of the page into the program that the "$" line runs
//	. LINE       runs a line of the script itself in the same shell
//	answers FILE runs the next line on a terminal; FILE has pairs of lines: a question, its answer
//	replace A B  replaces A by B in the following lines; A is an address that the test does not have
//
// All other lines prepare the next run or check the last one.
func TestDocs(t *testing.T) {
	sources := docSources(t)
	scripts := map[string]*docScript{}
	for _, s := range sources {
		scripts[s.name] = readDocScript(t, s.name)
	}
	files, err := filepath.Glob("testdata/docs/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); scripts[name] == nil {
			t.Errorf("%s belongs to no page", f)
		}
	}
	used := map[string]bool{} // the keys of docElsewhere that a page has
	for _, s := range sources {
		script := scripts[s.name]
		for _, l := range s.lines {
			if key := elsewhereKey(l.text); key != "" {
				used[key] = true
				continue
			}
			runs := script.runs
			if !l.fenced || s.name == "help" { // the script of another page may run a mention
				for _, other := range scripts {
					runs = append(slices.Clip(runs), other.runs...)
				}
			}
			if !slices.ContainsFunc(runs, func(r docRun) bool { return l.matches(r.text) }) {
				t.Errorf("%s: testdata/docs/%s.txtar does not run: %s", l.where, s.name, l.text)
			}
		}
		for _, b := range s.blocks {
			if key := s.name + " " + b.language; docElsewhere[key] != (elsewhere{}) {
				used[key] = true
			} else if !script.holds(b.text) {
				t.Errorf("%s: testdata/docs/%s.txtar compares nothing with this block:\n%s", b.where, s.name, b.text)
			}
		}
	}
	for name, script := range scripts {
		for i, r := range script.runs {
			if !r.checked {
				t.Errorf("%s: no check follows: %s", r.where, r.text)
			}
			known := slices.ContainsFunc(sources, func(s docSource) bool {
				return slices.ContainsFunc(s.lines, func(l docLine) bool { return l.matches(r.text) })
			})
			if !known {
				t.Errorf("%s: no page has this line (run %d of %s): %s", r.where, i+1, name, r.text)
			}
		}
	}
	for key, e := range docElsewhere {
		if !used[key] {
			t.Errorf("docElsewhere: no page has: %s", key)
		}
		if e.test == "" {
			continue
		}
		file, test, _ := strings.Cut(e.test, " ")
		if text, err := os.ReadFile(filepath.Join("../..", file)); err != nil || !strings.Contains(string(text), test) {
			t.Errorf("docElsewhere: %s: %s does not contain %s (%v)", key, file, test, err)
		}
	}
}

// A docSource is a text with command lines that users copy. The script testdata/docs/NAME.txtar
// runs these lines.
type docSource struct {
	name   string
	lines  []docLine
	blocks []docBlock
}

// A docLine is a command line of a page, without its comment. Words in capitals stand for any
// words.
type docLine struct {
	text, where string
	fenced      bool // the line is in a code block, not in a sentence
}

// A docBlock is a config file or an output that a page shows.
type docBlock struct{ language, text, where string }

// docSources returns all texts whose command lines are tested.
func docSources(t *testing.T) []docSource {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("found %d pages, error %v, want at least one page", len(pages), err)
	}
	var sources []docSource
	for _, path := range append([]string{"../../README.md"}, pages...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		own, _, _ := strings.Cut(string(text), "\n## All messages\n") // the list below is generated from the source
		s, err := readPage(filepath.Base(path), own)
		if err != nil {
			t.Error(err)
		}
		s.name = strings.TrimSuffix(filepath.Base(path), ".md")
		sources = append(sources, s)
	}
	sources = append(sources, helpExamples(t))
	return sources
}

var (
	docFence   = regexp.MustCompile("^( *)```(\\w*)$")
	docInline  = regexp.MustCompile("(?s)`([^`]+)`")
	docComment = regexp.MustCompile(`(^|\s+)#(\s.*)?$`)
	docCommand = regexp.MustCompile(`^(?:[A-Z_]+=\S* )*(?:lanyard|aws|go|make|eval|export|mkdir|install|curl|systemctl|launchctl|age-keygen|git|\./lanyard) `)
	docVague   = regexp.MustCompile(`(^|[^$\w%])([A-Z]{2,})($|[^\w=])`)
)

// readPage returns the command lines and blocks of a Markdown page.
func readPage(name, text string) (docSource, error) {
	var (
		s         docSource
		prose     []string
		lines     = strings.Split(text, "\n")
		proseLine = 1
	)
	mentions := func() {
		joined := strings.Join(prose, "\n")
		for _, m := range docInline.FindAllStringSubmatchIndex(joined, -1) {
			code := oneLine(joined[m[2]:m[3]])
			if docCommand.MatchString(code) {
				where := fmt.Sprintf("%s:%d", name, proseLine+strings.Count(joined[:m[2]], "\n"))
				s.lines = append(s.lines, docLine{text: code, where: where})
			}
		}
		prose = nil
	}
	for i := 0; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "    ") && (i == 0 || lines[i-1] == "") {
			return s, fmt.Errorf("%s:%d: begin the block with ```sh for commands, or ```text for output", name, i+1)
		}
		if lines[i] == "" { // the paragraph ends, and so does a mention in it
			mentions()
			proseLine = i + 2
			continue
		}
		fence := docFence.FindStringSubmatch(lines[i])
		if fence == nil {
			prose = append(prose, lines[i])
			continue
		}
		mentions()
		begin := i + 1
		var block []string
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "```"; i++ {
			block = append(block, strings.TrimPrefix(lines[i], fence[1]))
		}
		proseLine = i + 2
		where := fmt.Sprintf("%s:%d", name, begin)
		switch fence[2] {
		case "sh":
			for j := 0; j < len(block); j++ {
				line, at := block[j], begin+1+j
				for strings.HasSuffix(line, `\`) && j+1 < len(block) {
					j++
					line = strings.TrimSuffix(line, `\`) + " " + block[j]
				}
				if line = oneLine(docComment.ReplaceAllString(line, "")); line != "" {
					s.lines = append(s.lines, docLine{text: line, where: fmt.Sprintf("%s:%d", name, at), fenced: true})
				}
			}
		case "", "bash", "console":
			return s, fmt.Errorf("%s: begin the block with ```sh for commands, ```text for output, or the language of the file", where)
		default:
			s.blocks = append(s.blocks, docBlock{language: fence[2], text: strings.Join(block, "\n"), where: where})
		}
	}
	mentions()
	return s, nil
}

// helpExamples returns the examples of the help pages.
func helpExamples(t *testing.T) docSource {
	t.Helper()
	page := ""
	for _, cmd := range commands(t, "lanyard") {
		page += "```sh\n" + cmd.Example + "\n```\n\n"
	}
	s, err := readPage("help", page)
	if err != nil {
		t.Fatal(err)
	}
	s.name = "help"
	return s
}

// oneLine returns the text with each run of white space replaced by one blank.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// matches reports whether a script tests this line by running the line run.
func (l docLine) matches(run string) bool {
	if !docVague.MatchString(l.text) { // a sentence may name a command without its arguments
		return l.text == run || !l.fenced && strings.HasPrefix(run, l.text+" ")
	}
	pattern := regexp.QuoteMeta(l.text)
	for range 2 { // the second round matches words that share a blank with other words
		pattern = docVague.ReplaceAllString(pattern, `$1\S.*$3`)
	}
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(run)
}

// A docScript is a script of testdata/docs.
type docScript struct {
	path    string
	archive *txtar.Archive
	runs    []docRun
}

// A docRun is a line of a page that a script runs.
type docRun struct {
	text, where string
	checked     bool // a check follows the run
}

var (
	docMoreLine = regexp.MustCompile(`^[+.>] `)
	docRunLine  = regexp.MustCompile(`^\$(\d*) (.*?)(?: (&(?:\w+&)?))?$`)
	docCheck    = regexp.MustCompile(`^(?:\[\S+\] +)?!? *(?:stdout|stderr|grep|cmp|like|exists|count|await|nosecret|leakless) .`)
	docNoCheck  = regexp.MustCompile(`^(?:stdout|stderr) '?(\.|\.[*+])?'?$`) // a pattern that matches any output
)

// readDocScript returns the script of a page. If the page has no script, the result is empty.
func readDocScript(t *testing.T, name string) *docScript {
	t.Helper()
	s := &docScript{path: "testdata/docs/" + name + ".txtar", archive: new(txtar.Archive)}
	data, err := os.ReadFile(s.path)
	if os.IsNotExist(err) {
		return s
	}
	if err != nil {
		t.Fatal(err)
	}
	s.archive = txtar.Parse(data)
	first := 0 // the first run of the current shell
	for i, line := range strings.Split(string(s.archive.Comment), "\n") {
		run := docRun{where: fmt.Sprintf("%s:%d", s.path, i+1)}
		if m := docRunLine.FindStringSubmatch(line); m != nil {
			first, run.text = len(s.runs), oneLine(m[2])
			s.runs = append(s.runs, run)
		} else if strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "> ") {
			run.text = oneLine(line[2:])
			s.runs = append(s.runs, run)
		} else if docCheck.MatchString(line) && !docNoCheck.MatchString(line) {
			for j := first; j < len(s.runs); j++ {
				s.runs[j].checked = true
			}
		}
	}
	return s
}

// holds reports whether the script has a file with these lines, and marks the file as used. In
// the file, *** stands for any text, as in the verb like.
func (s *docScript) holds(block string) bool {
	want := strings.Split(block, "\n")
	for _, f := range s.archive.Files {
		used := strings.HasPrefix(f.Name, "home/")
		for line := range strings.Lines(string(s.archive.Comment)) {
			words := strings.Fields(strings.ReplaceAll(line, "$WORK/", ""))
			used = used || !strings.HasPrefix(line, "#") && slices.Contains(words, f.Name)
		}
		lines := strings.Split(string(f.Data), "\n")
		for i := 0; used && i+len(want) <= len(lines); i++ {
			if slices.EqualFunc(lines[i:i+len(want)], want, likeLine) {
				return true
			}
		}
	}
	return false
}

// likeLine reports whether a line of a file for the verb like matches a line of a page.
func likeLine(pattern, line string) bool {
	pattern = regexp.QuoteMeta(pattern)
	for _, variable := range []string{`\*\*\*`, `\$HOME`, `\$URL`, `\$WORK`} {
		pattern = strings.ReplaceAll(pattern, variable, `.*`)
	}
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(line)
}

// testscript returns the script in the language of testscript. It moves the lines of each shell
// to a file. Line numbers do not change.
func (s *docScript) testscript() []byte {
	a := *s.archive
	lines := strings.Split(string(a.Comment), "\n")
	terminal, replace := "", strings.NewReplacer()
	for i := 0; i < len(lines); i++ {
		if file, ok := strings.CutPrefix(lines[i], "answers "); ok {
			terminal, lines[i] = "typed "+file+" ", ""
			continue
		}
		if words := strings.Fields(lines[i]); len(words) == 3 && words[0] == "replace" {
			replace, lines[i] = strings.NewReplacer(words[1], words[2]), ""
			continue
		}
		m := docRunLine.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		verb, commands, background := "exec ", m[2]+"\n", m[3]
		if m[1] != "" {
			verb = "exits " + m[1] + " "
		}
		if background != "" {
			commands = "exec " + commands // exec, so that a signal reaches the program
		}
		at := i
		typed := ""
		for ; i+1 < len(lines) && docMoreLine.MatchString(lines[i+1]); i++ {
			if line := lines[i+1][2:] + "\n"; lines[i+1][0] == '>' {
				typed += line
			} else {
				commands += line
			}
			lines[i+1] = ""
		}
		if typed != "" {
			commands = strings.TrimSuffix(commands, "\n") + " <<'TYPED'\n" + typed + "TYPED\n"
		}
		file := fmt.Sprintf(".line%d.sh", at+1)
		a.Files = append(slices.Clip(a.Files), txtar.File{Name: file, Data: []byte(replace.Replace(commands))})
		lines[at] = verb + terminal + "sh -e $WORK/" + file + " " + background
		terminal = ""
	}
	a.Comment = []byte(strings.Join(lines, "\n"))
	return txtar.Format(&a)
}

// An elsewhere says why no script in testdata/docs runs a line or has a block. It also names the
// test that covers the line or block.
type elsewhere struct {
	reason string
	test   string // a file and a text in it; "" if no test can cover it
}

// docElsewhere lists the lines and blocks that no script in testdata/docs runs or has. A key is a
// line, the beginning of a line followed by "…", or a page and the language of its blocks.
var docElsewhere = map[string]elsewhere{
	"make docs":                   {"the test writes the same site", "scripts/docs/site_test.go TestSite"},
	"make man":                    {"the test writes the same pages", "scripts/docs/manual_test.go TestPages"},
	"make test":                   {"this test is a part of it", ""},
	"make test-windows":           {"it takes minutes and needs wine", "scripts/runtests/windows.go runWindows"},
	"NO_INSTALL=1 make test":      {"this test is a part of it", "scripts/setup NO_INSTALL"},
	"scripts/image …":             {"it needs docker", "scripts/image docker"},
	"docker run --rm --publish …": {"it needs docker", "Dockerfile ENTRYPOINT"},
	"lanyard emulator --expose --listen 0.0.0.0:8080": {"the test uses a free port", "internal/cli/testdata/script/emulator-exposed.txtar lanyard emulator --expose --listen 0.0.0.0:0"},
	"emulator-ci yaml":       {"it needs GitHub", ""},
	"emulator-clients shell": {"another test runs the blocks", "scripts/clients/main_test.go TestRecipes"},
	"make clients":           {"another test runs the clients that are installed", "scripts/clients/main_test.go TestRecipes"},
	"make clients …":         {"another test runs the clients that are installed", "scripts/clients/main_test.go TestRecipes"},
	"lanyard emulator run --proxy --auto-approve jane -- sh recipe.sh": {"another test runs the recipes", "scripts/clients/main_test.go TestRecipes"},
	"moto_server -p 5000 &": {"it needs moto", "interop/forward_test.go TestForwardToMoto"},
	"make release-check":    {"it takes minutes", "Makefile go run ./scripts/releasecheck"},
	"make packages":         {"it takes minutes; make release-check builds the same files", "scripts/releasecheck/build.go --snapshot"},
	"sudo apt …":            {"it needs root; make release-check installs and removes the deb", "scripts/releasecheck/roots.go dpkg --install"},
	"man -M …":              {"make release-check prints the installed pages", "packaging/try man lanyard"},
	"xattr …":               {"it needs macOS", ""},
	"cosign …":              {"it needs a release", ""},
	"gh attestation …":      {"it needs a release", ""},
	"git switch …":          {"it needs a release", ""},
	"go run github.com/goreleaser/goreleaser/v2@v2.16.0 …":   {"it takes minutes; make release-check builds twice", "scripts/releasecheck/build.go --skip=publish,sign,announce"},
	"go install github.com/lanyard-cli/lanyard/…":            {"it needs the network", ""},
	"lanyard emulator run --forward http://127.0.0.1:5000 …": {"it needs moto", "interop/forward_test.go TestForwardToMoto"},
	"git clone https://github.com/lanyard-cli/lanyard":       {"it needs the network", ""},
	"cd lanyard":                          {"the script has its own folder", ""},
	"make storm":                          {"it takes minutes", "internal/stormtest/scenes_unix_test.go scenes"},
	"make fuzz":                           {"it takes minutes", ""},
	"go version":                          {"it is Go's own command", ""},
	"go vet":                              {"make check runs it", "Makefile go vet ./..."},
	"make lint":                           {"make test runs it", "Makefile MAKE) --no-print-directory lint"},
	"go test …":                           {"it would run this test", ""},
	"make equal …":                        {"it takes minutes; make test compares a sample", "Makefile ./internal/engine/equal"},
	"make tables …":                       {"it needs models and writes into the source", "internal/engine/gen/main_test.go TestGenerateAgain"},
	"go get -u":                           {"the page forbids it", ""},
	"go get …":                            {"it needs the network; the test does the same in another module", "emulator/emulatortest/outside_test.go docs/emulator.md"},
	`eval "$(lanyard completion …`:        {"it needs bash or zsh", "internal/cli/complete_unix_test.go lanyard completion bash"},
	"lanyard completion …":                {"it needs the shells", "internal/cli/complete_unix_test.go lanyard completion fish | source"},
	"eval (lanyard completion elvish …":   {"it needs elvish", "internal/cli/complete_unix_test.go lanyard completion elvish | slurp"},
	"lanyard hello PROFILE":               {"the test adds this command", "internal/cli/addcommand_test.go TestCommandOfDocsWorks"},
	"lanyard store migrate --to keychain": {"it needs a Secret Service", "internal/cli/testdata/keychain/store-keychain.txtar lanyard store migrate --to keychain --yes"},
	"lanyard store migrate --to keychain --dry-run":                          {"it needs a Secret Service", "internal/cli/testdata/keychain/store-keychain.txtar lanyard store migrate --to keychain --yes"},
	"lanyard alias print --shell …":                                          {"other shells; the lines are evaluated in the shells of this machine", "internal/cmd/shimcmd/alias_test.go TestAliasLinesInShells"},
	"lanyard emulator env --url http://127.0.0.1:8080 --shell fish | source": {"it needs fish", "internal/cli/testdata/script/emulator-env.txtar fish"},
	"lanyard env dev-admin --format fish | source":                           {"it needs fish", "internal/cli/testdata/script/env.txtar lanyard env dev-admin --format fish | source"},
	`eval "$(lanyard init …`:                                                 {"sh has no start-up file", "internal/cli/testdata/script/use.txtar lanyard init bash"},
	"lanyard init fish | source":                                             {"it needs fish", "internal/cli/shells_unix_test.go lanyard init fish"},
	"eval (lanyard init elvish | slurp)":                                     {"it needs elvish", "internal/cli/shells_unix_test.go lanyard init elvish"},
	"execx($(lanyard init xonsh))":                                           {"it needs xonsh", "internal/cli/shells_unix_test.go lanyard init xonsh"},
	"Invoke-Expression …":                                                    {"it needs PowerShell", ""},
	"use …":                                                                  {"the function is tested in each shell", "internal/cli/testdata/script/use.txtar use --keys"},
	"use":                                                                    {"it asks on the terminal", "internal/cli/shells_unix_test.go TestUseOnTerminal"},
	`PS1='\w …`:                                                              {"it is bash's", "internal/cli/shells_unix_test.go TestPromptBlocks"},
	"shells zsh":                                                             {"the test runs the block in zsh", "internal/cli/shells_unix_test.go TestPromptBlocks"},
	"shells fish":                                                            {"the test runs the block in fish", "internal/cli/shells_unix_test.go TestPromptBlocks"},
	"shells p10k":                                                            {"powerlevel10k is not installed; the test runs the block in zsh", "internal/cli/shells_unix_test.go TestPromptBlocks"},
	"shells toml":                                                            {"starship is not installed", ""},
	"lanyard emulator --listen 127.0.0.1:8080":                               {"it runs until it is interrupted", "internal/cli/testdata/script/emulator-serves-an-organization-file.txtar lanyard emulator"},
	"lanyard emulator --org org.yaml":                                        {"it runs until it is interrupted", "internal/cli/testdata/script/emulator-serves-an-organization-file.txtar lanyard emulator --org"},
	"lanyard serve imds dev-admin":                                           {"it runs until it is interrupted", "internal/cli/testdata/script/serve-imds.txtar lanyard serve imds"},
	"lanyard serve imds dev-admin --port 9912 --v1":                          {"it runs until it is interrupted", "internal/cli/testdata/script/serve-imds.txtar lanyard serve imds other --v1"},
	"lanyard serve relay …":                                                  {"it runs until it is interrupted", "internal/cli/testdata/script/serve-relay.txtar lanyard serve relay"},
	"go doc …":                                                               {"it prints the doc comments", ""},
	"systemctl --user enable …":                                              {"it needs the user's systemd; the unit itself is verified", "internal/cli/testdata/script/agent-unit.txtar systemd-analyze verify"},
	"launchctl bootstrap …":                                                  {"macOS; the property list itself is read", "internal/cli/testdata/script/agent-unit.txtar plistlib"},
	`H="Authorization: …`:                                                    {"variables of the lines below", "emulator/manual_test.go TestCurlLinesOfTheManual"},
	`curl -sSf -H "$H" …`:                                                    {"each line and its effect is tested with the emulator", "emulator/manual_test.go TestCurlLinesOfTheManual"},
	"architecture go":                                                        {"the command is built into the program", "internal/cli/addcommand_test.go TestCommandOfDocsWorks"},
	"go mod tidy":                                                            {"it belongs to the module of the user's program", ""},
	"library go":                                                             {"the program is built and run", "provider/docs_test.go TestProgramOfDocs"},
	"architecture txtar":                                                     {"the script is run with that program", "internal/cli/addcommand_test.go TestCommandOfDocsWorks"},
	"emulator go":                                                            {"the example is compiled and run in another module", "emulator/emulatortest/outside_test.go docs/emulator.md"},
	"engine go":                                                              {"a sketch of calls that the tests of the packages make", ""},
}

// elsewhereKey returns the key of docElsewhere for a line, or "".
func elsewhereKey(line string) string {
	if docElsewhere[line] != (elsewhere{}) {
		return line
	}
	for key := range docElsewhere {
		if begin, ok := strings.CutSuffix(key, "…"); ok && strings.HasPrefix(line, begin) {
			return key
		}
	}
	return ""
}

// TestReadPage checks that readPage finds command lines in all forms.
func TestReadPage(t *testing.T) {
	page := "Run `lanyard\nstatus` or `status`.\n\n```sh\nlanyard sso login \\\n  --all   # every one\n# a comment\neval \"$(lanyard x)\"\n```\n\n```ini\n[default]\n```\n"
	got, err := readPage("p.md", page)
	want := docSource{
		lines: []docLine{
			{"lanyard status", "p.md:1", false},
			{"lanyard sso login --all", "p.md:5", true},
			{`eval "$(lanyard x)"`, "p.md:8", true},
		},
		blocks: []docBlock{{"ini", "[default]", "p.md:11"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(docSource{}, docLine{}, docBlock{})); diff != "" || err != nil {
		t.Errorf("readPage: error %v (-want +got)\n%s", err, diff)
	}
	for _, page := range []string{"    lanyard status\n", "```\nlanyard status\n```\n", "```console\n$ lanyard status\n```\n"} {
		if _, err := readPage("p.md", page); err == nil {
			t.Errorf("readPage accepts %q, want an error", page)
		}
	}
	line := docLine{text: "lanyard SERVICE help"}
	if !line.matches("lanyard ec2 help") || line.matches("lanyard help") || line.matches("lanyard ec2 helps") {
		t.Error("lanyard SERVICE help matches the wrong lines")
	}
}
