//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/inventory"
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
	tm := sit(t, terminalOptions{config: config, program: "sh"}, "-c", `lanyard pick --print | grep -v sandbox | lanyard pick > "$HOME/picked"; echo code $? $(cat "$HOME/picked")`)
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

// writeIndex writes the index of the roles of a session.
func (tm *terminal) writeIndex(session, origin string, list func(yield func(accountindex.Entry) bool)) {
	tm.t.Helper()
	folder := inventory.Folder(tm.home)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		tm.t.Fatal(err)
	}
	if err := accountindex.Write(filepath.Join(folder, session+".index"), accountindex.Source{Session: session, Origin: origin}, list); err != nil {
		tm.t.Fatal(err)
	}
}

// The menu has the roles of the inventory's index that no profile has. The account number is never
// cut, and the characters of a name do not control the terminal.
func TestPickAmongAllRoles(t *testing.T) {
	const config = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
[profile own]
sso_session = corp
sso_account_id = 100000000007
sso_role_name = Admin
`
	names := []string{"日本支店の本番環境", "❤\ufe0f team 👩\u200d👩\u200d👧", "חשבון ייצור", "--profile", "   ", "same", "same", strings.Repeat("fifty-1234", 5), "\x1b[2J\x1b]0;title\x07\u202e"}
	tm := sit(t, terminalOptions{config: config}, "pick", "--print", "no role")
	tm.exits(1)
	list := func(yield func(accountindex.Entry) bool) {
		for i := range 100_000 {
			e := accountindex.Entry{AccountName: fmt.Sprintf("Account %d", i/2), AccountID: fmt.Sprintf("%012d", 100000000000+i/2), Role: []string{"Admin", "ReadOnly"}[i%2]}
			if i < len(names) {
				e = accountindex.Entry{AccountName: names[i], AccountID: fmt.Sprintf("%012d", 12+i), Role: "Admin"}
			}
			if !yield(e) {
				return
			}
		}
	}
	tm.writeIndex("corp", tm.srv.URL, list)
	tm.writeIndex("gone", tm.srv.URL, list) // the config does not have this session
	tm.writeIndex("other", "aws", list)     // the roles of another portal

	for _, cols := range []uint16{120, 80, 40} {
		tm.start(terminalOptions{cols: cols, rows: 24}, "pick")
		tm.expect("Pick a profile or a role:")
		tm.expect("1/100000") // one of the 100,000 roles has a profile
		for i := range names {
			tm.send(fmt.Sprintf("\x15%012d", 12+i))
			tm.expect(fmt.Sprintf("(%012d)", 12+i))
			tm.expect("1 of 1 match")
			if cols >= 80 {
				tm.expect(fmt.Sprintf("--account %012d --role Admin --sso-session corp", 12+i))
			}
		}
		tm.send("\x15Account 777 read 100000000777\r")
		tm.expect("--account 100000000777 --role ReadOnly --sso-session corp")
		tm.exits(0)
		tm.mu.Lock()
		if screen := string(tm.screen); strings.Contains(screen, "\x1b]0;") || strings.Contains(screen, "\u202e") {
			t.Errorf("a name controls the terminal: %q", screen)
		}
		tm.mu.Unlock()
	}
	tm.start(terminalOptions{program: "sh"}, "-c", "lanyard pick --print 100000000007 | cut -f1 | sort")
	tm.expect("--account 100000000007 --role ReadOnly --sso-session corp\nown\n")
	tm.exits(0)
}

// A user lists all roles, picks one, and passes its flags to exec.
func TestPickedRoleRuns(t *testing.T) {
	tm := sit(t, terminalOptions{config: "[sso-session corp]\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-east-1\n"}, "sso", "login", "--sso-session", "corp")
	tm.signIn("jane")
	tm.exits(0)
	tm.start(terminalOptions{}, "roles", "--output", "text")
	tm.expect("ReadOnlyAccess")
	tm.exits(0)
	tm.start(terminalOptions{program: "sh"}, "-c", `lanyard exec $(lanyard pick account1 readonly) -- sh -c 'echo runs in $AWS_ACCOUNT_ID'`)
	tm.expect("account1 / ReadOnlyAccess")
	tm.expect(" left") // the sign-in
	tm.send("\r")
	tm.expect("runs in 111122223333")
	tm.exits(0)
}
