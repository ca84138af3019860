package workspace

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// PickProfile lets the user pick a profile of the files on the terminal, and returns its name.
// The profile called selected is selected at first.
func (w *Workspace) PickProfile(ctx context.Context, selected string) (string, error) {
	names, warnings, err := profile.Names(w.In)
	w.Warn(warnings)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", command.WithHint(command.Usagef("no profile is configured"), "run: lanyard configure sso")
	}
	settings, err := w.profileSettings()
	if err != nil {
		return "", err
	}
	menu := picker.Menu{Title: "Pick a profile:"}
	for i, name := range names {
		own := settings[name]
		menu.Items = append(menu.Items, picker.Item{Name: name, ID: own["sso_account_id"], Detail: own["sso_role_name"]})
		if name == selected {
			menu.Start = i
		}
	}
	i, err := w.App.Console().Choose(ctx, menu)
	if err != nil {
		return "", w.App.ExplainConsole(err)
	}
	return names[i], nil
}
