package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

func programChecks() []Check {
	return []Check{
		{"processes", "credential programs", "the program of each credential_process can be found, and an aws in it is Lanyard", checkProcesses},
		{"path", "PATH", "PATH finds lanyard, and the aws link of lanyard shim leads to a program; the AWS CLI is behind it", checkPath},
		{"aws-cli", "AWS CLI", "the version of the AWS CLI has no defect that concerns this setup", checkAWS},
	}
}

// programOf returns the program of a command line. It returns "" if the line is incomplete, or begins
// with a variable, which may be a secret.
func programOf(line string) string {
	program := firstWord(line)
	if strings.Contains(program, "=") {
		return ""
	}
	return program
}

func firstWord(line string) string {
	if runtime.GOOS == "windows" {
		if words, ok := shell.SplitWindows(line); ok && len(words) > 0 {
			return words[0]
		}
		return ""
	}
	words, err := shell.Split(line)
	if err != nil || len(words) == 0 {
		return ""
	}
	return words[0]
}

// find returns the path of a program that a command line names, or "".
func (p *Patient) find(program string) string {
	if filepath.Base(program) != program {
		if self.IsProgram(program) {
			return program
		}
		return ""
	}
	for _, dir := range filepath.SplitList(p.env("PATH")) {
		for _, name := range []string{program, program + ".exe"} {
			if path := filepath.Join(dir, name); filepath.IsAbs(dir) && self.IsProgram(path) {
				return path
			}
		}
	}
	return ""
}

// checkProcesses looks for the programs of all credential_process settings.
func checkProcesses(_ context.Context, p *Patient) []Finding {
	lines, err := profile.Values(p.W.In, "credential_process")
	if err != nil {
		return []Finding{notChecked("the config cannot be read")}
	}
	if len(lines) == 0 {
		return []Finding{ok("no profile has a credential_process")}
	}
	var found []Finding
	programs, absent := map[string]bool{}, map[string][]string{}
	for _, v := range lines {
		program := programOf(v.Value)
		programs[program] = true
		path := p.find(program)
		if path == "" {
			absent[program] = append(absent[program], v.Profile)
			continue
		}
		if own, is := profile.ParseProcess(v.Value); is && strings.TrimSuffix(filepath.Base(program), ".exe") == "aws" && !self.Is(path) {
			found = append(found, p.processOfAWS(v, own))
		}
	}
	for _, program := range sortedNames(absent) {
		found = append(found, problem("the credential_process of %s runs %s, which was not found", output.Summary(absent[program]), nonEmpty(program)).
			fix("install %s, or write its full path into the config", nonEmpty(program)))
	}
	if len(found) > 0 {
		return found
	}
	return []Finding{ok("%s", strings.Join(sortedKeys(programs), ", "))}
}

func nonEmpty(program string) string {
	if program == "" {
		return "a line without a program"
	}
	return program
}

func sortedNames(of map[string][]string) (names []string) {
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// processOfAWS returns the problem of a profile whose credential_process is a command of Lanyard under
// the name aws, although aws is the AWS CLI. The AWS CLI has no command "sso get-credentials".
func (p *Patient) processOfAWS(v profile.Value, own profile.OwnProcess) Finding {
	own.Program = "lanyard"
	if p.find("lanyard") == "" {
		if path, err := os.Executable(); err == nil {
			own.Program = path
		}
	}
	change := awsconfig.Change{Kind: awsconfig.Profile, Name: v.Profile, Key: "credential_process", Value: own.Line()}
	credentials := false
	if s, _, err := p.W.In.Config.Find(awsconfig.Profile, v.Profile); err != nil || s == nil {
		credentials = true
	} else if _, has := s.Get("credential_process"); !has {
		credentials = true
	}
	return problem("the credential_process of %s runs aws sso get-credentials, but the aws on PATH is the AWS CLI, which has no such command", v.Profile).
		fix("write lanyard instead of aws, or install the link\nrun: lanyard shim install ~/.local/bin").
		by(fmt.Sprintf("run lanyard in the credential_process of the profile %s", v.Profile), func(ctx context.Context) error {
			_, err := p.W.Edit(ctx, credentials, "doctor --fix", change)
			return err
		})
}

// checkPath looks for lanyard and aws on PATH.
func checkPath(_ context.Context, p *Patient) []Finding {
	var found []Finding
	mine, err := os.Executable()
	if err != nil {
		return []Finding{notChecked("%v", err)}
	}
	path := p.find("lanyard")
	switch {
	case path == "":
		found = append(found, warning("lanyard is not on PATH, so other programs do not find it; this is %s", mine).
			fix("%s", p.pathHint(filepath.Dir(mine))))
	case !sameProgram(path, mine):
		found = append(found, warning("lanyard on PATH is %s, but this is %s", path, mine).fix("remove one of the two, or change the order of PATH"))
	}
	for _, dir := range filepath.SplitList(p.env("PATH")) {
		for _, name := range child.AWSPrograms(runtime.GOOS) {
			link := filepath.Join(dir, name)
			target, err := os.Readlink(link)
			if _, gone := os.Stat(link); err == nil && gone != nil && strings.TrimSuffix(filepath.Base(target), ".exe") == "lanyard" {
				found = append(found, problem("the link %s leads to %s, which does not exist", link, target).fix("run: lanyard shim install %s", command.Quote(dir)))
			}
		}
	}
	first, cli := p.firstAWS(), p.awsCLI()
	switch {
	case len(found) > 0:
		return found
	case first == "":
		return []Finding{ok("lanyard is %s; there is no aws", path)}
	case self.Is(first) && cli == "":
		return []Finding{ok("aws is lanyard (%s); commands that are not built in need the AWS CLI", first)}
	case self.Is(first):
		return []Finding{ok("aws is lanyard (%s), and hands other commands off to %s", first, cli)}
	}
	return []Finding{ok("lanyard is %s; aws is the AWS CLI (%s)", path, first)}
}

// sameProgram reports whether two paths lead to the same program or to copies of it.
func sameProgram(a, b string) bool {
	ia, errA := os.Stat(a)
	ib, errB := os.Stat(b)
	return errA == nil && errB == nil && (os.SameFile(ia, ib) || ia.Size() == ib.Size() && self.SameBytes(a, b))
}

// pathHint returns how to put a folder on PATH.
func (p *Patient) pathHint(dir string) string {
	name := shell.OfUser(p.W.App.Env.Lookup)
	line, file := shell.PathLine(name, dir)
	return fmt.Sprintf("add this line to %s and start a new shell\nline: %s", file, line)
}

// firstAWS returns the path of the program that a shell runs as aws, or "".
func (p *Patient) firstAWS() string {
	for _, dir := range filepath.SplitList(p.env("PATH")) {
		for _, name := range child.AWSPrograms(runtime.GOOS) {
			if path := filepath.Join(dir, name); filepath.IsAbs(dir) && self.IsProgram(path) {
				return path
			}
		}
	}
	return ""
}

// awsCLI returns the path of the AWS CLI, or "".
func (p *Patient) awsCLI() string { return p.slow.aws.path }

// findAWS looks for the AWS CLI.
func (p *Patient) findAWS() string {
	path, err := child.FindAWS(p.W.App)
	if err != nil {
		return ""
	}
	return path
}

// An awsVersion is the output of "aws --version".
type awsVersion struct {
	path, text string
	err        error
}

// versionOf returns the function that runs "PROGRAM --version" with the environment of the App.
func versionOf(app *command.App) func(context.Context, string) (string, error) {
	return func(ctx context.Context, program string) (string, error) {
		cmd := exec.CommandContext(ctx, program, "--version")
		cmd.Env = app.Env.Environ()
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out // version 1 prints to stderr with old Pythons
		cmd.WaitDelay = Limit / 10
		err := cmd.Run()
		if ctx.Err() != nil {
			err = ctx.Err() // Run reports the signal that ended the program
		}
		return strings.TrimSpace(out.String()), err
	}
}

// A version is the number of a release, such as 2.36.7.
type version [3]int

func (v version) before(w version) bool { return slices.Compare(v[:], w[:]) < 0 }

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// parseVersion reads the output of "aws --version".
func parseVersion(text string) (v version, ok bool) {
	m := regexp.MustCompile(`^aws-cli/(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b`).FindStringSubmatch(text)
	if m == nil {
		return v, false
	}
	for i := range v {
		v[i], _ = strconv.Atoi(m[i+1]) // at most four digits
	}
	return v, true
}

// A defect is a known defect of some releases of the AWS CLI.
type defect struct {
	from, until version // until is the first release without the defect
	text        string
	source      string
	concerns    func(p *Patient) bool // whether the defect concerns the setup
	verdict     Verdict
}

// versions describes the releases with the defect.
func (d defect) versions() string {
	if d.from == (version{}) {
		return "before " + d.until.String()
	}
	return d.from.String() + " to before " + d.until.String()
}

// link returns the source in Markdown.
func (d defect) link() string {
	if strings.HasPrefix(d.source, "https:") {
		return "<" + d.source + ">"
	}
	return d.source
}

// defects lists the known defects. docs/doctor.md has the same list.
func defects() []defect {
	always := func(*Patient) bool { return true }
	return []defect{
		{version{}, version{2}, "it cannot sign in to IAM Identity Center", "https://docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html", func(p *Patient) bool { return len(p.sessions) > 0 }, Problem},
		{version{2}, version{2, 22}, "it signs in only with a device code, and not with the browser (PKCE)", "AWS CLI changelog, 2.22.0", always, Warning},
		{version{2}, version{2, 32}, "it does not know login_session (aws login), which a profile has", "AWS CLI changelog, 2.32.0", func(p *Patient) bool { return p.hasSetting("login_session") }, Problem},
		{version{2}, version{2, 35, 13}, "it cannot sign in with the start URL of a company's own domain", "AWS CLI changelog, 2.35.13", func(p *Patient) bool { return p.anySession(ownDomain) }, Problem},
		{version{2, 35, 13}, version{2, 36, 4}, "it rejects start URLs outside the commercial regions", "https://github.com/aws/aws-cli/issues/10464", func(p *Patient) bool { return p.anySession(otherPartition) }, Problem},
		{version{2}, version{2, 36, 6}, "it does not verify certificates if the CA bundle is set but empty", "AWS CLI changelog, 2.36.6", (*Patient).emptyBundle, Problem},
	}
}

// hasSetting reports whether a profile has a setting.
func (p *Patient) hasSetting(key string) bool {
	values, err := profile.Values(p.W.In, key)
	return err == nil && len(values) > 0
}

// anySession reports whether a session fulfils a condition.
func (p *Patient) anySession(is func(profile.Session) bool) bool {
	return slices.ContainsFunc(p.sessions, func(u profile.SessionUse) bool { return is(u.Session) })
}

// ownDomain reports whether the start URL of a session is in a company's own domain.
func ownDomain(s profile.Session) bool {
	host := profile.StartURLHost(s.StartURL)
	return host != "" && strings.HasPrefix(s.StartURL, "https:") && !profile.AWSOwned(host)
}

// otherPartition reports whether a session is outside the commercial regions.
func otherPartition(s profile.Session) bool {
	return !slices.Contains(profile.PartitionRegions(""), s.Region) && slices.Contains(profile.Regions(), s.Region)
}

// emptyBundle reports whether a setting names an empty CA bundle.
func (p *Patient) emptyBundle() bool {
	for _, name := range []string{"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"} {
		if p.isSet(name) && p.env(name) == "" {
			return true
		}
	}
	return false
}

// checkAWS compares the version of the AWS CLI with the known defects.
func checkAWS(_ context.Context, p *Patient) []Finding {
	p.slow.wait.Wait()
	aws := p.slow.aws
	if aws.path == "" {
		return []Finding{ok("not installed; lanyard needs it only for commands that are not built in")}
	}
	v, known := parseVersion(aws.text)
	switch {
	case errors.Is(aws.err, context.DeadlineExceeded), errors.Is(aws.err, context.Canceled):
		return []Finding{notChecked("%s --version took too long", aws.path)}
	case !known && aws.err != nil:
		return []Finding{problem("%s --version failed: %v", aws.path, aws.err).fix("install the AWS CLI again")}
	case !known:
		return []Finding{notChecked("%s --version printed no version", aws.path)}
	}
	var found []Finding
	for _, d := range defects() {
		if v.before(d.until) && !v.before(d.from) && d.concerns(p) {
			found = append(found, Finding{Verdict: d.verdict, Text: fmt.Sprintf("AWS CLI %s: %s (%s)", v, d.text, d.source)}.
				fix("update the AWS CLI to version %s or later", d.until))
		}
	}
	if len(found) > 0 {
		return found
	}
	return []Finding{ok("%s (%s)", v, aws.path)}
}
