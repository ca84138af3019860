//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

const (
	startURL  = "https://d-1234567890.awsapps.com/start"
	corpBlock = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`
	adminBlock = `[profile AdministratorAccess-111122223333]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = eu-west-1
`
)

const more = "Add another profile? [y/N] "

// newSession answers the questions before the sign-in.
func (tm *terminal) newSession() {
	tm.t.Helper()
	tm.answer("SSO session name (Recommended): ", "corp\r")
	tm.answer("SSO start URL [None]: ", startURL+"\r")
	tm.answer("SSO region [None]: ", "us-east-1\r")
	tm.answer("SSO registration scopes [sso:account:access]: ", "\r")
	tm.signIn("jane")
}

func TestWizardCreatesSessionAndProfile(t *testing.T) {
	for _, s := range []terminalOptions{{}, {cols: 80, rows: 24}, {cols: 200, rows: 50}} {
		t.Run(fmt.Sprintf("%dx%d", s.cols, s.rows), func(t *testing.T) {
			tm := sit(t, s, "configure", "sso")
			tm.newSession()
			tm.expect("There are 6 AWS accounts available to you.\n")
			tm.answer("> account1, account1@example.com (111122223333)", "\r")
			tm.expect("Using the account ID 111122223333\n")
			tm.expect("There are 2 roles available to you.\n")
			tm.answer("> AdministratorAccess", "\r")
			tm.expect("Using the role name \"AdministratorAccess\"\n")
			tm.answer("Default client Region [None]: ", "eu-west-1\r")
			tm.answer("CLI default output format (json if not specified) [None]: ", "\r")
			tm.answer("Profile name [AdministratorAccess-111122223333]: ", "\r")
			tm.expect("[profile AdministratorAccess-111122223333]")
			tm.expect("To use this profile, specify the profile name using --profile, as shown:\n\n" +
				"lanyard sts get-caller-identity --profile AdministratorAccess-111122223333\n")
			tm.answer(more, "\r")
			tm.exits(0)
			tm.config(adminBlock + corpBlock)
		})
	}
}

func TestWizardInANarrowTerminal(t *testing.T) {
	for _, s := range []terminalOptions{{cols: 30, rows: 8}, {cols: 20, rows: 4}, {cols: 12, rows: 3}} {
		t.Run(fmt.Sprintf("%dx%d", s.cols, s.rows), func(t *testing.T) {
			tm := sit(t, s, "configure", "sso", "--sso-session-name", "corp", "--sso-start-url", startURL, "--sso-region", "us-east-1",
				"--sso-registration-scopes", "sso:account:access", "--default-region", "eu-west-1", "--output-format", "", "--profile-name", "AdministratorAccess-111122223333", "--yes")
			tm.signIn("jane")
			tm.answer("There are 6 AWS accounts available to you.\n", "")
			tm.answer("> ", "1111222233\r")
			tm.expect("Using the account ID 111122223333\n")
			tm.answer("> ", "admin\r")
			tm.exits(0)
			tm.config(adminBlock + corpBlock)
		})
	}
}

func TestWizardUsesSessionOfTheConfig(t *testing.T) {
	tm := sit(t, terminalOptions{config: corpBlock}, "configure", "sso")
	tm.answer("SSO session name (Recommended): ", "corp\r")
	tm.signIn("jane")
	// The menu searches the user's text in the name, the e-mail address and the number of each
	// account.
	tm.answer("There are 6 AWS accounts available to you.\n", "")
	tm.answer("> ", "555566667777\r")
	tm.expect("Using the account ID 555566667777\n")
	tm.expect("The only role available to you is: ReadOnlyAccess\n")
	tm.answer("Default client Region [None]: ", "us-esat-1\r")
	tm.expect("Did you mean: us-east-1")
	tm.send("\x15us-east-2\r")
	tm.answer("[None]: ", "jsno\r")
	tm.expect("the formats are json")
	tm.send("\x15json\r")
	tm.answer("Profile name [ReadOnlyAccess-555566667777]: ", "log archive\r")
	tm.expect("lanyard sts get-caller-identity --profile 'log archive'\n")

	// A second profile in the same run, and then the settings of testdata/guide.md.
	tm.answer(more, "y\r")
	tm.answer("> ", "payments-test\r")
	tm.answer("> ", "dev\r")
	tm.answer("Default client Region [us-east-2]: ", "\r")
	tm.answer("[json]: ", "\r")
	tm.answer("Profile name [DeveloperAccess-210987654321]: ", "\r")
	tm.answer(more, "advanced\r")
	tm.answer("Refresh the session automatically (sso_auto_refresh) [true]: ", "\r")
	tm.answer("(sso_refresh_window) [900]: ", "12h\r")
	tm.expect("is not a whole number of seconds")
	tm.send("\x1543200\r")
	tm.answer(more, "advanced\r") // Enter keeps the value that the user gave before
	tm.answer("(sso_auto_refresh) [true]: ", "\r")
	tm.answer("(sso_refresh_window) [43200]: ", "\r")

	// If the session has ended since, the wizard signs in again.
	tm.srv.RevokeSessions("jane")
	tm.answer(more, "yes\r")
	tm.signIn("jane")
	tm.answer("> ", "sandbox\r")
	tm.answer("> ", "read\r")
	tm.answer("Region [us-east-2]: ", "\r")
	tm.answer("[json]: ", "\r")
	tm.answer("Profile name [ReadOnlyAccess-888899990000]: ", "\r")
	tm.answer(more, "no\r")
	tm.exits(0)
	tm.config(corpBlock + `sso_auto_refresh = true
sso_refresh_window = 43200
[profile 'log archive']
sso_session = corp
sso_account_id = 555566667777
sso_role_name = ReadOnlyAccess
region = us-east-2
output = json
[profile DeveloperAccess-210987654321]
sso_session = corp
sso_account_id = 210987654321
sso_role_name = DeveloperAccess
region = us-east-2
output = json
[profile ReadOnlyAccess-888899990000]
sso_session = corp
sso_account_id = 888899990000
sso_role_name = ReadOnlyAccess
region = us-east-2
output = json
`)
	if n := tm.srv.Count("RegisterClient"); n != 1 {
		t.Errorf("%d registrations, want 1", n)
	}

	// Enter keeps the values of the profile. The wizard uses the valid session.
	tm.start(terminalOptions{}, "configure", "sso", "--profile", "log archive")
	tm.answer("SSO session name [corp]: ", "\r")
	tm.answer("> log-archive", "\x1b[B\r") // moves to the next account
	tm.expect("Using the account ID 123456789012\n")
	tm.answer("Default client Region [us-east-2]: ", "\r")
	tm.answer("CLI default output format (json if not specified) [json]: ", "\r")
	tm.answer(more, "\r")
	tm.exits(0)
	got, err := os.ReadFile(tm.path("config"))
	if err != nil || !strings.Contains(string(got), "[profile 'log archive']\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = ReadOnlyAccess\n") {
		t.Errorf("the config is\n%s, %v", got, err)
	}
}

func TestWizardProposesRegionAndOutputOfTheCommandLine(t *testing.T) {
	tm := sit(t, terminalOptions{config: corpBlock}, "configure", "sso", "--region", "eu-west-1", "--output", "yaml",
		"--sso-session-name", "corp", "--sso-account-id", "111122223333", "--sso-role-name", "AdministratorAccess", "--yes")
	tm.answer("Default client Region [eu-west-1]: ", "\r")
	tm.answer("CLI default output format (json if not specified) [yaml]: ", "\r")
	tm.answer("Profile name [AdministratorAccess-111122223333]: ", "\r")
	tm.exits(0)
	tm.config(corpBlock + adminBlock + "output = yaml\n")
}

// After a sign-in over SSH, the wizard does not read text that is typed at the menu as a pasted
// URL. The terminal does not show a pasted URL.
func TestWizardOverSSH(t *testing.T) {
	tm := sit(t, terminalOptions{config: corpBlock, env: []string{"BROWSER=", "SSH_CONNECTION=192.0.2.1 5 192.0.2.2 22"}}, "configure", "sso")
	tm.answer("(Recommended): ", "corp\r")
	tm.expect("open the URL below in any browser")
	tm.expect("paste that address here")
	tm.expect("/authorize?")
	tm.expect("\n")
	tm.send("http://127.0.0.1:1/not-it?code=SECRET\r")
	url := regexp.MustCompile(`http://\S+/authorize\?\S+`).FindString(tm.text())
	if err := tm.srv.SignIn(t.Context(), url, "jane"); err != nil {
		t.Fatal(err)
	}
	tm.answer("> account1", "555566667777\r")
	tm.expect("Using the account ID 555566667777\n")
	tm.answer("Region [None]: ", "\r")
	tm.answer("[None]: ", "\r")
	tm.answer("Profile name [", "\r")
	tm.answer(more, "\r")
	tm.exits(0)
	if strings.Contains(tm.text(), "SECRET") {
		t.Errorf("the screen shows the pasted URL:\n%s", tm.text())
	}
}

func TestWizardWithoutASessionName(t *testing.T) {
	tm := sit(t, terminalOptions{}, "configure", "sso")
	tm.answer("SSO session name (Recommended): ", "\r")
	tm.expect("WARNING: Configuring using legacy format (e.g. without an SSO session).\n" +
		"Consider re-running \"configure sso\" command and providing a session name.\n")
	tm.answer("SSO start URL [None]: ", "my-company\r")
	tm.expect("Not a valid Start URL")
	tm.send("\x15" + startURL + "\r")
	tm.answer("SSO region [None]: ", "\r")
	tm.expect("A value is required")
	tm.send("us-east-1\r")
	tm.expect("Then enter the code:")
	tm.signIn("jane")
	tm.answer("> account1", "\r")
	tm.answer("> AdministratorAccess", "\r")
	tm.answer("Default client Region [None]: ", "\r")
	tm.answer("CLI default output format (json if not specified) [None]: ", "\r")
	tm.answer("Profile name [AdministratorAccess-111122223333]: ", "default\r")
	tm.expect("The AWS CLI is now configured to use the default profile.\nRun the following command to verify your configuration:\n\nlanyard sts get-caller-identity\n")
	tm.answer(more, "\x03") // Ctrl-C keeps the profiles that are written
	tm.exits(0)
	tm.config("[default]\nsso_start_url = " + startURL + `
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
`)
}

// The user can leave at every question. Then the wizard has written nothing.
func TestWizardLeftEarly(t *testing.T) {
	const before = "[default]\nregion = us-east-1\n"
	steps := []struct{ question, keys string }{
		{"SSO session name (Recommended): ", "corp\r"},
		{"SSO start URL [None]: ", startURL + "\r"},
		{"SSO region [None]: ", "us-east-1\r"},
		{"SSO registration scopes [sso:account:access]: ", "\r"},
		{"> account1", "\r"},
		{"> AdministratorAccess", "\r"},
		{"Default client Region [us-east-1]: ", "\r"},
		{"CLI default output format (json if not specified) [None]: ", "\r"},
		{"Profile name [AdministratorAccess-111122223333]: ", ""},
	}
	for i, last := range steps {
		for name, leave := range map[string]string{"Esc": "\x1b", "Ctrl-C": "\x03", "gone": ""} {
			t.Run(strings.Trim(last.question, ":> ")+"/"+name, func(t *testing.T) {
				t.Parallel()
				tm := sit(t, terminalOptions{config: before}, "configure", "sso")
				for j, s := range steps[:i] {
					tm.answer(s.question, s.keys)
					if j == 3 {
						tm.signIn("jane")
					}
				}
				tm.expect(last.question)
				if leave == "" {
					_ = tm.tty.Close()
					<-tm.ended
				} else {
					tm.send(leave)
					tm.exits(130)
				}
				tm.config(before)
				if left, _ := filepath.Glob(tm.path(".lanyard")); left != nil {
					t.Errorf("%s exists, want no file", left)
				}
			})
		}
	}
}

func TestWizardInADumbTerminal(t *testing.T) {
	tm := sit(t, terminalOptions{env: []string{"TERM=dumb"}, config: corpBlock}, "configure", "sso")
	tm.answer("SSO session name (Recommended): ", "corp\n")
	tm.signIn("jane")
	tm.expect("  1  account1, account1@example.com (111122223333)\n")
	tm.expect("  6  sandbox")
	tm.answer("Type a number, or words to search for: ", "account1\n")
	tm.send("\n")
	tm.expect("Using the account ID 111122223333\n")
	tm.answer("Type a number, or words to search for: ", "1\n")
	tm.answer("Default client Region [None]: ", "mars\n")
	tm.send("eu-west-1\n")
	tm.answer("[None]: ", "\n")
	tm.answer("Profile name [AdministratorAccess-111122223333]: ", "\n")
	tm.answer(more, "\n")
	tm.exits(0)
	tm.config(corpBlock + adminBlock)
	if i := strings.IndexByte(string(tm.screen), 0x1b); i >= 0 {
		t.Errorf("an escape sequence was written: %q", tm.screen[i:])
	}
}

func TestCtrlDLeavesADumbTerminal(t *testing.T) {
	tm := sit(t, terminalOptions{env: []string{"TERM=dumb"}}, "configure", "sso")
	tm.answer("SSO session name (Recommended): ", "\x04")
	tm.exits(130)
	tm.config("")
}

func TestWizardWithOneOrNoAccount(t *testing.T) {
	one := func(c *emulator.Config) {
		c.Assignments = []emulator.Assignment{{User: "jane", Accounts: []string{"444455556666"}, PermissionSets: []string{"Billing"}}}
	}
	t.Run("one", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock, org: one}, "configure", "sso")
		tm.answer("(Recommended): ", "corp\r")
		tm.signIn("jane")
		tm.expect("The only AWS account available to you is: 444455556666\nUsing the account ID 444455556666\n" +
			"The only role available to you is: Billing\nUsing the role name \"Billing\"\n")
		tm.send("\r\r\r\r") // the user types ahead
		tm.exits(0)
		tm.config(corpBlock + "[profile Billing-444455556666]\nsso_session = corp\nsso_account_id = 444455556666\nsso_role_name = Billing\n")
	})
	t.Run("none", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock, org: one}, "configure", "sso")
		tm.answer("(Recommended): ", "corp\r")
		tm.signIn("guest")
		tm.expect("No AWS accounts are available to you.")
		tm.exits(255)
		tm.config(corpBlock)
	})
	t.Run("not allowed", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock}, "configure", "sso")
		tm.srv.AddFault(emulator.Fault{Operation: "ListAccounts", Status: 401, Code: "UnauthorizedException"})
		tm.answer("(Recommended): ", "corp\r")
		tm.signIn("jane")
		tm.expect("Unable to list AWS accounts and/or roles. Skipping configuring AWS credential provider for profile.\n")
		tm.answer("Region [None]: ", "\r")
		tm.answer("[None]: ", "\r")
		tm.answer("Profile name [None]: ", "\r")
		tm.expect("A value is required")
		tm.send("tokprof\r")
		tm.expect("Successfully configured SSO for profile: tokprof\n")
		tm.answer(more, "\r")
		tm.exits(0)
		tm.config(corpBlock + "[profile tokprof]\nsso_session = corp\n")
	})
}

func TestWizardAsksBeforeReplacingAProfile(t *testing.T) {
	const other = "[profile mine]\nsso_session = corp\nsso_account_id = 444455556666\nsso_role_name = DeveloperAccess\n"
	tm := sit(t, terminalOptions{config: corpBlock + other}, "configure", "sso", "--sso-session-name", "corp",
		"--sso-account-id", "111122223333", "--sso-role-name", "AdministratorAccess", "--default-region", "eu-west-1", "--output-format", "")
	tm.answer("Profile name [AdministratorAccess-111122223333]: ", "mine\r")
	tm.answer("The profile mine exists and is for DeveloperAccess in 444455556666. Replace it? [y/N] ", "n\r")
	tm.answer("Profile name [None]: ", "AdministratorAccess-111122223333\r")
	tm.answer(more, "\r")
	tm.exits(0)
	tm.config(corpBlock + other + adminBlock)
}

// As in the AWS CLI, AWS_PROFILE names the profile to write. A hint says so.
func TestWizardWritesTheProfileOfTheEnvironment(t *testing.T) {
	tm := sit(t, terminalOptions{env: []string{"AWS_PROFILE=mine"}}, "configure", "sso", "--sso-session-name", "corp", "--sso-start-url", startURL, "--sso-region", "us-east-1",
		"--sso-registration-scopes", "sso:account:access", "--sso-account-id", "111122223333", "--sso-role-name", "AdministratorAccess", "--default-region", "eu-west-1")
	tm.answer("CLI default output format (json if not specified) [None]: ", "\r")
	tm.expect("hint: AWS_PROFILE names the profile mine; to write another profile, add --profile-name NAME\n")
	tm.expect("[profile mine]")
	tm.answer(more, "\r")
	tm.exits(0)
}

func TestWizardPicksOneOfSeveralSessions(t *testing.T) {
	const lab = "[sso-session lab]\nsso_start_url = https://lab.awsapps.com/start\nsso_region = eu-west-1\n"
	tm := sit(t, terminalOptions{config: lab + corpBlock}, "configure", "sso",
		"--sso-account-id", "111122223333", "--sso-role-name", "AdministratorAccess", "--default-region", "eu-west-1", "--output-format", "")
	tm.expect("SSO session name (Recommended): ")
	tm.answer("Press Down to pick one of 2 sessions.", "\x1b[B")
	tm.answer("> lab, https://lab.awsapps.com/start, eu-west-1", "cor\r")
	tm.answer("corp\nProfile name [AdministratorAccess-111122223333]: ", "\r")
	tm.answer(more, "\r")
	tm.exits(0)
	tm.config(lab + corpBlock + adminBlock)
}

func TestConfigureSessionInATerminal(t *testing.T) {
	tm := sit(t, terminalOptions{}, "configure", "sso-session")
	tm.answer("SSO session name: ", "\r")
	tm.expect("A value is required")
	tm.send("corp\r")
	tm.answer("SSO start URL [None]: ", startURL+"\r")
	tm.answer("SSO region [None]: ", "us-east-1\r")
	tm.answer("SSO registration scopes [sso:account:access]: ", "a b\r")
	tm.expect("Scope values must be separated by commas")
	tm.send("\x15\r")
	tm.expect("Completed configuring SSO session: corp\nRun the following to login and refresh access token for this session:\n\nlanyard sso login --sso-session corp\n")
	tm.exits(0)
	tm.config(corpBlock)

	tm.start(terminalOptions{}, "configure", "sso-session")
	tm.answer("SSO session name: ", "corp\r")
	tm.answer("SSO start URL ["+startURL+"]: ", "\r")
	tm.answer("SSO region [us-east-1]: ", "\r")
	tm.answer("SSO registration scopes [sso:account:access]: ", "\r")
	tm.exits(0)
	tm.config(corpBlock)
}

func TestUpgradeAndUndoAskInATerminal(t *testing.T) {
	const legacy = "[profile a]\nsso_start_url = " + startURL + "\nsso_region = us-east-1\n"
	tm := sit(t, terminalOptions{config: legacy}, "configure", "upgrade")
	tm.expect("+[sso-session d-1234567890]\n")
	tm.answer("[Y/n] ", "n\r")
	tm.exits(130)
	tm.config(legacy)
	tm.start(terminalOptions{}, "configure", "upgrade")
	tm.answer("[Y/n] ", "\r")
	tm.exits(0)
	tm.start(terminalOptions{}, "configure", "undo")
	tm.expect("-sso_session = d-1234567890\n")
	tm.answer("[Y/n] ", "y\r")
	tm.exits(0)
	tm.config(legacy)
}

func TestStoppingInMemoryAgentAsks(t *testing.T) {
	tm := sit(t, terminalOptions{config: corpBlock}, "agent", "start", "--in-memory")
	tm.exits(0)
	tm.start(terminalOptions{}, "agent", "stop")
	tm.expect("signs you out when it stops")
	tm.answer("Stop the agent? [y/N] ", "\r")
	tm.exits(130)
	tm.start(terminalOptions{}, "agent", "stop")
	tm.answer("Stop the agent? [y/N] ", "y\r")
	tm.expect("The agent has stopped.\n")
	tm.exits(0)
}
