package workspace

import (
	"context"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/recent"
)

// PickProfile lets the user pick a profile of the files on the terminal, and returns its name.
// The menu shows pinned and recent profiles first. When the menu opens, the profile called
// selected is selected.
func (w *Workspace) PickProfile(ctx context.Context, selected string) (string, error) {
	entries := w.profileEntries()
	if len(entries) == 0 {
		_, warnings, err := profile.Names(w.In) // perhaps the files have mistakes
		w.Warn(warnings)
		if err == nil {
			err = command.WithHint(command.Usagef("no profile is configured"), "run: lanyard configure sso")
		}
		return "", err
	}
	names, order := make([]string, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		names[i], order[i] = e.Name, i
	}
	if w.NoHome == nil {
		order = recent.Read(w.Home).Order(names, w.App.Now())
	}
	menu := picker.Menu{Title: "Pick a profile:", Items: make([]picker.Item, len(entries))}
	for i, n := range order {
		menu.Items[i] = profileItem(entries[n])
		if names[n] == selected {
			menu.Start = i
		}
	}
	i, err := w.App.Console().Choose(ctx, menu)
	if err != nil {
		return "", w.App.ExplainConsole(err)
	}
	return names[order[i]], nil
}

// profileEntries returns the profiles of both files. It reads each file once, because a menu must
// open at once.
func (w *Workspace) profileEntries() []awsconfig.Entry {
	var entries []awsconfig.Entry
	known := map[string]bool{}
	for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} {
		awsconfig.Entries(doc.Path, doc.Credentials, awsconfig.Profile, "", func(e awsconfig.Entry) {
			if !known[e.Name] {
				entries, known[e.Name] = append(entries, e), true
			}
		})
	}
	return entries
}

// profileItem returns the row of a profile in a menu. The user can search for the name and the role
// of the profile, and for the id, the name and the e-mail address of the account.
func profileItem(e awsconfig.Entry) picker.Item {
	account, role := e.AccountID, e.RoleName
	if parts := strings.SplitN(e.RoleARN, ":", 6); len(parts) == 6 {
		account, role = parts[4], strings.TrimPrefix(parts[5], "role/")
	}
	details := slices.DeleteFunc([]string{role, e.AccountName, e.AccountEmail}, func(s string) bool { return s == "" })
	return picker.Item{Name: e.Name, ID: account, Detail: strings.Join(details, ", ")}
}

// RecordUse records that the user has used a profile, for the order of menus. name may be "".
func RecordUse(app *command.App, name string) {
	if home, err := Home(app); err == nil {
		recent.Record(home, name, app.Now())
	}
}
