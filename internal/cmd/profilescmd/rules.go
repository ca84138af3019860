package profilescmd

import (
	"context"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/settings"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

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
	t := workspace.NewTeam(w, p, set.Path, source)
	content, err := t.Read(ctx)
	if err == nil {
		// Only rules that can be used replace the last good copy.
		if err = rules.AddTeam(t.Name(), content); err != nil {
			return nil, err
		}
		t.Keep(content)
		return rules, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	why := fmt.Sprintf("the team's rules could not be read: %s: %v", t.Name(), err)
	content, copyErr := t.LastGood()
	if copyErr != nil {
		return nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: why}, "correct team and team_sha256 in %s", set.Path)
	}
	if err := rules.AddTeam(t.Name(), content); err != nil {
		return nil, err
	}
	rules.Stale = "the team's rules may have changed"
	w.App.Warn(why+"; lanyard uses the last good copy and prunes nothing", "correct team and team_sha256 in "+set.Path)
	return rules, nil
}
