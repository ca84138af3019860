package workspace

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/recent"
)

// PickProfile lets the user pick a profile of the files on the terminal, and returns its name.
// The menu shows pinned and recent profiles first. When the menu opens, the profile called
// selected is selected.
func (w *Workspace) PickProfile(ctx context.Context, selected string) (string, error) {
	entries := w.ProfileEntries()
	if len(entries) == 0 {
		return "", w.NoProfiles()
	}
	menu := picker.Menu{Title: "Pick a profile:", Items: make([]picker.Item, len(entries))}
	for i, e := range entries {
		menu.Items[i] = ProfileItem(e)
		if e.Name == selected {
			menu.Start = i
		}
	}
	i, err := w.App.Console().Choose(ctx, menu)
	if err != nil {
		return "", w.App.ExplainConsole(err)
	}
	return entries[i].Name, nil
}

// NoProfiles returns the error for a menu without profiles. If the files have mistakes, this is
// the error.
func (w *Workspace) NoProfiles() error {
	_, warnings, err := profile.Names(w.In)
	w.Warn(warnings)
	if err != nil {
		return err
	}
	return command.WithHint(command.Usagef("no profile is configured"), "run: lanyard configure sso")
}

// ProfileEntries returns the profiles of both files in the order of menus: pinned and recent
// profiles first. A profile with our credential_process has the account and the role of this line.
func (w *Workspace) ProfileEntries() []awsconfig.Entry {
	entries := w.profileEntries()
	if w.NoHome != nil {
		return entries
	}
	names := make([]string, len(entries))
	for i := range entries {
		names[i] = entries[i].Name
	}
	order := recent.Read(w.Home).Order(names, w.App.Now())
	if slices.IsSorted(order) { // a copy of a large config takes time
		return entries
	}
	ordered := make([]awsconfig.Entry, len(entries))
	for i, n := range order {
		ordered[i] = entries[n]
	}
	return ordered
}

// profileEntries returns the profiles of both files. It reads each file once, because a menu must
// open at once.
func (w *Workspace) profileEntries() []awsconfig.Entry {
	var size int64
	for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} {
		if info, err := os.Stat(doc.Path); err == nil {
			size += info.Size()
		}
	}
	many := int(min(size, datafile.ConfigLimit) / 150) // a usual SSO profile is longer, so the list seldom grows
	entries, known := make([]awsconfig.Entry, 0, many), make(map[string]bool, many/2)
	for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} {
		awsconfig.Entries(doc.Path, doc.Credentials, awsconfig.Profile, "", func(e awsconfig.Entry) {
			if known[e.Name] {
				return
			}
			if e.AccountID == "" && e.Process != "" {
				own, _ := profile.ParseProcess(e.Process)
				e.Session, e.AccountID, e.RoleName = own.Session, own.AccountID, own.RoleName
			}
			entries, known[e.Name] = append(entries, e), true
		})
	}
	return entries
}

// ProfileItem returns the row of a profile in a menu. The user can search for the name and the role
// of the profile, and for the id, the name and the e-mail address of the account.
func ProfileItem(e awsconfig.Entry) picker.Item {
	account, role := RoleOf(e)
	var known [3]string
	n := 0
	for _, text := range [...]string{role, e.AccountName, e.AccountEmail} {
		if text != "" {
			known[n] = text
			n++
		}
	}
	return picker.Item{Name: e.Name, ID: account, Detail: strings.Join(known[:n], ", ")}
}

// RoleOf returns the account and the role of a profile. They are "" if the profile has none.
func RoleOf(e awsconfig.Entry) (account, role string) {
	if parts := strings.SplitN(e.RoleARN, ":", 6); len(parts) == 6 {
		return parts[4], strings.TrimPrefix(parts[5], "role/")
	}
	return e.AccountID, e.RoleName
}

// RecordUse records that the user has used a profile, for the order of menus. name may be "".
func RecordUse(app *command.App, name string) {
	if home, err := Home(app); err == nil {
		recent.Record(home, name, app.Now())
	}
}
