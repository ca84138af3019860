package profilescmd

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// After the user has agreed to a change, the command does not make another change.
func TestConfigChangesAfterTheQuestion(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	app := &command.App{Log: slog.New(slog.DiscardHandler), Env: command.EnvOf([]string{"HOME=" + dir, "USERPROFILE=" + dir, "AWS_CONFIG_FILE=" + path})}
	app.Begin()
	const section = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n"
	e := &editor{w: workspace.Files(app), in: profilesync.Input{Listings: []profilesync.Listing{{
		Session: "corp", StartURL: "https://corp.awsapps.com/start", Origin: "aws", Complete: true,
		Entries: []profilesync.Entry{{AccountID: "111122223333", AccountName: "prod", Role: "Admin"}},
	}}}}
	seen, err := e.edit(path, []byte(section))
	if err != nil || !strings.Contains(string(seen), "[profile prod-admin]") {
		t.Fatalf("%v\n%s", err, seen)
	}
	e.agreed = true
	if again, err := e.edit(path, []byte(section)); err != nil || string(again) != string(seen) {
		t.Errorf("the same config: %v\n%s", err, again)
	}
	if _, err := e.edit(path, []byte(section+"# another\n")); err == nil || command.HintOf(err) != "run the command again" {
		t.Errorf("another config: %v, want an error with a hint", err)
	}
}
