//go:build unix

package cli_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

const mfaConfig = `[profile robin]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY

[profile secure]
role_arn = arn:aws:iam::210987654321:role/Secure
source_profile = robin
mfa_serial = arn:aws:iam::444455556666:mfa/robin
region = us-east-1
`

const mfaDevice = "arn:aws:iam::444455556666:mfa/robin"

// code returns an unused code of robin's device.
func (tm *terminal) code() string {
	tm.t.Helper()
	code, err := tm.srv.MFACode(mfaDevice)
	if err != nil {
		tm.t.Fatal(err)
	}
	return code
}

// TestMFAIsAskedOnTheTerminal types the code on the terminal, although stdin and stdout are
// files. The terminal does not show the code.
func TestMFAIsAskedOnTheTerminal(t *testing.T) {
	t.Parallel()
	tm := sit(t, terminalOptions{program: "sh", config: mfaConfig}, "-c", "lanyard sts get-caller-identity --profile secure </dev/null >$HOME/identity; cat $HOME/identity")
	code := tm.code()
	tm.answer("Enter MFA code for "+mfaDevice+": ", code+"\n")
	tm.expect("assumed-role/Secure/")
	tm.exits(0)
	if strings.Contains(tm.text(), code) {
		t.Errorf("the terminal shows the code %s:\n%s", code, tm.text())
	}
	tm.start(terminalOptions{}, "sts", "get-caller-identity", "--profile", "secure") // from the cache
	tm.expect("assumed-role/Secure/")
	tm.exits(0)
}

// TestWrongMFACode types a wrong code. The next command asks again.
func TestWrongMFACode(t *testing.T) {
	t.Parallel()
	tm := sit(t, terminalOptions{config: mfaConfig}, "sts", "get-caller-identity", "--profile", "secure")
	tm.answer("Enter MFA code for ", "000000\n")
	tm.expect("MultiFactorAuthentication failed with invalid MFA one time pass code.")
	tm.exits(254)
	tm.start(terminalOptions{}, "sts", "get-caller-identity", "--profile", "secure")
	tm.answer("Enter MFA code for ", "\x03")
	tm.exits(130)
	tm.start(terminalOptions{}, "sts", "get-caller-identity", "--profile", "secure")
	tm.answer("Enter MFA code for ", tm.code()+"\n")
	tm.expect("assumed-role/Secure/")
	tm.exits(0)
}

// TestOneMFAQuestionForManyProcesses starts a process that asks, and then processes without a
// terminal. These processes wait for the result of the first process.
func TestOneMFAQuestionForManyProcesses(t *testing.T) {
	t.Parallel()
	tm := sit(t, terminalOptions{config: mfaConfig}, "sts", "get-caller-identity", "--profile", "secure")
	tm.expect("Enter MFA code for ")
	var waiting []*proctest.Process
	for range 20 {
		waiting = append(waiting, proctest.Command{
			Line: []string{"lanyard", "sso", "get-credentials", "--profile", "secure", "--debug"}, Dir: tm.home, Env: tm.environ(),
		}.Start(t))
	}
	for _, p := range waiting {
		proctest.Eventually(t, "the start of a process", func() bool { return strings.Contains(p.Stderr.String(), "msg=profile") })
	}
	tm.send(tm.code() + "\n")
	tm.exits(0)
	for i, p := range waiting {
		if r := p.Wait(t); r.Code != 0 || !strings.Contains(r.Stdout, `"AccessKeyId"`) {
			t.Errorf("process %d: exit code %d, want 0 and credentials: %s", i, r.Code, r.Stderr)
		}
	}
	if n := tm.srv.Count("AssumeRole"); n != 1 {
		t.Errorf("%d calls of AssumeRole, want 1", n)
	}
}
