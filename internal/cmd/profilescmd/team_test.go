package profilescmd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// teamHome returns a workspace whose settings name a team's file, and the warnings of its commands.
func teamHome(t *testing.T, transport http.RoundTripper, settings string) (*workspace.Workspace, *bytes.Buffer) {
	t.Helper()
	home := t.TempDir()
	path := filepath.Join(home, ".config", "lanyard", "config.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, settings)
	warnings := &bytes.Buffer{}
	app := &command.App{
		Name: "lanyard", Env: command.EnvOf([]string{"HOME=" + home, "USERPROFILE=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "AppData=" + filepath.Join(home, ".config")}),
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Transport: transport, IO: command.Streams{Err: warnings},
	}
	app.Begin()
	w, err := workspace.Open(app)
	if err != nil {
		t.Fatal(err)
	}
	return w, warnings
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// excludes returns the number of roles that the rules exclude, of two.
func excludes(t *testing.T, r *profilesync.Rules) int {
	t.Helper()
	_, report, err := profilesync.Sync(profilesync.Input{Path: "config", Rules: r, Listings: []profilesync.Listing{{
		Session: "corp", Entries: []profilesync.Entry{{AccountID: "111122223333", Role: "Admin"}, {AccountID: "111122223333", Role: "Audit"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return report.Excluded
}

func TestAFetchThatFailsKeepsTheLastGoodRules(t *testing.T) {
	good := "exclude: [{role: admin}]\n"
	answer, requests := good, 0
	srv := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		requests++
		if answer == "" {
			http.Error(rw, "", http.StatusServiceUnavailable)
			return
		}
		_, _ = rw.Write([]byte(answer))
	}))
	defer srv.Close()
	pin := func(content string) string {
		return fmt.Sprintf("profiles:\n  team: %s/rules.yaml\n  team_sha256: %s\n", srv.URL, checksum([]byte(content)))
	}
	w, warnings := teamHome(t, srv.Client().Transport, pin(good))
	settings := filepath.Join(w.Home, ".config", "lanyard", "config.yaml")
	load := func() (*profilesync.Rules, error) { return loadRules(t.Context(), w, &profile.Profile{}) }

	// Without a copy, a failure stops the command.
	answer = "exclude: []\n"
	if _, err := load(); err == nil || !strings.Contains(err.Error(), "its checksum is "+checksum([]byte(answer))) {
		t.Fatalf("a wrong checksum without a copy: %v", err)
	}
	answer = good
	rules, err := load()
	if err != nil || rules.Stale != "" || excludes(t, rules) != 1 {
		t.Fatalf("the good file: %v, %+v", err, rules)
	}
	// The copy has the pinned checksum, so there is no request.
	before := requests
	if rules, err = load(); err != nil || requests != before || rules.Stale != "" || excludes(t, rules) != 1 {
		t.Fatalf("the second run: %v, %d requests", err, requests-before)
	}
	// The pin has changed. The server fails, and then sends another file.
	next := "exclude: [{role: a*}]\n"
	writeFile(t, settings, pin(next))
	for _, answer = range []string{"", "exclude: []\n"} {
		warnings.Reset()
		rules, err = load()
		if err != nil || rules.Stale == "" || excludes(t, rules) != 1 {
			t.Errorf("answer %q: %v, %+v", answer, err, rules)
		}
	}
	if !strings.Contains(warnings.String(), "the team's rules could not be read: "+srv.URL+"/rules.yaml: its checksum is") {
		t.Errorf("the warnings are: %s", warnings)
	}
	// Rules that are invalid stop the command, and do not replace the copy.
	answer = "exlude: []\n"
	writeFile(t, settings, pin(answer))
	if _, err = load(); err == nil || !strings.Contains(err.Error(), "rules.yaml: line 1: exlude: unknown key") {
		t.Errorf("invalid rules: %v", err)
	}
	answer = next
	writeFile(t, settings, pin(next))
	if rules, err = load(); err != nil || rules.Stale != "" || excludes(t, rules) != 2 {
		t.Errorf("the next file: %v, %+v", err, rules)
	}
}

func TestRulesOfATeamInAFile(t *testing.T) {
	w, warnings := teamHome(t, nil, "profiles:\n  team: team.yaml\n")
	load := func() (*profilesync.Rules, error) { return loadRules(t.Context(), w, &profile.Profile{}) }
	if _, err := load(); err == nil {
		t.Error("a missing file without a copy is accepted")
	}
	file := filepath.Join(w.Home, ".config", "lanyard", "team.yaml")
	writeFile(t, file, "exclude: [{role: admin}]\n")
	if rules, err := load(); err != nil || rules.Stale != "" || excludes(t, rules) != 1 {
		t.Errorf("%v, %+v", err, rules)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if rules, err := load(); err != nil || rules.Stale == "" || excludes(t, rules) != 1 || !strings.Contains(warnings.String(), "the last good copy") {
		t.Errorf("%v, %+v, %s", err, rules, warnings)
	}
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
