package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/download"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// teamLimit is the largest size of a team's file.
const teamLimit = 4 << 20

// A Team reads the file with a team's rules, which the user's settings name.
type Team struct {
	w      *Workspace
	p      *profile.Profile // with the settings of the connection
	source profilesync.TeamFile
}

// NewTeam returns the Team of a source in the settings at settingsPath. A relative path starts at
// the folder of the settings.
func NewTeam(w *Workspace, p *profile.Profile, settingsPath string, source profilesync.TeamFile) Team {
	if !source.Remote() {
		source.Location = userpath.Expand(source.Location, w.App.Env.Lookup)
		if !filepath.IsAbs(source.Location) {
			source.Location = filepath.Join(filepath.Dir(settingsPath), source.Location)
		}
	}
	return Team{w, p, source}
}

// Name returns the location of the file for messages.
func (t Team) Name() string { return download.Name(t.source.Location) }

// copy returns the path of the last good copy.
func (t Team) copy() string {
	sum := sha256.Sum256([]byte(t.source.Location))
	return filepath.Join(t.w.Home, ".aws", "lanyard", "team-"+hex.EncodeToString(sum[:8])+".yaml")
}

// LastGood returns the content of the last good copy.
func (t Team) LastGood() ([]byte, error) { return datafile.Read(t.copy(), teamLimit) }

// Keep stores the last good copy.
func (t Team) Keep(content []byte) {
	if old, err := t.LastGood(); err == nil && string(old) == string(content) {
		return
	}
	err := os.MkdirAll(filepath.Dir(t.copy()), 0o700)
	if err == nil {
		err = atomicfile.Write(t.copy(), content, 0o600)
	}
	if err != nil {
		t.w.App.Warn(fmt.Sprintf("no copy of the team's rules: %v", err), "")
	}
}

// Read returns the content of the team's file. If the copy has the pinned checksum, Read sends no
// request. If the checksum differs from the pinned one, Read returns an error.
func (t Team) Read(ctx context.Context) ([]byte, error) {
	if t.source.Remote() {
		if content, err := t.LastGood(); err == nil && checksum(content) == t.source.SHA256 {
			return content, nil
		}
	}
	content, err := t.fetch(ctx)
	if err != nil {
		return nil, err
	}
	if got := checksum(content); t.source.SHA256 != "" && got != t.source.SHA256 {
		return nil, fmt.Errorf("its checksum is %s, but team_sha256 is %s", got, t.source.SHA256)
	}
	return content, nil
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// fetch reads or downloads the file. A download sends no secret of lanyard.
func (t Team) fetch(ctx context.Context) ([]byte, error) {
	if !t.source.Remote() {
		return datafile.Read(t.source.Location, teamLimit)
	}
	client, err := t.w.HTTPClient(t.p)
	if err != nil {
		return nil, err
	}
	return download.Get(ctx, client, t.source.Location, teamLimit)
}
