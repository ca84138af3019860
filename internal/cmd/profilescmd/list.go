package profilescmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newList returns the command profiles list.
func newList(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List all profiles, and where each comes from",
		Long: `List all profiles with the program that wrote them, and with file and line.

SOURCE is "profiles sync" for a profile that "lanyard profiles sync" wrote, and
"profiles sync, edited" if you have changed the profile since then. SOURCE is
"credentials write" for an entry that "lanyard credentials write" wrote. It is
"configure sso" for a profile with exactly the settings that "configure sso"
writes. Any other profile has the source "by hand".`,
		Example: `lanyard profiles list
lanyard profiles list --output json`,
		Annotations: cmdline.Uses("output", "query"),
		Args:        cmdline.NoArgs,
		RunE:        func(*cobra.Command, []string) error { return list(app) },
	}
}

// A listed profile is a profile in the output of "profiles list --output json".
type listed struct {
	Name      string `json:"name"`
	Source    string `json:"source"`
	Edited    bool   `json:"edited"` // the user has changed a profile of profiles sync
	Session   string `json:"session,omitempty"`
	AccountID string `json:"accountId,omitempty"`
	RoleName  string `json:"roleName,omitempty"`
	Path      string `json:"path"`
	Line      int    `json:"line"`
}

// list prints all profiles.
func list(app *command.App) error {
	w := workspace.Files(app)
	profiles, err := origins(w)
	if err != nil {
		return err
	}
	if app.Flags.Output != "" || app.Flags.Query != "" {
		return output.Print(app, "Profiles", map[string]any{"profiles": profiles})
	}
	if len(profiles) == 0 {
		app.TellSetUp()
		return nil
	}
	rows := [][]string{{"PROFILE", "SOURCE", "ACCOUNT", "ROLE", "PLACE"}}
	for _, p := range profiles {
		source := p.Source
		if p.Edited {
			source += ", edited"
		}
		rows = append(rows, []string{
			terminal.Printable(p.Name), source, dash(p.AccountID), dash(p.RoleName), terminal.Printable(place(w.Home, p.Path, p.Line)),
		})
	}
	return output.Table(app, rows)
}

// place returns the file and the line of a profile, with ~ for the user's home folder.
func place(home, path string, line int) string {
	if inside, ok := strings.CutPrefix(path, home); ok && len(home) > 1 && inside != "" && os.IsPathSeparator(inside[0]) {
		path = "~" + inside
	}
	return fmt.Sprintf("%s:%d", path, line)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return terminal.Printable(s)
}

// origins returns the profiles of the config and then the profiles of the credentials file.
func origins(w *workspace.Workspace) ([]listed, error) {
	all := []listed{}
	if w.In.Config.Path != "" {
		content, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		found, err := profilesync.Origins(w.In.Config.Path, content)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			all = append(all, listed{o.Name, string(o.Source), o.Edited, o.Session, o.AccountID, o.RoleName, o.Path, o.Line})
		}
	}
	written, err := credentials.Written(w)
	if err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for _, e := range written {
		ours[e.Name] = true
	}
	sections, _, err := w.In.Credentials.All()
	if err != nil {
		return nil, err
	}
	for _, s := range sections {
		source := profilesync.ByHand
		if ours[s.Name] {
			source = profilesync.ByWriter
		}
		all = append(all, listed{Name: s.Name, Source: string(source), Path: s.Path, Line: s.Line})
	}
	return all, nil
}
