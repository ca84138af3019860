//go:build unix

package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A guideTest runs the command lines of the guide in testdata/guide.md, with this program linked
// as aws.
type guideTest struct {
	*terminal
	block string   // the block that the test is running
	left  []string // lines that the test does not run
}

// TestEveryBlockOfTheGuide runs every block of the guide. If the guide has a line that the test
// does not know, the test fails.
func TestEveryBlockOfTheGuide(t *testing.T) {
	text, err := os.ReadFile("testdata/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 11 {
		t.Fatalf("the guide has %d blocks, want 11", len(blocks))
	}
	g := &guideTest{terminal: sit(t, terminalOptions{program: "aws", org: func(c *emulator.Config) {
		c.StartURL = "https://your-domain.awsapps.com/start"
	}}, "--version")}
	for _, b := range blocks {
		g.block = b[0]
		switch b[1] {
		case "bash":
			for line := range strings.Lines(b[2]) {
				g.line(strings.TrimSuffix(line, "\n"))
			}
		case "ini":
			g.ini(b[2])
		case "text":
			g.error(b[2])
		default:
			t.Errorf("the test does not know this kind of block\n%s", b[0])
		}
	}
	t.Logf("not executed:\n%s", strings.Join(g.left, "\n"))
}

// line runs one line of a shell.
func (g *guideTest) line(line string) {
	g.t.Helper()
	switch {
	case line == "":
	case strings.HasPrefix(line, "#"):
		g.left = append(g.left, line+": a comment")
	case line == "brew install awscli":
		g.left = append(g.left, line+": Homebrew is on macOS, and installs from the network")
	case line == "aws --version":
		g.expect("aws-cli/") // the terminal first ran "aws --version"
		g.exits(0)
	case line == "aws configure sso":
		g.wizard()
	case strings.HasPrefix(line, "aws sso login"):
		g.login(line)
	case line == "aws sts get-caller-identity --profile profile-name":
		g.prints(line, `"Account": "111122223333"`)
	case line == "aws s3 ls --profile account1-admin":
		g.prints(line, "account1-backups")
	case line == "aws ec2 describe-instances --profile account2-developer":
		g.prints(line, `"InstanceId": "i-0a1b2c3d4e5f60718"`)
	default:
		g.t.Errorf("the test does not know the line %q of\n%s", line, g.block)
	}
}

// wizard answers the questions of the wizard. The guide names four of these questions.
func (g *guideTest) wizard() {
	g.t.Helper()
	g.start(terminalOptions{program: "aws"}, "configure", "sso")
	g.answer("SSO session name (Recommended): ", "my-sso\r")
	g.answer("SSO start URL [None]: ", "https://your-domain.awsapps.com/start\r")
	g.answer("SSO region [None]: ", "us-east-1\r")
	g.answer("SSO registration scopes [sso:account:access]: ", "\r")
	g.signIn("jane")
	g.answer("> account1", "\r")
	g.answer("> AdministratorAccess", "\r")
	g.answer("Default client Region [None]: ", "us-east-1\r")
	g.answer("CLI default output format (json if not specified) [None]: ", "json\r")
	g.answer("Profile name [AdministratorAccess-111122223333]: ", "profile-name\r")
	g.expect("aws sts get-caller-identity --profile profile-name")
	g.answer(more, "\r")
	g.exits(0)
}

// login runs a line that signs in, and signs in as a user in the browser.
func (g *guideTest) login(line string) {
	g.t.Helper()
	g.start(terminalOptions{program: "sh"}, "-c", line)
	g.signIn("jane")
	g.expect("Successfully logged into Start URL: https://your-domain.awsapps.com/start")
	g.exits(0)
}

// run runs a line without a terminal.
func (g *guideTest) run(line string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	cmd := exec.Command("sh", "-c", line)
	cmd.Env, cmd.Stdout, cmd.Stderr = g.environ(), &out, &errs
	_ = cmd.Run() // ProcessState has the exit code
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func (g *guideTest) prints(line, want string) {
	g.t.Helper()
	stdout, stderr, code := g.run(line)
	if code != 0 || !strings.Contains(stdout, want) {
		g.t.Errorf("%s: exit code %d, want 0 and %q\n%s%s", line, code, want, stdout, stderr)
	}
}

// ini adds the block to the config and checks the effect.
func (g *guideTest) ini(block string) {
	g.t.Helper()
	f, err := os.OpenFile(g.path("config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		g.t.Fatal(err)
	}
	if _, err := f.WriteString("\n" + block); err != nil {
		g.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		g.t.Fatal(err)
	}
	switch {
	case strings.Contains(block, "sso_auto_refresh"):
		g.prints("aws configure get sso_refresh_window --profile your-profile-name", "43200  # 12 hours in seconds")
		// The guide recommends to set a default profile in the shell.
		g.prints("export AWS_PROFILE=your-profile-name; aws configure get sso_auto_refresh", "true")
	case strings.Contains(block, "credential_process"):
		// The guide's profile has no SSO settings. The error names the missing settings.
		_, stderr, code := g.run("aws sso get-credentials --profile sso-profile")
		if code != 253 || !strings.Contains(stderr, "sso_account_id") {
			g.t.Errorf("exit code %d, want 253 and sso_account_id\n%s", code, stderr)
		}
		g.line("aws sso login --profile profile-name")
		for _, kv := range []string{"sso_session my-sso", "sso_account_id 111122223333", "sso_role_name AdministratorAccess"} {
			g.prints("aws configure set "+kv+" --profile sso-profile", "")
		}
		g.prints("aws sso get-credentials --profile sso-profile", `"Version": 1`)
	default:
		for _, name := range []string{"account1-admin", "account2-developer"} {
			g.prints("aws sts get-caller-identity --profile "+name, `"Account"`)
		}
	}
}

// error compares the message for a session that has ended with the guide.
func (g *guideTest) error(message string) {
	g.t.Helper()
	g.srv.RevokeSessions("jane")
	if err := os.RemoveAll(g.path("cli")); err != nil {
		g.t.Fatal(err)
	}
	_, stderr, code := g.run("aws sts get-caller-identity --profile account1-admin")
	if code != 255 || !strings.Contains(stderr, strings.TrimSpace(message)) {
		g.t.Errorf("exit code %d\n%s\nwant\n%s", code, stderr, message)
	}
}
