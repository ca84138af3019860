//go:build unix

package cli_test

import "testing"

// On a terminal, emulator says how another shell can use the emulator. The line has the flags that
// change the organization.
func TestEmulatorSaysHowToUseIt(t *testing.T) {
	tm := sit(t, terminalOptions{cols: 250}, "emulator", "--accounts", "3", "--region", "eu-west-1")
	tm.expect("export AWS_EC2_METADATA_DISABLED=true")
	tm.expect(`hint: to use the emulator in another shell, run there: eval "$(lanyard emulator env --url http://127.0.0.1:`)
	tm.expect(` --accounts 3 --region eu-west-1)"`)
	tm.answer("hint: to stop the emulator, press Ctrl-C here\n", "\x03")
	tm.exits(130)
}

// emulator run prints how its shell differs from the user's shell.
func TestEmulatorShellGreets(t *testing.T) {
	tm := sit(t, terminalOptions{}, "emulator", "run", "--auto-approve", "jane", "--", "sh")
	tm.expect("lanyard: the emulator runs at http://127.0.0.1:")
	tm.expect("lanyard: HOME is temporary; AWS_PROFILE is account1-AdministratorAccess")
	tm.expect("hint: to sign in, run: lanyard sso login")
	tm.send("exit 3\n")
	tm.exits(3)
}

// If a shell evaluates the output of emulator env, the user does not see the comments in it. So
// the terminal shows hints with the same text.
func TestEmulatorEnvHints(t *testing.T) {
	tm := sit(t, terminalOptions{program: "sh"}, "-c", `eval "$(lanyard emulator env --url "$AWS_ENDPOINT_URL_SSO" --dir "$HOME/conf")"; echo in "$AWS_PROFILE"`)
	tm.expect("hint: sign in with: lanyard sso login --sso-session lanyard-emulator")
	tm.expect(`hint: undo this with: eval "$(lanyard emulator env --unset)"`)
	tm.expect("in account1-AdministratorAccess")
	tm.exits(0)
}
