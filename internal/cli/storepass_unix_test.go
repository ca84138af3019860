//go:build unix

package cli_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const storedConfig = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
`

// lanyard asks twice for a new passphrase and once for an existing passphrase. It never shows
// the passphrase.
func TestPassphraseAtTheTerminal(t *testing.T) {
	tm := sit(t, terminalOptions{config: storedConfig}, "version")
	tm.exits(0)
	tok := ssocache.Token{
		StartURL: "https://d-1234567890.awsapps.com/start", Region: "us-east-1",
		AccessToken: secret.New("a-token-of-the-test"), ExpiresAt: time.Now().Add(time.Hour),
	}
	dir := ssocache.Dir{Home: tm.home}
	if err := os.MkdirAll(dir.SSO(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.TokenPath("corp"), tok.Encode(), 0o600); err != nil {
		t.Fatal(err)
	}

	tm.start(terminalOptions{}, "store", "migrate", "--to", "encrypted")
	tm.expect("Do this?")
	tm.send("y\r")
	tm.expect("New passphrase of the encrypted store:")
	tm.send("correct horse\r")
	tm.expect("Repeat the passphrase:")
	tm.send("correct horse\r")
	tm.expect("corp: encrypted store, 1 secret moved")
	tm.exits(0)
	if text := tm.text(); strings.Contains(text, "correct") || strings.Contains(text, "a-token-of-the-test") {
		t.Errorf("the screen shows a secret:\n%s", text)
	}

	tm.start(terminalOptions{}, "status")
	tm.expect("Passphrase of the encrypted store:")
	tm.send("battery staple\r")
	tm.expect("wrong passphrase")
	tm.exits(0)

	tm.start(terminalOptions{}, "status")
	tm.expect("Passphrase of the encrypted store:")
	tm.send("correct horse\r")
	tm.expect("valid")
	tm.exits(0)
}
