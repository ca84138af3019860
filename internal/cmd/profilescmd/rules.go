package profilescmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/download"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/settings"
	"github.com/lanyard-cli/lanyard/internal/userpath"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// teamLimit is the largest size of a team's file.
const teamLimit = 4 << 20

// loadRules returns the rules of the user and of the team. If the team's file cannot be read,
// loadRules warns and uses the copy of the last good file. The rules are then Stale.
func loadRules(ctx context.Context, w *workspace.Workspace, p *profile.Profile) (*profilesync.Rules, error) {
	set, err := settings.Read(w.App.Env.Lookup)
	if err != nil {
		return nil, err
	}
	rules, source, err := profilesync.ParseRules(set.Path, set.Profiles)
	if err != nil || source.Location == "" {
		return rules, err
	}
	if !source.Remote() {
		source.Location = userpath.Expand(source.Location, w.App.Env.Lookup)
		if !filepath.IsAbs(source.Location) {
			source.Location = filepath.Join(filepath.Dir(set.Path), source.Location)
		}
	}
	t, name := team{w: w, p: p, source: source}, download.Name(source.Location)
	content, err := t.read(ctx)
	if err == nil {
		// Only rules that can be used replace the last good copy.
		if err = rules.AddTeam(name, content); err != nil {
			return nil, err
		}
		t.keep(content)
		return rules, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	why := fmt.Sprintf("the team's rules could not be read: %s: %v", name, err)
	content, copyErr := datafile.Read(t.copy(), teamLimit)
	if copyErr != nil {
		return nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: why}, "correct team and team_sha256 in %s", set.Path)
	}
	if err := rules.AddTeam(name, content); err != nil {
		return nil, err
	}
	rules.Stale = "the team's rules may have changed"
	w.App.Warn(why+"; lanyard uses the last good copy and prunes nothing", "correct team and team_sha256 in "+set.Path)
	return rules, nil
}

// A team reads the team's file.
type team struct {
	w      *workspace.Workspace
	p      *profile.Profile
	source profilesync.TeamFile
}

// copy returns the path of the last good copy.
func (t team) copy() string {
	sum := sha256.Sum256([]byte(t.source.Location))
	return filepath.Join(t.w.Home, ".aws", "lanyard", "team-"+hex.EncodeToString(sum[:8])+".yaml")
}

// keep stores the last good copy.
func (t team) keep(content []byte) {
	if old, err := datafile.Read(t.copy(), teamLimit); err == nil && string(old) == string(content) {
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

// read returns the content of the team's file. If the copy has the pinned checksum, read sends no
// request.
func (t team) read(ctx context.Context) ([]byte, error) {
	if t.source.Remote() {
		if content, err := datafile.Read(t.copy(), teamLimit); err == nil && checksum(content) == t.source.SHA256 {
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
func (t team) fetch(ctx context.Context) ([]byte, error) {
	if !t.source.Remote() {
		return datafile.Read(t.source.Location, teamLimit)
	}
	client, err := t.w.HTTPClient(t.p)
	if err != nil {
		return nil, err
	}
	return download.Get(ctx, client, t.source.Location, teamLimit)
}
