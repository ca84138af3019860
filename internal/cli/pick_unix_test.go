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

// Words are in the filter when the menu opens. Tab marks entries.
func TestPickMany(t *testing.T) {
	tm := sit(t, terminalOptions{config: pickConfig, program: "sh"}, "-c", `echo picked $(lanyard pick pay ment)`)
	tm.expect("filter: pay ment")
	tm.expect("444455556666  Payments  pay@example.com")
	tm.send("\r")
	tm.expect("picked beta")
	tm.exits(0)
	tm.start(terminalOptions{program: "sh"}, "-c", `lanyard pick --multi | tr "\n" ,`)
	tm.expect(">  beta") // the last picked profile
	tm.send("\t\x1b[F\t")
	tm.expect("2 marked")
	tm.send("\r")
	tm.expect("beta,delta,")
	tm.exits(0)
}

// The lines of stdin are in the menu, and the user types on the terminal. The exit code of a
// cancelled menu is 130.
func TestPickALineOfStdin(t *testing.T) {
	const config = pickConfig + "[profile sandbox]\nregion = us-east-1\n"
	tm := sit(t, terminalOptions{config: config, program: "sh"}, "-c", `lanyard pick --print | grep -v sandbox | lanyard pick >picked; echo code $? $(cat picked)`)
	tm.expect("Pick a line:")
	tm.expect("beta, Payments, ReadOnly, https://d-1234567890.awsapps.com/start, pay@example.com (444455556666)")
	tm.expect("1/4")
	tm.send("pay\r")
	tm.expect("code 0 beta")
	tm.exits(0)
	tm.start(terminalOptions{program: "sh"}, "-c", `seq 100000 | lanyard pick 99999; echo code $?`)
	tm.expect("1 of 1 match (100000)")
	tm.send("\x03")
	tm.expect("code 130")
	tm.exits(0)
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
