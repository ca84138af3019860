package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/cmd/containercmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/servicecmd"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestEveryCommandHasHelp(t *testing.T) {
	const maxShort = 54 // the room beside the longest name of a subcommand in 80 columns
	for _, cmd := range commands(t, "lanyard") {
		name := cmd.CommandPath()
		if n := len(cmd.Short); n == 0 || n > maxShort {
			t.Errorf("%s: the short text has %d characters, want 1 to %d: %q", name, n, maxShort, cmd.Short)
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short text ends with a full stop: %q", name, cmd.Short)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.NoOptDefVal == "" && !strings.Contains(f.Usage, "`") {
				t.Errorf("%s: the text of --%s does not name its value in backquotes: %s", name, f.Name, f.Usage)
			}
		})
		if cmd.DisableFlagParsing && cmd.Example == "" {
			continue // for an operation, TestHelpPages looks for the examples on its page
		}
		examples := 0
		for line := range strings.Lines(cmd.Example) {
			if strings.HasPrefix(line, "lanyard ") || strings.HasPrefix(line, `eval "$(lanyard `) {
				examples++
			}
		}
		if examples == 0 {
			t.Errorf("%s: the help has no example", name)
		}
	}
}

// A help page is complete and fits 80 columns. All forms of a help request print the same page.
func TestHelpPages(t *testing.T) {
	for _, cmd := range commands(t, "lanyard") {
		path := strings.Fields(cmd.CommandPath())[1:]
		page := run(t, "lanyard", append([]string{"help"}, path...)...)
		for _, args := range [][]string{append(slices.Clone(path), "--help"), append(slices.Clone(path), "help")} {
			if cmd.Name() == "help" && args[len(args)-1] == "help" {
				continue // "lanyard help help" is the page of the help command
			}
			if (cmd.Name() == "which" || cmd.CommandPath() == "lanyard emulator run") && args[len(args)-1] == "help" {
				continue // the argument is a command
			}
			if got := run(t, "lanyard", args...); got != page {
				t.Errorf("%q prints another page than help %q:\n%s", args, path, got)
			}
		}
		for _, heading := range []string{"USAGE", "EXAMPLES"} {
			if !strings.Contains(page, "\n"+heading+"\n  ") {
				t.Errorf("%q: the page has no %s:\n%s", path, heading, page)
			}
		}
		checkWidth(t, page)
	}
}

func TestTopics(t *testing.T) {
	root := run(t, "lanyard")
	for _, topic := range []string{"config", "environment", "exit-codes", "files", "flags"} {
		page := run(t, "lanyard", "help", topic)
		checkWidth(t, page)
		if strings.Count(page, "\n") < 15 {
			t.Errorf("help %s has fewer than 15 lines:\n%s", topic, page)
		}
		for _, list := range []string{root, run(t, "lanyard", "help", "--help"), run(t, "lanyard", "__complete", "fish", "help", "")} {
			if !regexp.MustCompile(`(?m)^ *` + topic + `\s`).MatchString(list) {
				t.Errorf("the topic %s is not listed:\n%s", topic, list)
			}
		}
	}
	flags := run(t, "lanyard", "help", "flags")
	cmdline.GlobalSet(new(command.Globals)).VisitAll(func(f *pflag.Flag) {
		if !regexp.MustCompile(`(?m)^  --` + f.Name + `( |$)`).MatchString(flags) {
			t.Errorf("help flags lacks --%s", f.Name)
		}
	})
}

// Variables that begin with an underscore are internal. The documentation has all other
// variables.
func TestVariablesAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/environment.md")
	if err != nil {
		t.Fatal(err)
	}
	page := run(t, "lanyard", "help", "environment")
	variable := regexp.MustCompile(`"((?:LANYARD|AWS)_[A-Z_]*[A-Z])"`)
	found := map[string]string{} // from a variable to the file that reads it
	for _, file := range sources(t) {
		if strings.HasPrefix(file, "../cmd/emulatorcmd/") || file == "../cmd/execcmd/variables.go" {
			continue // these packages set and remove variables of other programs
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range variable.FindAllSubmatch(text, -1) {
			found[string(m[1])] = file
		}
	}
	for _, name := range []string{"LANYARD_EMULATOR_URL", "LANYARD_EMULATOR_ADMIN_TOKEN", "LANYARD_PROFILE"} {
		found[name] = "the commands that set it for other programs"
	}
	delete(found, "AWS_VAULT")                         // of aws-vault; doctor only reports it
	delete(found, "AWS_CONTAINER_AUTHORIZATION_TOKEN") // lanyard only removes it from the agent's environment
	if len(found) < 30 {
		t.Fatalf("found %d variables, want at least 30", len(found))
	}
	for name, file := range found {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(page) {
			t.Errorf("help environment lacks %s of %s", name, file)
		}
		if strings.HasPrefix(name, "LANYARD_") && !bytes.Contains(docs, []byte("`"+name+"`")) {
			t.Errorf("docs/environment.md lacks %s of %s", name, file)
		}
	}
}

// "help config" has every setting that package profile reads.
func TestSettingsAreDocumented(t *testing.T) {
	page := run(t, "lanyard", "help", "config")
	setting := regexp.MustCompile(`"((?:sso|cli|aws|use|ignore|max|retry)_[a-z_]+|auto_login|region|output|services|endpoint_url|ca_bundle|role_arn|web_identity_token_file|credential_process|login_session|source_profile|credential_source|external_id|role_session_name|duration_seconds|mfa_serial|mfa_process|source_identity|session_tags|transitive_session_tags|include_profile|web_identity_token_process)"`)
	found := 0
	for _, file := range sources(t) {
		if !strings.HasPrefix(file, "../profile/") && !strings.HasPrefix(file, "../output/") && !strings.HasPrefix(file, "../signin/") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range setting.FindAllSubmatch(text, -1) {
			found++
			if name := string(m[1]); !regexp.MustCompile(`\b` + name + `\b`).MatchString(page) {
				t.Errorf("help config lacks %s of %s", name, file)
			}
		}
	}
	if found < 30 {
		t.Fatalf("found %d settings, want at least 30", found)
	}
}

// sources returns the files of the program's own code.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			files = append(files, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil || len(files) < 200 {
		t.Fatal(len(files), err)
	}
	return files
}

// checkWidth reports lines of a help page that do not fit a terminal.
func checkWidth(t *testing.T, page string) {
	t.Helper()
	for line := range strings.Lines(page) {
		isURL := strings.HasPrefix(line, "  https://") // a URL cannot be broken
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 && !isURL {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

// run runs the program in this process, and returns its stdout.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	app := newApp(name, &out, &errs)
	if code := cli.Run(t.Context(), app, args); code != 0 {
		t.Errorf("%s %q: exit code %d, want 0: %s", name, args, code, &errs)
	}
	return out.String()
}

func newApp(name string, out, errs *bytes.Buffer) *command.App {
	return &command.App{
		Name: name,
		IO:   command.Streams{In: strings.NewReader(""), Out: out, Err: errs},
		Env: command.Env{
			Lookup:  func(name string) (string, bool) { return "/no-home", name == "HOME" },
			Environ: func() []string { return []string{"HOME=/no-home"} },
		},
	}
}

// commands returns the visible commands of the program under a name.
func commands(t *testing.T, name string) []*cobra.Command {
	t.Helper()
	app := newApp(name, new(bytes.Buffer), new(bytes.Buffer))
	app.Begin()
	var all []*cobra.Command
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, sub := range cmd.Commands() {
			if !sub.Hidden {
				walk(sub)
			}
		}
	}
	tree := cli.Tree(app)
	walk(tree)
	for _, service := range []string{"ecr", "ecr-public", "eks"} { // the tree of a command line has only its service
		parent := servicecmd.NewService(app, service)
		parent.AddCommand(containercmd.Commands(app, service)...)
		tree.AddCommand(parent)
		for _, cmd := range parent.Commands() {
			walk(cmd)
			if !slices.Contains(awsnames.Subcommands(service), cmd.Name()) {
				t.Errorf("package awsnames does not have %s %s", service, cmd.Name())
			}
		}
	}
	if len(all) < 30 && name == "lanyard" {
		t.Fatalf("found %d commands, want at least 30", len(all))
	}
	return all
}
