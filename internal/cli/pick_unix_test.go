//go:build unix

package cli_test

import (
	"fmt"
	"strings"
	"testing"
)

// pickConfig is a config with profiles of several kinds.
const pickConfig = `[profile alpha]
region = us-east-1
[profile beta]
sso_account_id = 444455556666
sso_role_name = ReadOnly
sso_account_name = Payments
sso_account_email = pay@example.com
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
[profile gamma]
role_arn = arn:aws:iam::777788889999:role/Deploy
source_profile = delta
[profile delta]
aws_access_key_id = AKIADELTA
aws_secret_access_key = delta
`

// picked runs "lanyard pick" in a shell that prints the result, and answers the menu.
func picked(tm *terminal, first, keys, want string) {
	tm.t.Helper()
	tm.expect("Pick a profile:")
	tm.expect("> " + first)
	tm.send(keys)
	tm.expect("picked " + want)
	tm.exits(0)
}

var pickLine = []string{"-c", `echo picked "$(lanyard pick)"`}

func TestPick(t *testing.T) {
	tm := sit(t, terminalOptions{config: pickConfig, program: "sh"}, pickLine...)
	picked(tm, "alpha", "\r", "alpha")
	for typed, want := range map[string]string{
		"444455556666": "beta", "4444-5555-6666": "beta", "paym": "beta", "pay@ex": "beta", "readonly bet": "beta",
		"777788889999": "gamma", "deploy": "gamma", "delta": "delta",
	} {
		tm.start(terminalOptions{program: "sh"}, pickLine...)
		picked(tm, "", typed+"\r", want)
	}
	// A pinned profile is first.
	tm.start(terminalOptions{}, "pick", "--pin", "delta")
	tm.exits(0)
	tm.start(terminalOptions{program: "sh"}, pickLine...)
	picked(tm, "delta", "\r", "delta")
	// Esc cancels.
	tm.start(terminalOptions{}, "pick")
	tm.answer("Pick a profile:", "\x1b")
	tm.exits(130)
}

// Commands that need a profile open the menu. Afterwards, the used profile is first.
func TestProfileIsPicked(t *testing.T) {
	tm := sit(t, terminalOptions{config: pickConfig}, "exec", "--", "sh", "-c", "echo with $LANYARD_PROFILE")
	tm.answer("> alpha", "delt\r")
	tm.expect("with delta")
	tm.exits(0)
	tm.start(terminalOptions{}, "env", "--format", "bash")
	tm.answer("> delta", "\r")
	tm.expect("export LANYARD_PROFILE=delta")
	tm.exits(0)
	tm.start(terminalOptions{env: []string{"AWS_PROFILE=delta"}}, "exec", "--", "true") // no menu
	tm.exits(0)
}

// The menu of a huge config opens at once. The user finds a profile by its account.
func TestPickAmongManyProfiles(t *testing.T) {
	var b strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&b, "[profile p%d]\nsso_session = corp\nsso_account_id = %012d\nsso_role_name = Role%d\n", i, 100000000000+i, i%10)
	}
	tm := sit(t, terminalOptions{config: b.String(), program: "sh"}, pickLine...)
	tm.expect("1/10000")
	tm.send("100000007777\r")
	tm.expect("picked p7777")
	tm.exits(0)
}
